# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Classification of database errors: conflicts, outages and defects."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.auth.errors import StorageUnavailable

# {% if database == "sqlite" %}
# Result codes of SQLite. Busy and locked; read-only; input/output error, full, cannot be opened.
CONFLICTS = {5, 6}
READ_ONLY = {8}
OUTAGES = READ_ONLY | {10, 13, 14}
# {% elif database == "postgresql" %}
#| # SQLSTATEs. Serialization failure and deadlock; the classes and codes that mean an outage.
#| CONFLICTS = {"40001", "40P01"}
#| READ_ONLY = {"25006"}
#| OUTAGES = ("08", "25006", "53", "55P03", "57", "58")
# {% else %}
#| # Error numbers. Deadlock, lock wait timeout, record changed since read; read-only.
#| CONFLICTS = {1213, 1205, 1020}
#| READ_ONLY = {1290, 1792, 1836}
#| # Full or out of memory, too many connections or shutting down, a node that left its cluster.
# {# at most four lines in a row #}
#| STATES = {1021, 1037, 1038, 1041, 1114, 1040, 1053, 1203, 1226, 1047, 1180, 3100, 3168}
#| # Too slow, or a connection lost, on the side of the server (also as 1158 to 1161) or ours.
#| TRAFFIC = {1317, 1927, 1969, 3024, 4031, *range(1158, 1162), *range(2000, 2060)}
#| OUTAGES = READ_ONLY | STATES | TRAFFIC
# {% endif %}

logger = logging.getLogger(__name__)
# {% if database == "sqlite" and concurrency == "async" %}
# At DEBUG the driver writes statements with their parameters: hashes, names, keys (SEC-90).
logging.getLogger("aiosqlite").setLevel(logging.INFO)
# {% endif %}


def is_conflict(error: DBAPIError) -> bool:
    """Return whether the same transaction may succeed if it is run again."""
    return _code(error.orig) in CONFLICTS


def is_read_only(error: BaseException) -> bool:
    """Return whether a driver reports that the database takes no changes now."""
    return _code(error) in READ_ONLY


def is_outage(error: DBAPIError) -> bool:
    """Return whether the database is unreachable, full, read-only or overloaded, not misused."""
    code = _code(error.orig)
    if code is None:  # found by the driver, not by the server
        return error.connection_invalidated or isinstance(error, OperationalError | InternalError)
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
def _code(error: BaseException | None) -> int | None:
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


# {% elif database == "postgresql" %}
#| def _code(error: BaseException | None) -> str | None:
#|     code: str | None = getattr(error, "sqlstate", None)
#|     return code


# {% else %}
#| def _code(error: BaseException | None) -> int | None:
#|     code: int | None = error.args[0] if error and error.args else None
#|     return code


# {% endif %}
# {% endcall %}
