# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""`manage doctor` finds a mail server that cannot be used, and mails that wait."""

import asyncio
import smtplib
from datetime import timedelta

import pytest

from app.auth.clock import utc_now
from app.auth.mail.kinds import MailKind
from app.auth.mail.smtp import SmtpMailer
from app.database import Database
from app.database.settings import DatabaseSettings
from app.doctor.findings import Finding, Verdict
from app.doctor.mail import examine_outbox, examine_server
from app.models import AuthMail
from app.settings import Settings
from tests.conftest import empty_by_settings

SERVER = {"host": "mail.example.com", "sender": "shop@example.com", "security": "none"}
LINK = "https://shop.example.com/{kind}#token={token}"


def with_mail(settings: Settings, **mail: str) -> Settings:
    changed = settings.model_dump() | {"mail": mail, "auth": settings.auth}
    return Settings.model_validate({**changed, "_env_file": None, "database": settings.database})


def test_production_without_a_mail_server_must_not_go_live(settings: Settings) -> None:
    finding = examine_server(settings)

    assert finding.verdict == Verdict.FAILURE
    assert "MAIL_HOST is not set" in finding.text


def test_development_needs_no_mail_server(settings: Settings) -> None:
    development = settings.model_copy(update={"environment": "development"})

    assert examine_server(development).verdict == Verdict.WARNING


@pytest.mark.parametrize(
    "error",
    [ConnectionRefusedError("refused"), smtplib.SMTPAuthenticationError(535, b"wrong password")],
)
def test_mail_server_that_cannot_be_used_must_not_go_live(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    error: OSError,
) -> None:
    def fail(_: SmtpMailer) -> None:
        raise error

    monkeypatch.setattr(SmtpMailer, "check", fail)

    finding = examine_server(with_mail(settings, **SERVER, link=LINK))

    assert finding.verdict == Verdict.FAILURE
    assert type(error).__name__ in finding.text


def test_mail_server_that_answers_is_fine(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(SmtpMailer, "check", lambda mailer: None)

    assert examine_server(with_mail(settings, **SERVER, link=LINK)).verdict == Verdict.FINE


async def store_mail(settings: DatabaseSettings, minutes_ago: int) -> None:
    now = utc_now()
    row = AuthMail(
        id=f"{minutes_ago:032x}",
        kind=MailKind.PASSWORD_CHANGED,
        address="ann@example.com",
        created_at=now - timedelta(minutes=minutes_ago),
        expires_at=now + timedelta(days=1),
        attempts=0,
        next_attempt_at=now,
    )
    database = Database(settings)
    async with database.session() as session:
        session.add(row)
        await session.commit()
    await database.dispose()


@pytest.mark.parametrize(
    ("minutes_ago", "verdict"),
    [(9, Verdict.FINE), (11, Verdict.WARNING)],
)
def test_mail_that_waits_for_long_is_a_warning(
    settings: Settings,
    minutes_ago: int,
    verdict: Verdict,
) -> None:
    asyncio.run(empty_by_settings(settings.database))
    asyncio.run(store_mail(settings.database, minutes_ago))

    finding: Finding = asyncio.run(examine_outbox(settings))

    assert finding.verdict == verdict
    asyncio.run(empty_by_settings(settings.database))


# {% endcall %}
