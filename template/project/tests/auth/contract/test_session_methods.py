# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What a session has proved can change while it lives."""

from app.auth.protocols import SessionProtocol, Transactions
from tests.auth.contract.conftest import SESSION_ID, fields, revoke


async def set_methods(transactions: Transactions, *methods: str) -> bool:
    return await transactions.run(lambda store: store.sessions.set_methods(SESSION_ID, methods))


async def test_methods_of_a_session_are_replaced(
    transactions: Transactions,
    session: SessionProtocol,
) -> None:
    before = await fields(transactions)

    changed = await set_methods(transactions, "pwd")

    assert changed is True
    assert await fields(transactions) == before | {"methods": ("pwd",)}


async def test_methods_of_an_ended_session_stay(
    transactions: Transactions,
    session: SessionProtocol,
) -> None:
    await revoke(transactions)
    before = await fields(transactions)

    changed = await set_methods(transactions, "pwd")

    assert not changed
    assert await fields(transactions) == before


async def test_unknown_session_has_no_methods(transactions: Transactions) -> None:
    assert not await set_methods(transactions, "pwd")


# {% endcall %}
