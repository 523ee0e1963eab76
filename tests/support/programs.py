"""Programs of the operating system that some tests start."""

import os
import shutil

import pytest


def required(*names: str) -> str:
    """Return the path of the first program there is. Skip the test without it. On CI, fail it."""
    places = f"{os.environ['PATH']}:/usr/sbin"
    for name in names:
        if path := shutil.which(name, path=places):
            return path
    reason = f"{' or '.join(names)} is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
