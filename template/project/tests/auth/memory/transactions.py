# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""In-memory transactions."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count
from threading import Lock
from typing import Any, TypeVar

from app.auth.protocols import Repositories
from tests.auth.memory.mails import MemoryMailRepository
from tests.auth.memory.sessions import MemorySessionRepository
from tests.auth.memory.tables import Tables
from tests.auth.memory.throttles import MemoryThrottleRepository
from tests.auth.memory.users import MemoryUserRepository
from tests.auth.totp.memory import (
    # {% if "totp" in features %}
    MemoryRecoveryCodeRepository,
    MemoryTotpRepository,
    # {% endif %}
)
from tests.steps import Account
from tests.user_ids import user_id

T = TypeVar("T")


class MemoryTransactions:
    """Runs work on a snapshot, and repeats it if another transaction committed first."""

    def __init__(self) -> None:
        self.tables = Tables()
        self._ids = map(user_id, count(1))
        self._lock = Lock()

    async def run(self, work: Callable[[Repositories], Awaitable[T]]) -> T:
        while True:
            before = self.tables
            after = before.copy()
            store = Repositories(
                users=MemoryUserRepository(after, self._ids),
                mails=MemoryMailRepository(after.mails),
                sessions=MemorySessionRepository(after.sessions, after.users),
                throttles=MemoryThrottleRepository(after.throttles),
                # {% if "totp" in features %}
                totps=MemoryTotpRepository(after.totps),
                recovery_codes=MemoryRecoveryCodeRepository(after.recovery_codes),
                # {% endif %}
            )
            result = await work(store)
            with self._lock:
                if self.tables is before:
                    self.tables = after
                    return result

    def change_user(self, account: Account, **values: Any) -> None:
        """Change the columns of a user outside a transaction."""
        tables = self.tables.copy()
        for row in self.tables.users.values():
            if row.email == account.email:
                tables.users[row.id] = replace(row, **values)
        self.tables = tables


# {% endcall %}
