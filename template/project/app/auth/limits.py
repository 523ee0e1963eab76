# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""How often one client address may ask for what is costly or guesses (SEC-24, SEC-26)."""

import logging
import time
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from typing import Any, Literal, cast

from limits import RateLimitItem, errors, parse_many, storage
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import RateLimiter, SlidingWindowCounterRateLimiter

from app.auth.clock import Clock
from app.auth.errors import TooManyRequests
from app.auth.events import EventName, EventRecorder
from app.auth.settings import AuthSettings
from app.auth.values import IN_MEMORY

Action = Literal["login", "register", "refresh"]

# A shared storage that is away is asked again after so long, and is given so long to answer.
PAUSE_AFTER_OUTAGE = timedelta(seconds=10)
PATIENCE = 0.25  # seconds
# Whoever has one IPv6 address has a whole network of this size.
IPV6_NETWORK_BITS = 64

logger = logging.getLogger(__name__)


class AddressLimits:
    """Counts in this process, and in the storage that processes share if there is one.

    A sliding window keeps two numbers for an address, however often it asks. What a process has
    counted itself still limits when the shared storage is away (SEC-83).
    """

    def __init__(self, settings: AuthSettings, clock: Clock, events: EventRecorder) -> None:
        self._rates: dict[Action, list[RateLimitItem]] = {
            "login": parse_many(settings.limit_login),
            "register": parse_many(settings.limit_register),
            "refresh": parse_many(settings.limit_refresh),
        }
        self._clock = clock
        self._events = events
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        shared = _shared_storage(settings.limit_storage)
        self._shared = SlidingWindowCounterRateLimiter(shared) if shared else None
        self._away_until: datetime | None = None

    async def count(self, action: Action, ip: str | None) -> None:
        """Count a request of an address. Raise TooManyRequests if it has to wait."""
        network = network_of(ip)
        await self._count(self._own, action, network)
        if self._shared is None or (self._away_until and self._clock() < self._away_until):
            return
        try:
            await self._count(self._shared, action, network)
        except errors.StorageError as error:
            self._note_outage(error)
        else:
            self._note_return()

    async def is_shared(self) -> bool:
        """Tell whether processes count together: there is a storage for that, and it answers."""
        if self._shared is None:
            return False
        try:
            return bool(await self._shared.storage.check())
        except errors.StorageError:
            return False

    async def _count(self, limiter: RateLimiter, action: Action, network: str) -> None:
        for rate in self._rates[action]:
            if not await limiter.hit(rate, action, network):
                window = await limiter.get_window_stats(rate, action, network)
                self._events.record(EventName.RATE_LIMIT_EXCEEDED, outcome="failure", reason=action)
                raise TooManyRequests(max(1, ceil(window.reset_time - time.time())))

    def _note_outage(self, error: errors.StorageError) -> None:
        if self._away_until is None:
            logger.warning("The storage of rate limits is away; each process counts for itself.")
            logger.debug("Why the storage of rate limits is away.", exc_info=error)
        self._away_until = self._clock() + PAUSE_AFTER_OUTAGE

    def _note_return(self) -> None:
        if self._away_until is not None:
            logger.info("The storage of rate limits is back.")
        self._away_until = None


def network_of(ip: str | None) -> str:
    """Return what is counted as one client: an IPv4 address or an IPv6 network.

    Clients without an address, as behind a Unix socket, are counted together.
    """
    try:
        address = ip_address(ip or "")
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((address.packed, IPV6_NETWORK_BITS), strict=False))


def _shared_storage(uri: str) -> Storage | None:
    if uri == IN_MEMORY:
        return None
    options: dict[str, Any] = {
        "wrap_exceptions": True,
        "socket_connect_timeout": PATIENCE,
        "socket_timeout": PATIENCE,
    }
    # {% if concurrency == "async" %}
    shared: Any = storage.storage_from_string(f"async+{uri}", implementation="redispy", **options)
    # {% else %}
    #| shared: Any = storage.storage_from_string(uri, **options)
    # {% endif %}
    return cast(Storage, shared)


# {% endcall %}
