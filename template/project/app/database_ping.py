"""Ask a pooled connection whether it still lives, but only one that nobody has used for a while."""

import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

# A server that restarts is away for longer than this, so under load no connection that it cut
# is still trusted when it is back; and a busy connection is not asked before every transaction.
TRUSTED_SECONDS = 1.0


def ping_idle_connections(engine: Engine) -> None:
    """Replace a connection that a restart cut, unseen by whoever takes it from the pool."""

    def note_return(_connection: Any, record: Any) -> None:
        record.info["returned_at"] = time.monotonic()

    def check(connection: Any, record: Any, _proxy: Any) -> None:
        returned_at = record.info.get("returned_at")
        if returned_at is None or time.monotonic() - returned_at < TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError from error  # the pool connects anew

    event.listen(engine, "checkin", note_return)
    event.listen(engine, "checkout", check)
