# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The one query of an authenticated request: built once, one round trip, no transaction."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy import Executable, bindparam, inspect, select
from sqlalchemy.exc import DBAPIError

from app.auth.ext.access import Reader
from app.auth.ext.faults import translated_errors
from app.auth.ext.models import AuthSessionMixin, UserMixin
from app.auth.protocols import UserProtocol

SECRET_COLUMNS = {"password_hash", "email_key", "username_key"}


class SQLAlchemyAsyncUserLookup:
    """Finds the active user of a live session, as a read-only row.

    The row has every column of the team's user model but the secret ones.
    """

    def __init__(
        self,
        reader: Reader,
        user_model: type[UserMixin],
        session_model: type[AuthSessionMixin],
    ) -> None:
        self._reader = reader
        self._statement = _live_user(user_model, session_model)

    async def find(self, *, user_id: int, session_id: str, now: datetime) -> UserProtocol | None:
        parameters = {"user_id": user_id, "session_id": session_id, "now": now}
        with translated_errors():
            try:
                return await self._fetch(parameters)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            # The server was restarted: the pool has dropped its old connections, and asks anew.
            return await self._fetch(parameters)

    async def _fetch(self, parameters: dict[str, Any]) -> UserProtocol | None:
        async with self._reader.connect() as connection:
            result = await connection.execute(self._statement, parameters)
            return cast(UserProtocol | None, result.one_or_none())


def _live_user(user_model: Any, session_model: Any) -> Executable:
    columns = [
        attribute.expression.label(attribute.key)
        for attribute in inspect(user_model).column_attrs
        if attribute.key not in SECRET_COLUMNS
    ]
    now = bindparam("now", type_=session_model.idle_expires_at.type)
    return (
        select(*columns)
        .join_from(user_model, session_model, session_model.user_id == user_model.id)
        .where(
            session_model.id == bindparam("session_id"),
            session_model.revoked_at.is_(None),
            session_model.idle_expires_at > now,
            session_model.absolute_expires_at > now,
            user_model.id == bindparam("user_id"),
            user_model.is_active,
        )
    )


# {% endcall %}
