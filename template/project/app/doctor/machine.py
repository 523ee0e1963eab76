# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Checks of this machine: its files, its speed, and what it shares with other processes."""

import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from app.auth import hashing
from app.auth.address_limits import AddressLimits
from app.auth.clock import utc_now
from app.auth.events import EventRecorder, LoggedEvents
from app.auth.setting_types import IN_MEMORY
from app.database.problems import (
    # {% if database == "sqlite" %}
    place_of,
    # {% endif %}
)
from app.doctor.findings import Finding, Verdict, fine_if
from app.migrate import CONFIGURATION
from app.settings import Settings

SAMPLE_PASSWORD = "a password to measure with"  # noqa: S105 -- nobody's


def examine_proxies(settings: Settings) -> Finding:
    if settings.trusted_proxies:
        text = f"Client addresses come from {len(settings.trusted_proxies)} named proxies."
    elif settings.trusted_hops:
        text = f"Each request passes {settings.trusted_hops} proxies, and no client can avoid them."
    else:
        text = "No proxy is trusted: clients connect directly, or all of them count as one."
    return Finding(Verdict.FINE, text)


def examine_files(settings: Settings) -> Iterator[Finding]:
    private_key = settings.auth.private_key_file
    # {% if database == "sqlite" %}
    database = Path(place_of(settings.database))
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


def examine_hashing(settings: Settings) -> Finding:
    context = hashing.password_context(settings.auth)
    started = time.perf_counter()
    context.hash(SAMPLE_PASSWORD)
    seconds = time.perf_counter() - started
    workers = settings.auth.hash_workers
    text = f"A hash takes {seconds * 1000:.0f} ms: at most {workers / seconds:.0f} logins a second."
    return Finding(Verdict.FINE, text)


async def examine_limits(settings: Settings) -> Finding:
    if settings.auth.limit_storage == IN_MEMORY:
        return fine_if(
            os.environ.get("WEB_CONCURRENCY", "1") == "1",
            "This process counts the requests of each address.",
            "Each process counts the requests of each address separately: set "
            "AUTH_LIMIT_STORAGE to a Redis that all processes share.",
        )
    events = EventRecorder(settings.auth, utc_now, LoggedEvents())
    limits = AddressLimits(settings.auth, utc_now, events)
    is_shared = await limits.is_shared()
    await limits.close()
    return fine_if(
        is_shared,
        "All processes count the requests of each address together.",
        "The storage in AUTH_LIMIT_STORAGE does not answer: each process counts separately.",
    )


# {% endcall %}
