# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Let something happen between two transactions of the service."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from app.auth.protocols import Repositories, Transactions
from app.auth.service import AsyncAuthService

T = TypeVar("T")


@dataclass
class InterruptedTransactions:
    """Runs the first transaction, then once what happens meanwhile, then the others."""

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
    """Return the service, to which something happens after its first transaction."""
    transactions = InterruptedTransactions(service.transactions, happens)
    return replace(
        service,
        opening=replace(service.opening, transactions=transactions),
        rotation=replace(service.rotation, transactions=transactions),
        password_change=replace(service.password_change, transactions=transactions),
        transactions=transactions,
    )


# {% endcall %}
