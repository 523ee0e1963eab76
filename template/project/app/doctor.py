# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Is this deployment in order? The production checklist, each item as a check."""

import io
import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.util.exc import DatabaseNotAtHead
from sqlalchemy import (
    func,
    # {% if database == "sqlite" %}
    make_url,
    # {% endif %}
    select,
)

from app.auth.administration import KEPT_AFTER_END
from app.auth.clock import utc_now
from app.auth.errors import StorageUnavailable
from app.auth.events import EventRecorder, LoggedEvents
from app.auth.hashing import password_context
from app.auth.limits import AddressLimits
from app.auth.values import IN_MEMORY
from app.database import Database
from app.migrate import configuration
from app.models import AuthSession, User
from app.settings import Settings

# Longer than this, a stolen access token is worth stealing (ASVS 7.1.1).
LONG_ACCESS_MINUTES = 60
SAMPLE_PASSWORD = "a password to measure with"  # noqa: S105 -- nobody's


class Verdict(StrEnum):
    """A failure should stop a deployment; a warning should have somebody's attention."""

    FINE = "fine"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and what to do about it unless it is fine."""

    verdict: Verdict
    text: str


def fine_if(condition: object, text: str, otherwise: str) -> Finding:
    return Finding(Verdict.FINE, text) if condition else Finding(Verdict.WARNING, otherwise)


async def examine(settings: Settings) -> list[Finding]:
    """Check the settings, this machine and the database; nothing is changed."""
    findings = [*_settings(settings), *_files(settings), _hashing(settings)]
    findings.append(await _limits(settings))
    # {% if database == "sqlite" %}
    file = make_url(settings.database.url).database or ""
    if not Path(file).exists():  # connecting would make one
        text = f"There is no database in {file}: look at DATABASE_URL, or make it with Alembic."
        return [*findings, Finding(Verdict.FAILURE, text)]
    # {% endif %}
    database = Database(settings.database)
    try:
        await database.check()
        findings.append(Finding(Verdict.FINE, "The database answers."))
    except StorageUnavailable as error:
        text = f"The database does not answer ({error.__cause__}): look at DATABASE_URL."
        return [*findings, Finding(Verdict.FAILURE, text)]
    finally:
        await database.dispose()
    return findings


def examine_revision(settings: Settings) -> Finding:
    """Compare the database's revision with the newest one of this code."""
    config = configuration(settings.database)
    config.stdout = io.StringIO()
    try:
        command.current(config, check_heads=True)
    except DatabaseNotAtHead:
        text = "The database is not at the newest revision: run `uv run alembic upgrade head`."
        return Finding(Verdict.FAILURE, text)
    return Finding(Verdict.FINE, "The database is at the newest revision.")


async def examine_accounts(settings: Settings) -> list[Finding]:
    """Look for an administrator, and for sessions that nobody purges."""
    database = Database(settings.database)
    superusers = select(func.count()).where(User.is_superuser, User.is_active)
    # A day more than purging leaves, since it runs daily.
    long_ago = utc_now() - KEPT_AFTER_END * 8 / 7
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
            f"{unpurged} sessions ended long ago: run `uv run manage purge-sessions` daily.",
        ),
    ]


def _settings(settings: Settings) -> Iterator[Finding]:
    auth = settings.auth
    yield fine_if(
        settings.environment == "production",
        "ENVIRONMENT is production.",
        "ENVIRONMENT is development: the application migrates by itself and speaks plain HTTP.",
    )
    yield fine_if(
        not auth.secret_key_previous,
        "Only the current secret key is accepted.",
        f"AUTH_SECRET_KEY_PREVIOUS is set: empty it {auth.refresh_days} days after the change.",
    )
    yield fine_if(
        auth.access_minutes <= LONG_ACCESS_MINUTES,
        f"Access tokens live {auth.access_minutes} minutes.",
        f"AUTH_ACCESS_MINUTES is {auth.access_minutes}: refreshing is cheap, keep it short.",
    )


async def _limits(settings: Settings) -> Finding:
    if settings.auth.limit_storage == IN_MEMORY:
        return fine_if(
            os.environ.get("WEB_CONCURRENCY", "1") == "1",
            "Limits per address are counted in the one process.",
            "Each process counts requests per address for itself: name a Redis for all of them "
            "in AUTH_LIMIT_STORAGE.",
        )
    events = EventRecorder(settings.auth, utc_now, LoggedEvents())
    return fine_if(
        await AddressLimits(settings.auth, utc_now, events).is_shared(),
        "Limits per address are counted for all processes.",
        "The storage of AUTH_LIMIT_STORAGE does not answer: each process counts for itself.",
    )


def _files(settings: Settings) -> Iterator[Finding]:
    for file in (Path(".env"), settings.auth.private_key_file):
        if file is not None and file.exists():
            yield fine_if(
                not file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO),
                f"Only its owner reads {file}.",
                f"Others on this machine can read {file}: run `chmod 600 {file}`.",
            )


def _hashing(settings: Settings) -> Finding:
    context = password_context(settings.auth)
    started = time.perf_counter()
    context.hash(SAMPLE_PASSWORD)
    seconds = time.perf_counter() - started
    workers = settings.auth.hash_workers
    text = f"A hash takes {seconds * 1000:.0f} ms: {workers / seconds:.0f} logins a second at most."
    return Finding(Verdict.FINE, text)


# {% endcall %}
