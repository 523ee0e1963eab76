# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Steps that tests of commands share."""

import asyncio
import json
import os
import pwd
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from typer.testing import Result

from app.auth.mail.kinds import MailKind
from app.database import Database
from app.database.settings import DatabaseSettings
from app.models import AuthMail, AuthSession, AuthThrottle, Base, User
from tests.commands import manage
from tests.steps import Account, account_named, profile, rows_of

ROOT = account_named("root")
OPERATOR = pwd.getpwuid(os.getuid()).pw_name


def options(account: Account) -> list[str]:
    """Return the options that name an account."""
    return [f"--{field}={value}" for field, value in profile(account).items()]


def create_superuser(account: Account, *passwords: str) -> Result:
    """Run the command and answer its prompts."""
    typed = passwords or (account.password, account.password)
    answers = [*profile(account).values(), *typed, ""]
    return manage("create-superuser", typed="\n".join(answers))


def users_of(settings: DatabaseSettings) -> list[User]:
    """Return the stored users."""
    return asyncio.run(stored_users(settings))


async def stored_users(settings: DatabaseSettings) -> list[User]:
    database = Database(settings)
    users = sorted(await rows_of(database, User), key=lambda user: user.email)
    await database.dispose()
    return users


def events_in(stderr: str) -> list[tuple[Any, ...]]:
    """Return name, reason and operator of the events, which must be all that was written."""
    events = [json.loads(line) for line in stderr.splitlines()]
    return [(event["name"], event.get("reason"), event["operator"]) for event in events]


async def store(settings: DatabaseSettings, rows: Sequence[Base]) -> None:
    database = Database(settings)
    async with database.session() as session:
        session.add_all(rows)
        await session.commit()
    await database.dispose()


def session_of(user: User, end: datetime, number: int) -> AuthSession:
    """Return a session of a user that ends in time, unless somebody ends it."""
    moments = ("created_at", "authenticated_at", "rotated_at")
    return AuthSession(
        id=f"{number:032x}",
        user_id=user.id,
        generation=1,
        kid="kid",
        methods=("pwd",),
        idle_expires_at=end + timedelta(hours=1),
        absolute_expires_at=end,
        **dict.fromkeys(moments, end),
    )


def throttle_of(end: datetime, number: int) -> AuthThrottle:
    """Return a count of login attempts that are all forgotten in time."""
    return AuthThrottle(key=f"{number:064x}", forgotten_at=end, blocked_until=end)


def mail_of(end: datetime, number: int) -> AuthMail:
    """Return a mail that has been sent, and whose link expires in time."""
    return AuthMail(
        id=f"{number:032x}",
        kind=MailKind.PASSWORD_CHANGED,
        address="ann@example.com",
        created_at=end,
        expires_at=end,
        attempts=1,
        next_attempt_at=end,
        sent_at=end,
    )


# {% endcall %}
