# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Run code between two transactions of the service."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from app.auth.protocols import Repositories, Transactions
from app.auth.service import AsyncAuthService
from tests.auth.conftest import with_tools

T = TypeVar("T")


@dataclass
class InterruptedTransactions:
    """Awaits `happens` once, between the first transaction and the second."""

    transactions: Transactions
    happens: Callable[[], Awaitable[None]]
    count: int = 0

    async def run(self, work: Callable[[Repositories], Awaitable[T]]) -> T:
        self.count += 1
        if self.count == 2:
            await self.happens()
        return await self.transactions.run(work)


def interrupted(
    service: AsyncAuthService,
    happens: Callable[[], Awaitable[None]],
) -> AsyncAuthService:
    """Return the service with `happens` awaited after its first transaction."""
    transactions = InterruptedTransactions(service.tools.transactions, happens)
    return with_tools(service, transactions=transactions)


# {% endcall %}
