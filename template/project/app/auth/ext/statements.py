# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Run a statement for its effect."""

from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Update
from sqlalchemy.ext.asyncio import AsyncSession


async def changed_rows(session: AsyncSession, statement: Update | Delete) -> int:
    """Return how many rows an UPDATE matched or a DELETE removed; loaded objects stay stale."""
    result = await session.execute(statement.execution_options(synchronize_session=False))
    return cast(CursorResult[Any], result).rowcount


# {% endcall %}
