"""What tests do with settings, each in one place."""

import pytest

from app.settings import load_settings


def refusal_message() -> str:
    with pytest.raises(SystemExit) as refusal:
        load_settings()
    return str(refusal.value)
