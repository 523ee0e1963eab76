# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The production checklist: each item is a check of the running configuration."""

import asyncio
from collections.abc import Iterator

from app.doctor.accounts import examine_accounts
from app.doctor.bounds import examine_settings
from app.doctor.connection import (
    examine_connection,
    # {% if database != "sqlite" %}
    #| examine_database_server,
    # {% endif %}
)
from app.doctor.database import examine_revision, examine_tables
from app.doctor.findings import Finding, Verdict
from app.doctor.machine import examine_files, examine_hashing, examine_limits, examine_proxies
from app.doctor.mail import examine_outbox, examine_server
from app.doctor.totp import (
    # {% if "totp" in features %}
    examine_seeds,
    # {% endif %}
)
from app.settings import Settings


def examine(settings: Settings) -> Iterator[Finding]:
    """Check the settings, this machine, the mail server and the database. Change nothing."""
    yield examine_server(settings)
    yield from examine_settings(settings)
    yield examine_proxies(settings)
    yield from examine_files(settings)
    yield examine_hashing(settings)
    yield asyncio.run(examine_limits(settings))
    for finding in _structure(settings):
        yield finding
        if finding.verdict == Verdict.FAILURE:
            return
    yield from _contents(settings)


def _structure(settings: Settings) -> Iterator[Finding]:
    """Each check needs that those before it found no failure."""
    yield asyncio.run(examine_connection(settings))
    yield examine_revision(settings)
    yield asyncio.run(examine_tables(settings))


def _contents(settings: Settings) -> Iterator[Finding]:
    # {% if database != "sqlite" %}
    #| yield from asyncio.run(examine_database_server(settings))
    # {% endif %}
    yield from asyncio.run(examine_accounts(settings))
    yield asyncio.run(examine_outbox(settings))
    # {% if "totp" in features %}
    yield asyncio.run(examine_seeds(settings))
    # {% endif %}


# {% endcall %}
