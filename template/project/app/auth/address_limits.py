# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Rate limits per client address (SEC-24, SEC-26)."""

import logging
import time
from datetime import datetime, timedelta
from functools import cached_property
from math import ceil
from typing import Any, Literal, NoReturn, cast

from limits import RateLimitItem, parse_many, storage
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import RateLimiter, SlidingWindowCounterRateLimiter

from app.auth.addresses import networks_from
from app.auth.clock import Clock
from app.auth.errors import TooManyRequests
from app.auth.events import EventName, EventRecorder
from app.auth.setting_types import IN_MEMORY
from app.auth.settings import AuthSettings

Action = Literal["login", "register", "refresh", "logout", "mail", "token"]
# What is counted apart, so that a foreign page cannot use up the allowance of its visitors.
Caller = Literal["anybody", "without token", "foreign page"]

# Wait this long before retrying an unreachable storage, and at most this long for its reply.
PAUSE_AFTER_OUTAGE = timedelta(seconds=10)
PATIENCE = 0.25  # seconds

logger = logging.getLogger(__name__)


class AddressLimits:
    """Counts in this process, and in the storage that processes share if there is one.

    A sliding window stores two numbers for each address. While the shared storage is unavailable,
    the counts of the process itself still apply (SEC-83).
    """

    def __init__(self, settings: AuthSettings, clock: Clock, events: EventRecorder) -> None:
        self._rates: dict[Action, list[RateLimitItem]] = {
            "login": parse_many(settings.limit_login),
            "register": parse_many(settings.limit_register),
            "refresh": parse_many(settings.limit_refresh),
            "logout": parse_many(settings.limit_refresh),
            "mail": parse_many(settings.limit_mail),
            "token": parse_many(settings.limit_token),
        }
        self._clock = clock
        self._events = events
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._storage_uri = settings.limit_storage
        self._away_until: datetime | None = None

    @cached_property
    def _shared(self) -> RateLimiter:
        # Not before the first request: the client of a cluster can connect when it is created.
        return SlidingWindowCounterRateLimiter(_shared_storage(self._storage_uri))

    async def count(self, action: Action, ip: str | None, caller: Caller = "anybody") -> None:
        """Count a request of an address. Raise TooManyRequests if it must wait."""
        await self._count(self._own, action, ip, caller)
        if self._storage_uri == IN_MEMORY or self._is_away():
            return
        try:
            await self._count(self._shared, action, ip, caller)
        except TooManyRequests:
            raise
        except Exception as error:  # the clients of clusters have errors without a common class
            self._note_outage(error)
        else:
            self._note_return()

    async def is_shared(self) -> bool:
        """Return whether processes count together: there is a shared storage, and it answers."""
        if self._storage_uri == IN_MEMORY:
            return False
        try:
            return bool(await self._shared.storage.check())
        except Exception:
            return False

    async def close(self) -> None:
        """Close the connections to the shared storage."""
        if "_shared" in vars(self):  # it was used
            await _close(self._shared.storage)

    async def _count(
        self,
        limiter: RateLimiter,
        action: Action,
        ip: str | None,
        caller: Caller,
    ) -> None:
        # The smallest network first: a request that it refuses does not count in the larger ones.
        for network, allowance in networks_from(ip).items():
            for rate in self._rates[action]:
                allowed = type(rate)(rate.amount * allowance, rate.multiples)
                if not await limiter.hit(allowed, action, caller, network):
                    window = await limiter.get_window_stats(allowed, action, caller, network)
                    self._refuse(action, window.reset_time)

    def _is_away(self) -> bool:
        return self._away_until is not None and self._clock() < self._away_until

    def _refuse(self, action: Action, until: float) -> NoReturn:
        self._events.record(EventName.RATE_LIMIT_EXCEEDED, reason=action)
        raise TooManyRequests(max(1, ceil(until - time.time())))

    def _note_outage(self, error: Exception) -> None:
        if self._away_until is None:
            logger.warning("The storage of rate limits is unavailable; processes count separately.")
            logger.debug("The error of the storage of rate limits.", exc_info=error)
        self._away_until = self._clock() + PAUSE_AFTER_OUTAGE

    def _note_return(self) -> None:
        if self._away_until is not None:
            logger.info("The storage of rate limits is available again.")
        self._away_until = None


def _shared_storage(uri: str) -> Storage:
    # Imported here, because only a shared storage needs it. Its clients retry by default.
    # {% if concurrency == "async" %}
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    # {% else %}
    #| from redis.backoff import NoBackoff
    #| from redis.retry import Retry
    # {% endif %}

    uri = uri.replace("valkey", "redis", 1)  # the protocol is the same
    waits: dict[str, Any] = {
        "socket_connect_timeout": PATIENCE,
        "socket_timeout": PATIENCE,
        "retry": Retry(NoBackoff(), 0),
    }
    # The counts of replicas can be older.
    sentinel = {"sentinel_kwargs": waits, "use_replicas": False} if "+sentinel:" in uri else {}
    options: dict[str, Any] = {**waits, **sentinel}
    # {% if concurrency == "async" %}
    shared: Any = storage.storage_from_string(f"async+{uri}", implementation="redispy", **options)
    # {% else %}
    #| shared: Any = storage.storage_from_string(uri, **options)
    # {% endif %}
    return cast(Storage, shared)


async def _close(shared: Any) -> None:
    # {% if concurrency == "async" %}
    owner = shared.bridge
    await owner.get_connection().aclose()
    if sentinel := getattr(owner, "sentinel", None):
        await sentinel.aclose()
    # {% else %}
    #| shared.get_connection().close()
    #| if sentinel := getattr(shared, "sentinel", None):
    #|     sentinel.close()
    # {% endif %}


# {% endcall %}
