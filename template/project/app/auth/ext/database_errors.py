# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Classification of database errors: conflicts, outages and defects."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.auth.errors import StorageUnavailable

# {% if database == "sqlite" %}
# Result codes of SQLite. Busy and locked; read-only, input/output error, full, cannot be opened.
CONFLICTS = {5, 6}
OUTAGES = {8, 10, 13, 14}
# {% elif database == "postgresql" %}
#| # SQLSTATEs. Serialization failure and deadlock; the classes and codes that mean an outage.
#| CONFLICTS = {"40001", "40P01"}
#| OUTAGES = ("08", "25006", "53", "55P03", "57", "58")
# {% else %}
#| # Error numbers. Deadlock, lock wait timeout, record changed since read; then all that means
#| # full, read-only, shutting down, too many connections, too slow, or a connection lost.
#| CONFLICTS = {1213, 1205, 1020}
#| OUTAGES = {1021, 1040, 1053, 1114, 1203, 1290, 1317, 1836, 1927, 1969, 3024, *range(2000, 2060)}
# {% endif %}

logger = logging.getLogger(__name__)
# {% if database == "sqlite" and concurrency == "async" %}
# At DEBUG the driver writes statements with their parameters: hashes, names, keys (SEC-90).
logging.getLogger("aiosqlite").setLevel(logging.INFO)
# {% endif %}


def is_conflict(error: DBAPIError) -> bool:
    """Return whether the same transaction may succeed if it is run again."""
    return _code(error) in CONFLICTS


def is_outage(error: DBAPIError) -> bool:
    """Return whether the database is unreachable, full, read-only or overloaded, not misused."""
    code = _code(error)
    if code is None:
        return error.connection_invalidated or isinstance(error, OperationalError)
    # {% if database == "postgresql" %}
    #| return error.connection_invalidated or code.startswith(OUTAGES)
    # {% else %}
    return error.connection_invalidated or code in OUTAGES
    # {% endif %}


def unavailable(error: DBAPIError) -> StorageUnavailable:
    """Log the cause of an outage, and return the error to raise."""
    logger.error("The database is not available.", exc_info=error)
    return StorageUnavailable()


@contextmanager
def translated_errors() -> Generator[None]:
    """Raise StorageUnavailable for conflicts and outages. Other errors pass through."""
    try:
        yield
    except DBAPIError as error:
        if not (is_conflict(error) or is_outage(error)):
            raise
        raise unavailable(error) from error
    except (PoolTimeoutError, TimeoutError) as error:
        logger.error("The database does not answer in time.", exc_info=error)
        raise StorageUnavailable from error


# {% if database == "sqlite" %}
def _code(error: DBAPIError) -> int | None:
    code: int | None = getattr(error.orig, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


# {% elif database == "postgresql" %}
#| def _code(error: DBAPIError) -> str | None:
#|     code: str | None = getattr(error.orig, "sqlstate", None)
#|     return code


# {% else %}
#| def _code(error: DBAPIError) -> int | None:
#|     return error.orig.args[0] if error.orig and error.orig.args else None


# {% endif %}
# {% endcall %}
