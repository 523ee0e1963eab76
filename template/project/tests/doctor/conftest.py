# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The environment of the production checklist."""

from pathlib import Path

import pytest

from app.auth.mail.smtp import SmtpMailer
from app.database.settings import DatabaseSettings
from tests.conftest import SECRET_KEY


@pytest.fixture
def deployment(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    database_settings: DatabaseSettings,
) -> None:
    """Production settings without a `.env`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("DATABASE_URL", database_settings.url)
    monkeypatch.setenv("AUTH_SECRET_KEY", SECRET_KEY)
    # {% if password_hash == "bcrypt" %}
    monkeypatch.setenv("AUTH_BCRYPT_ROUNDS", "10")
    # {% endif %}
    monkeypatch.setenv("MAIL_HOST", "mail.example.com")
    monkeypatch.setenv("MAIL_SENDER", "shop@example.com")
    monkeypatch.setenv("MAIL_LINK", "https://shop.example.com/{kind}#token={token}")
    monkeypatch.setattr(SmtpMailer, "check", lambda mailer: None)


# {% endcall %}
