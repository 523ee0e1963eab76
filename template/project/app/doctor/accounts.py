# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Checks of the accounts and their sessions."""

from datetime import timedelta

from sqlalchemy import func, select

from app.auth.administration import KEPT_AFTER_END
from app.auth.clock import utc_now
from app.database import Database
from app.doctor.findings import Finding, fine_if
from app.models import AuthSession, User
from app.settings import Settings


async def examine_accounts(settings: Settings) -> list[Finding]:
    """Check that there is a superuser, and that old sessions are purged."""
    database = Database(settings.database)
    superusers = select(func.count()).where(User.is_superuser, User.is_active)
    # One day more than purging keeps, because it runs daily.
    long_ago = utc_now() - KEPT_AFTER_END - timedelta(days=1)
    old = select(func.count()).where(AuthSession.absolute_expires_at < long_ago)
    async with database.session() as session:
        administrators = await session.scalar(superusers)
        unpurged = await session.scalar(old)
    await database.dispose()
    return [
        fine_if(
            administrators,
            f"{administrators} superusers are active.",
            "There is no active superuser: run `uv run manage create-superuser`.",
        ),
        fine_if(
            not unpurged,
            "Ended sessions are purged.",
            f"{unpurged} sessions ended long ago: run `uv run manage purge` daily.",
        ),
    ]


# {% endcall %}
