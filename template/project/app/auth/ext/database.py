# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Database access of the adapters, and statements that change rows."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

# Opens a session, and rolls back what was not committed when it closes.
OpenSession = Callable[[], AbstractAsyncContextManager[AsyncSession]]

# In autocommit: a single SELECT needs no transaction.
Reader = AsyncEngine


async def changed_rows(session: AsyncSession, statement: Update | Delete) -> int:
    """Return how many rows an UPDATE matched or a DELETE removed. Loaded objects stay stale."""
    result = await session.execute(statement.execution_options(synchronize_session=False))
    return cast(CursorResult[Any], result).rowcount


# {% endcall %}
