"""Checks of the connection to the database, and of its server."""

import os
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.auth.errors import StorageUnavailable
from app.database import Database
from app.database.problems import advice, without_log
# {% if database == "postgresql" %}
from app.database.url import read_url, uses_pooler
# {% else %}
from app.database.url import read_url
# {% endif %}
from app.doctor.findings import Finding, Verdict, fine_if
from app.settings import Settings

# The beginning of a host on this machine, or of a Unix socket.
HERE = re.compile(r"localhost$|localhost:|127\.|\[?::1|/")
# {% if database == "postgresql" %}
SERVER = text(
    "SELECT current_setting('max_connections')::int"
    " - current_setting('superuser_reserved_connections')::int AS connections,"
    " (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS encrypted,"
    " (SELECT reset_val <> '0' FROM pg_settings"
    "  WHERE name = 'idle_in_transaction_session_timeout') AS ends_idle_transactions"
)
# {% else %}
CONNECTIONS = text("SELECT @@max_connections")
CIPHER = text("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
# {% endif %}


async def examine_connection(settings: Settings) -> Finding:
    """Check that the database answers."""
    database = Database(settings.database)
    try:
        with without_log():
            await database.check()
    except StorageUnavailable as error:
        cause = error.__cause__
        known = advice(cause, settings.database) if isinstance(cause, DBAPIError) else None
        text = known or f"The database does not answer ({cause}): check DATABASE_URL."
        return Finding(Verdict.FAILURE, text)
    finally:
        await database.dispose()
    return Finding(Verdict.FINE, "The database answers.")


async def examine_database_server(settings: Settings) -> list[Finding]:
    """Compare the server's connections with ours, and check who can read what we send."""
    database = Database(settings.database)
    async with database.reader.connect() as connection:
        # {% if database == "postgresql" %}
        result = await connection.execute(SERVER)
        server = result.one()
        # {% else %}
        limit = await connection.scalar(CONNECTIONS)
        result = await connection.execute(CIPHER)
        cipher = result.one()
        # {% endif %}
    await database.dispose()
    # {% if database == "postgresql" %}
    if uses_pooler(settings.database.url):  # the rest is about the pooler, not about us
        return [_idle_transactions(server.ends_idle_transactions)]
    return [_connections(settings, server.connections), _encryption(settings, server.encrypted)]
    # {% else %}
    return [_connections(settings, limit), _encryption(settings, cipher[1])]
    # {% endif %}


def _connections(settings: Settings, limit: Any) -> Finding:
    # uvicorn reads this variable too. The options of a running server cannot be seen from here.
    processes = int(os.environ.get("WEB_CONCURRENCY", "1"))
    wanted = processes * 2 * settings.database.pool_size
    found = (
        f"With WEB_CONCURRENCY={processes}, this instance opens up to {wanted} connections, "
        f"and the server has {limit}"
    )
    return fine_if(
        wanted <= limit,
        f"{found} for all instances.",
        f"{found}: set a smaller DATABASE_POOL_SIZE, or raise max_connections of the server.",
    )


def _encryption(settings: Settings, encrypted: Any) -> Finding:
    return fine_if(
        encrypted or all(HERE.match(host) for host in _hosts(settings)),
        "Nobody else can read the connection to the database.",
        # {% if database == "postgresql" %}
        "The connection to the database is not encrypted: add sslmode=verify-full to "
        # {% else %}
        "The connection to the database is not encrypted: add ssl-mode=VERIFY_IDENTITY to "
        # {% endif %}
        "DATABASE_URL, unless the network is only yours.",
    )


def _hosts(settings: Settings) -> Iterator[str]:
    # {% if database == "postgresql" %}
    url, _ = read_url(settings.database.url)
    hosts = url.query.get("host") or url.host or "localhost"
    yield from [hosts] if isinstance(hosts, str) else hosts
    # {% else %}
    url, arguments = read_url(settings.database.url)
    yield arguments.get("unix_socket") or url.host or "localhost"
    # {% endif %}
# {% if database == "postgresql" %}


def _idle_transactions(are_ended: Any) -> Finding:
    return fine_if(
        are_ended,
        "The database ends transactions that stay idle.",
        "A process that hangs keeps a connection of the pooler: run ALTER ROLE … SET "
        "idle_in_transaction_session_timeout = '60s'.",
    )
# {% endif %}
