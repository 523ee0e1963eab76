"""Liveness checks of pooled connections that were idle for a while."""

import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

# A restart takes a server longer than this, so no connection that it cut is trusted afterwards.
# A busy connection is not checked before every transaction.
TRUSTED_SECONDS = 1.0


def ping_idle_connections(engine: Engine) -> None:
    """Replace connections that a restart cut, before the pool hands them out."""

    def note_return(_connection: Any, record: Any) -> None:
        record.info["returned_at"] = time.monotonic()

    def check(connection: Any, record: Any, _proxy: Any) -> None:
        returned_at = record.info.get("returned_at")
        if returned_at is None or time.monotonic() - returned_at < TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool connects again

    event.listen(engine, "checkin", note_return)
    event.listen(engine, "checkout", check)
