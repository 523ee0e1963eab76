# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Checks of the accounts, and of rows that have ended."""

from datetime import timedelta

from sqlalchemy import func, select

from app.auth.administration import KEPT_AFTER_END
from app.auth.clock import utc_now
from app.database import Database
from app.doctor.findings import Finding, fine_if
from app.models import AuthMail, AuthSession, AuthThrottle, User
from app.settings import Settings

# What `manage purge` compares.
ENDS = (AuthSession.absolute_expires_at, AuthThrottle.forgotten_at, AuthMail.expires_at)


async def examine_accounts(settings: Settings) -> list[Finding]:
    """Check that there is a superuser, and that ended rows are purged."""
    database = Database(settings.database)
    superusers = select(func.count()).where(User.is_superuser, User.is_active)
    # One day more than purging keeps, because it runs daily.
    long_ago = utc_now() - KEPT_AFTER_END - timedelta(days=1)
    old = [select(func.count()).where(end < long_ago) for end in ENDS]
    async with database.session() as session:
        administrators = await session.scalar(superusers)
        unpurged = sum([await session.scalar(count) or 0 for count in old])
    await database.dispose()
    return [
        fine_if(
            administrators,
            f"{administrators} superusers are active.",
            "There is no active superuser: run `uv run manage create-superuser`.",
        ),
        fine_if(
            not unpurged,
            "Ended sessions, mails and counts of login attempts are purged.",
            f"{unpurged} rows ended more than a week ago: run `uv run manage purge` daily.",
        ),
    ]


# {% endcall %}
