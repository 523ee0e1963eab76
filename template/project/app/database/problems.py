# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Advice for the database problems that operators can solve, in one line without the password."""

from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from app.auth.ext import database_errors
from app.database.settings import DatabaseSettings
from app.database.url import read_url

UPGRADE = "is not at the newest revision: run `uv run alembic upgrade head`"
# {% if database == "sqlite" %}
BUSY = 5
CANNOT_OPEN = 14
NOT_A_DATABASE = 26
# {% elif database == "postgresql" %}
#| NO_DATABASE = "3D000"
#| REJECTED = "28"
#| NO_TABLE_OR_COLUMN = ("42P01", "42703", "3F000")
# {# at most four lines in a row #}
#| POOLER = "unsupported startup parameter"  # of PgBouncer
# {% if concurrency == "sync" %}
#| # libpq reports a failed connection only as text.
#| TEXTS = {'role "': "28000", "authentication failed": "28P01", "does not exist": "3D000"}
# {% endif %}
# {% else %}
#| NO_DATABASE = 1049
#| REJECTED = (1044, 1045, 1698)
#| NO_TABLE_OR_COLUMN = (1146, 1054)
# {% endif %}


def advice(error: DBAPIError, database: DatabaseSettings) -> str | None:
    """Return what is wrong, where, and the next step. None means an unknown problem."""
    # {% if database == "sqlite" %}
    text = str(error.orig)
    if text.startswith(("no such table", "no such column")) or "has no column" in text:
        return f"The database {place_of(database)} {UPGRADE}."
    # {% else %}
    #| if _code(error) in NO_TABLE_OR_COLUMN:
    #|     return f"The database {place_of(database)} {UPGRADE}."
    # {% endif %}
    return connection_advice(error, database)


# {% if database == "sqlite" %}
def connection_advice(error: DBAPIError, database: DatabaseSettings) -> str | None:
    """Return advice if the file cannot be used, or None."""
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    file = place_of(database)
    if code == BUSY:
        return f"The file {file} is locked by another process: end it, or try again."
    if code == CANNOT_OPEN:
        return f"The file {file} cannot be opened: create its folder, or change DATABASE_URL."
    if code == NOT_A_DATABASE:
        return f"The file {file} is no SQLite database: name another one in DATABASE_URL."
    return None


def place_of(database: DatabaseSettings) -> str:
    """Return the file."""
    url, _ = read_url(database.url)
    return str(url.database)


# {% else %}
# {% include "template/includes/problems_of_servers.py" %}
# {% endif %}
def unknown_revision(message: str, database: DatabaseSettings) -> str:
    """Return advice for a database whose revision this code does not have."""
    return (
        f"{message}: the database {place_of(database)} is ahead of this code. Switch to the branch "
        "that has this revision, or name another database in DATABASE_URL."
    )


@contextmanager
def without_log() -> Generator[None]:
    """Leave the report of an outage to the caller, which gives advice."""
    logger = database_errors.logger
    was_disabled = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = was_disabled


# {% endcall %}
