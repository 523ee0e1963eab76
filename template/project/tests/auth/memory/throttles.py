# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""In-memory repository of login attempts."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil

from tests.auth.memory.tables import Attempts, delete

NO_BLOCK = datetime.min.replace(tzinfo=UTC)
CLOCK_TOLERANCE = timedelta(seconds=1)


class MemoryThrottleRepository:
    def __init__(self, rows: dict[str, Attempts]) -> None:
        self._rows = rows

    async def count(
        self,
        key: str,
        *,
        now: datetime,
        decay: timedelta,
        delays: Sequence[timedelta],
        free_attempts: int,
    ) -> datetime | None:
        known = self._rows.get(key, Attempts(now, NO_BLOCK))
        if known.blocked_until > now:
            return known.blocked_until
        forgotten_at = max(known.forgotten_at, now) + decay
        counted = ceil((forgotten_at - now - CLOCK_TOLERANCE) / decay)
        step = min(counted - free_attempts, len(delays) - 1)
        self._rows[key] = Attempts(forgotten_at, NO_BLOCK if step < 0 else now + delays[step])
        return None

    async def give_back(self, key: str, *, decay: timedelta) -> None:
        known = self._rows.get(key)
        if known is not None:
            self._rows[key] = Attempts(known.forgotten_at - decay, NO_BLOCK)

    async def forget(self, prefix: str) -> None:
        delete(self._rows, [key for key in self._rows if key.startswith(prefix)])

    async def purge(self, *, forgotten_before: datetime, limit: int) -> int:
        old = [key for key, row in self._rows.items() if row.forgotten_at < forgotten_before]
        return delete(self._rows, old[:limit])


# {% endcall %}
