# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The production checklist: each item is a check of the running configuration."""

import io
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.util.exc import CommandError, DatabaseNotAtHead
from limits import parse_many
from sqlalchemy import (
    func,
    # {% if database == "sqlite" %}
    make_url,
    # {% endif %}
    select,
)
from sqlalchemy.exc import DBAPIError

from app.auth.address_limits import AddressLimits
from app.auth.administration import KEPT_AFTER_END
from app.auth.clock import utc_now
from app.auth.errors import StorageUnavailable
from app.auth.events import EventRecorder, LoggedEvents
from app.auth.hashing import password_context
from app.auth.setting_types import IN_MEMORY
from app.database import Database
from app.database.problems import advice, without_log
from app.environment import misspelt_variables
from app.migrate import CONFIGURATION, configuration
from app.models import AuthSession, User
from app.settings import YEAR_SECONDS, Settings, share_of_internet, uses_plain_http

SAMPLE_PASSWORD = "a password to measure with"  # noqa: S105 -- nobody's


class Verdict(StrEnum):
    """A failure should stop a deployment. A warning needs a decision."""

    FINE = "fine"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check, with the fix unless the verdict is fine."""

    verdict: Verdict
    text: str


def fine_if(condition: object, text: str, otherwise: str) -> Finding:
    return Finding(Verdict.FINE, text) if condition else Finding(Verdict.WARNING, otherwise)


@dataclass(frozen=True, slots=True)
class Bound:
    """A setting that is valid beyond its bound, but dangerous."""

    variable: str
    is_exceeded: Callable[[Settings], bool]
    advice: str


def requests_an_hour(rates: str) -> float:
    """Return how many requests an hour all rates together allow."""
    return min(rate.amount * 3600 / rate.get_expiry() for rate in parse_many(rates))


BOUNDS = (
    Bound(
        "ENVIRONMENT",
        lambda settings: settings.environment != "production",
        "in development, the application migrates at startup and allows plain HTTP.",
    ),
    Bound("DOCS", lambda settings: settings.docs, "set false. The pages show every route."),
    Bound(
        "HSTS_SECONDS",
        lambda settings: settings.hsts_seconds < YEAR_SECONDS,
        "set a year (31536000) or more, unless your proxy sends the header.",
    ),
    Bound(
        "LOG_LEVEL",
        lambda settings: settings.log_level not in ("DEBUG", "INFO"),
        "set INFO. Logins and most other events are not logged.",
    ),
    Bound(
        "MAX_BODY_BYTES",
        lambda settings: settings.max_body_bytes > 1024 * 1024,
        "set 1048576 or less. Bodies are kept in memory.",
    ),
    Bound(
        "TRUSTED_PROXIES",
        lambda settings: share_of_internet(settings.trusted_proxies) > 1 / 64,
        "name your own proxies only. Any of these addresses can claim to be any client.",
    ),
    Bound(
        "TRUSTED_HOPS",
        lambda settings: settings.trusted_hops > 3,
        "count your proxies again. If there are fewer, clients can choose their address.",
    ),
    Bound(
        "CORS_ORIGINS",
        lambda settings: uses_plain_http(settings.cors_origins),
        "use https. Anyone in the network can change a page that is served over http.",
    ),
    # {% if transport != "header" %}
    Bound(
        "AUTH_TRUSTED_ORIGINS",
        lambda settings: uses_plain_http(settings.auth.trusted_origins),
        "use https. Anyone in the network can change a page that is served over http.",
    ),
    Bound(
        "AUTH_COOKIE_SAMESITE",
        lambda settings: settings.auth.cookie_samesite == "none",
        "set lax or strict, unless a front end is on another site.",
    ),
    # {% endif %}
    Bound(
        "AUTH_SECRET_KEY_PREVIOUS",
        lambda settings: bool(settings.auth.secret_key_previous),
        "empty it AUTH_REFRESH_DAYS days after the change of the key.",
    ),
    Bound(
        "AUTH_ACCESS_MINUTES",
        lambda settings: settings.auth.access_minutes > 60,
        "set 60 or less. Other services accept a stolen token for this long.",
    ),
    Bound(
        "AUTH_REFRESH_DAYS",
        lambda settings: settings.auth.refresh_days > 30,
        "set 30 or less. A stolen token of an unused session works for this long.",
    ),
    Bound(
        "AUTH_SESSION_DAYS",
        lambda settings: settings.auth.session_days > 90,
        "set 90 or less, so that users prove from time to time who they are.",
    ),
    Bound(
        "AUTH_REFRESH_GRACE_SECONDS",
        lambda settings: settings.auth.refresh_grace_seconds > 60,
        "set 60 or less. A stolen refresh token is not detected during this time.",
    ),
    Bound(
        "AUTH_MAX_SESSIONS",
        lambda settings: settings.auth.max_sessions > 100,
        "set 100 or less. Nobody can review a longer list.",
    ),
    Bound(
        "AUTH_LIMIT_LOGIN",
        lambda settings: requests_an_hour(settings.auth.limit_login) > 1000,
        "allow 1000 an hour or fewer. Each login costs a hash.",
    ),
    Bound(
        "AUTH_LIMIT_REGISTER",
        lambda settings: requests_an_hour(settings.auth.limit_register) > 500,
        "allow 500 an hour or fewer. Each registration costs a hash and shows if a name is taken.",
    ),
    Bound(
        "AUTH_LIMIT_REFRESH",
        lambda settings: requests_an_hour(settings.auth.limit_refresh) > 36000,
        "allow 36000 an hour or fewer. Each refresh writes to the database.",
    ),
    Bound(
        "AUTH_LIMIT_MAIL",
        lambda settings: requests_an_hour(settings.auth.limit_mail) > 100,
        "allow 100 an hour or fewer. Each request can send a mail to somebody else.",
    ),
    Bound(
        "AUTH_RECENT_LOGIN_MINUTES",
        lambda settings: settings.auth.recent_login_minutes > 60,
        "set 60 or less. A stolen session can change an account for this long after the login.",
    ),
    Bound(
        "AUTH_PASSWORD_MIN_LENGTH",
        lambda settings: settings.auth.password_min_length < 15,
        "set 15, unless every login needs a second factor (NIST SP 800-63B-4).",
    ),
    Bound(
        "AUTH_HASH_QUEUE",
        lambda settings: settings.auth.hash_queue > 256,
        "set 256 or less. The last login in a long queue waits for too long.",
    ),
)


async def examine(settings: Settings) -> list[Finding]:
    """Check the settings, this machine and the database. Change nothing."""
    findings = [*_settings(settings), _proxies(settings), *_files(settings), _hashing(settings)]
    findings.append(await _limits(settings))
    # {% if database == "sqlite" %}
    file = make_url(settings.database.url).database or ""
    if not Path(file).exists():  # connecting would create one
        text = f"There is no database in {file}: check DATABASE_URL, or create it with Alembic."
        return [*findings, Finding(Verdict.FAILURE, text)]
    # {% endif %}
    database = Database(settings.database)
    try:
        with without_log():
            await database.check()
        findings.append(Finding(Verdict.FINE, "The database answers."))
    except StorageUnavailable as error:
        cause = error.__cause__
        known = advice(cause, settings.database) if isinstance(cause, DBAPIError) else None
        text = known or f"The database does not answer ({cause}): check DATABASE_URL."
        return [*findings, Finding(Verdict.FAILURE, text)]
    finally:
        await database.dispose()
    return findings


def examine_revision(settings: Settings) -> Finding:
    """Compare the revision of the database with the newest revision of this code."""
    config = configuration(settings.database)
    config.stdout = io.StringIO()
    try:
        command.current(config, check_heads=True)
    except DatabaseNotAtHead:
        try:
            command.current(config)
        except CommandError as error:  # it names a revision that this code does not have
            return Finding(Verdict.FAILURE, str(error))
        text = "The database is not at the newest revision: run `uv run alembic upgrade head`."
        return Finding(Verdict.FAILURE, text)
    return Finding(Verdict.FINE, "The database is at the newest revision.")


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


def _settings(settings: Settings) -> Iterator[Finding]:
    beyond = [bound for bound in BOUNDS if bound.is_exceeded(settings)]
    if not beyond:
        yield Finding(Verdict.FINE, f"All {len(BOUNDS)} settings with a bound are within it.")
    for bound in beyond:
        yield Finding(Verdict.WARNING, f"{bound.variable}: {bound.advice}")
    for advice_on_name in misspelt_variables(Settings):
        yield Finding(Verdict.WARNING, advice_on_name)


def _proxies(settings: Settings) -> Finding:
    if settings.trusted_proxies:
        text = f"Client addresses come from {len(settings.trusted_proxies)} named proxies."
    elif settings.trusted_hops:
        text = f"Each request passes {settings.trusted_hops} proxies, and no client can avoid them."
    else:
        text = "No proxy is trusted: clients connect directly, or all of them count as one."
    return Finding(Verdict.FINE, text)


async def _limits(settings: Settings) -> Finding:
    if settings.auth.limit_storage == IN_MEMORY:
        return fine_if(
            os.environ.get("WEB_CONCURRENCY", "1") == "1",
            "This process counts the requests of each address.",
            "Each process counts the requests of each address separately: set "
            "AUTH_LIMIT_STORAGE to a Redis that all processes share.",
        )
    events = EventRecorder(settings.auth, utc_now, LoggedEvents())
    return fine_if(
        await AddressLimits(settings.auth, utc_now, events).is_shared(),
        "All processes count the requests of each address together.",
        "The storage in AUTH_LIMIT_STORAGE does not answer: each process counts separately.",
    )


def _files(settings: Settings) -> Iterator[Finding]:
    private_key = settings.auth.private_key_file
    # {% if database == "sqlite" %}
    database = Path(make_url(settings.database.url).database or "")
    files = [Path(".env"), private_key, database]
    # {% else %}
    #| files = [Path(".env"), private_key]
    # {% endif %}
    for file in files:
        if file is not None and file.exists():
            yield fine_if(
                not file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO),
                f"Only the owner can read {file}.",
                f"Other users of this machine can read {file}: run `chmod 600 {file}`.",
            )
    if private_key is not None:
        folders = (Path.cwd(), CONFIGURATION.parent)
        yield fine_if(
            not any(private_key.resolve().is_relative_to(folder.resolve()) for folder in folders),
            f"{private_key} is outside the project.",
            f"{private_key} is in the project, where commits and images can include it: move it.",
        )


def _hashing(settings: Settings) -> Finding:
    context = password_context(settings.auth)
    started = time.perf_counter()
    context.hash(SAMPLE_PASSWORD)
    seconds = time.perf_counter() - started
    workers = settings.auth.hash_workers
    text = f"A hash takes {seconds * 1000:.0f} ms: at most {workers / seconds:.0f} logins a second."
    return Finding(Verdict.FINE, text)


# {% endcall %}
