# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""How often one client address may log in, register and refresh (SEC-24, SEC-26)."""

import logging
import time
from math import ceil
from typing import Literal

from limits import RateLimitItem, parse_many
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError

from app.auth.errors import AddressThrottled
from app.auth.limit_storage import shared_storage
from app.auth.settings import AuthSettings

Action = Literal["login", "register", "refresh"]

logger = logging.getLogger(__name__)


class AddressLimiter:
    """Counts in memory, or in Redis for all processes together.

    When Redis is away this process goes on counting in its own memory, and says so once.
    """

    def __init__(self, settings: AuthSettings) -> None:
        self._limits: dict[Action, list[RateLimitItem]] = {
            "login": parse_many(settings.limit_login),
            "register": parse_many(settings.limit_register),
            "refresh": parse_many(settings.limit_refresh),
        }
        self._shared = SlidingWindowCounterRateLimiter(shared_storage(settings.limit_storage))
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared_is_away = False

    async def count(self, action: Action, address: str) -> None:
        """Count a request of an address. Raise AddressThrottled if it is one too many."""
        for limit in self._limits[action]:
            if not await self._hit(limit, action, address):
                raise AddressThrottled(await self._wait(limit, action, address))

    async def _hit(self, limit: RateLimitItem, action: Action, address: str) -> bool:
        try:
            admitted = await self._shared.hit(limit, action, address)
        except StorageError as error:
            if not self._shared_is_away:
                logger.warning("The storage of the rate limits is away.", exc_info=error)
            self._shared_is_away = True
            return await self._own.hit(limit, action, address)
        self._shared_is_away = False
        return admitted

    async def _wait(self, limit: RateLimitItem, action: Action, address: str) -> int:
        """Return the seconds after which the window has room again."""
        counter = self._own if self._shared_is_away else self._shared
        window = await counter.get_window_stats(limit, action, address)
        return max(1, ceil(window.reset_time - time.time()))


# {% endcall %}
