# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The two ways to the database that an application hands to the kit."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

# Opens a session, and rolls back what was not committed when it closes.
OpenSession = Callable[[], AbstractAsyncContextManager[AsyncSession]]

# In autocommit: a single SELECT needs no transaction around it.
Reader = AsyncEngine


# {% endcall %}
