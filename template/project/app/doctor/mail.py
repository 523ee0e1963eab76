# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Checks of outgoing mail for the production checklist."""

from datetime import timedelta

from sqlalchemy import func, select

from app.auth.clock import utc_now
from app.auth.mail.smtp import SmtpMailer
from app.database import Database
from app.doctor.findings import Finding, Verdict, fine_if
from app.models import AuthMail
from app.settings import Settings

LONG_OWED = timedelta(minutes=10)  # `manage send-mails` runs each minute


def examine_server(settings: Settings) -> Finding:
    """Connect to the mail server and sign in. Send nothing."""
    mail = settings.mail
    if not mail.host:
        text = "MAIL_HOST is not set: nobody gets a mail, and forgotten passwords stay forgotten."
        verdict = Verdict.WARNING if settings.environment == "development" else Verdict.FAILURE
        return Finding(verdict, text)
    try:
        SmtpMailer(mail).check()
    except OSError as error:
        reason = f"{type(error).__name__}: {error}"
        text = f"The mail server {mail.host}:{mail.port} cannot be used ({reason}): check MAIL_*."
        return Finding(Verdict.FAILURE, text)
    return Finding(Verdict.FINE, f"The mail server {mail.host} accepts connections.")


async def examine_outbox(settings: Settings) -> Finding:
    """Check that no mail waits for long."""
    now = utc_now()
    waiting = (
        AuthMail.sent_at.is_(None),
        AuthMail.used_at.is_(None),
        AuthMail.expires_at > now,
        AuthMail.created_at < now - LONG_OWED,
    )
    database = Database(settings.database)
    async with database.session() as session:
        count = await session.scalar(select(func.count()).where(*waiting))
    await database.dispose()
    return fine_if(
        not count,
        "No mail waits for long.",
        f"{count} mails wait for more than ten minutes: run `uv run manage send-mails` each "
        "minute, and look for mail_failed in the log.",
    )


# {% endcall %}
