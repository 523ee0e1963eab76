# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Tell the database's errors apart: try again, not available now, or a defect of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.auth.errors import StorageUnavailable

# {% if database == "sqlite" %}
# SQLITE_BUSY and SQLITE_LOCKED, the low byte of the extended result codes.
CONFLICTS = {5, 6}
# {% elif database == "postgresql" %}
#| # serialization_failure and deadlock_detected.
#| CONFLICTS = {"40001", "40P01"}
# {% else %}
#| # Deadlock, lock wait timeout, and MariaDB's "record has changed since last read".
#| CONFLICTS = {1213, 1205, 1020}
# {% endif %}


def is_conflict(error: DBAPIError) -> bool:
    """Tell whether the same transaction may succeed when it is simply run again."""
    # {% if database == "sqlite" %}
    code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
    # {% elif database == "postgresql" %}
    #| code = getattr(error.orig, "sqlstate", None)
    # {% else %}
    #| code = error.orig.args[0] if error.orig and error.orig.args else None
    # {% endif %}
    return code in CONFLICTS


def is_unavailable(error: Exception) -> bool:
    """Tell whether the database is away, full, read-only or overloaded rather than misused."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, OperationalError | InterfaceError | PoolTimeoutError | OSError)


@contextmanager
def translated_errors() -> Iterator[None]:
    """Raise StorageUnavailable for a database that is away; let defects of ours pass."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError, OSError) as error:
        if is_unavailable(error):
            raise StorageUnavailable from error
        raise


# {% endcall %}
