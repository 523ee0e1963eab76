# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Transactions that are retried after a conflict."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.errors import ConcurrentChange
from app.auth.ext.database import OpenSession
from app.auth.ext.database_errors import is_conflict, translated_errors, unavailable
from app.auth.ext.models import AuthModels, UserMixin
from app.auth.ext.sessions import SQLAlchemyAsyncSessionProtocol
from app.auth.ext.throttles import SQLAlchemyAsyncThrottleProtocol
from app.auth.ext.users import SQLAlchemyAsyncUserProtocol
from app.auth.mail.repository import SQLAlchemyAsyncMailProtocol
from app.auth.protocols import Repositories
from app.auth.totp.repository import (
    # {% if "totp" in features %}
    SQLAlchemyAsyncRecoveryProtocol,
    SQLAlchemyAsyncTotpProtocol,
    # {% endif %}
)

T = TypeVar("T")

ATTEMPTS = 4  # the first and three more
LONGEST_PAUSE = 0.05  # seconds before the second attempt; later ones wait longer


class SQLAlchemyAsyncTransactions:
    """Opens a session from `get_session` for each transaction and commits before it returns."""

    def __init__(
        self,
        get_session: OpenSession,
        user_model: type[UserMixin],
        models: AuthModels,
    ) -> None:
        self._get_session = get_session
        self._user_model = user_model
        self._models = models

    async def run(self, work: Callable[[Repositories], Awaitable[T]]) -> T:
        with translated_errors():
            for attempt in range(1, ATTEMPTS):
                try:
                    return await self._run_once(work)
                except ConcurrentChange:
                    continue
                except DBAPIError as error:
                    # A restart of the server has cut a pooled connection. Nothing has been
                    # committed: _commit raises another error.
                    cut_before = attempt == 1 and error.connection_invalidated
                    if not (cut_before or is_conflict(error)):
                        raise
                await asyncio.sleep(random.uniform(0, LONGEST_PAUSE * attempt))  # noqa: S311
            return await self._run_once(work)

    async def _run_once(self, work: Callable[[Repositories], Awaitable[T]]) -> T:
        async with self._get_session() as session:
            result = await work(
                Repositories(
                    users=SQLAlchemyAsyncUserProtocol(session, self._user_model),
                    mails=SQLAlchemyAsyncMailProtocol(session, self._models.mail),
                    sessions=SQLAlchemyAsyncSessionProtocol(
                        session,
                        self._models.session,
                        self._user_model,
                    ),
                    throttles=SQLAlchemyAsyncThrottleProtocol(session, self._models.throttle),
                    # {% if "totp" in features %}
                    totps=SQLAlchemyAsyncTotpProtocol(session, self._models.totp),
                    recovery_codes=SQLAlchemyAsyncRecoveryProtocol(
                        session,
                        self._models.recovery_code,
                    ),
                    # {% endif %}
                )
            )
            await _commit(session)
            return result


async def _commit(session: AsyncSession) -> None:
    try:
        await session.commit()
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        # The database may have committed, so running the work again could do it twice.
        raise unavailable(error) from error


# {% endcall %}
