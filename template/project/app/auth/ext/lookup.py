# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The one query of an authenticated request: built once, one round trip, no transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

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
        self._statement = _live_users(user_model, session_model)

    async def find_all(
        self,
        session_ids: Sequence[str],
        now: datetime,
    ) -> dict[str, UserProtocol]:
        """Return the users of those sessions that are live, by the session's id."""
        rows = await self._read({"session_ids": session_ids, "now": now})
        return {row[-1]: row for row in rows}

    async def _read(self, parameters: dict[str, Any]) -> Sequence[Any]:
        with translated_errors():
            try:
                return await self._read_once(parameters)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            # The server was restarted: the pool has dropped its old connections, and asks anew.
            return await self._read_once(parameters)

    async def _read_once(self, parameters: dict[str, Any]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            result = await connection.execute(self._statement, parameters)
            rows: Sequence[Any] = result.all()
            return rows


def _live_users(user_model: Any, session_model: Any) -> Executable:
    columns = [
        attribute.expression.label(attribute.key)
        for attribute in inspect(user_model).column_attrs
        if attribute.key not in SECRET_COLUMNS
    ]
    now = bindparam("now", type_=session_model.idle_expires_at.type)
    return (
        select(*columns, session_model.id.label(None))
        .join_from(user_model, session_model, session_model.user_id == user_model.id)
        .where(
            session_model.id.in_(bindparam("session_ids", expanding=True)),
            session_model.revoked_at.is_(None),
            session_model.idle_expires_at > now,
            session_model.absolute_expires_at > now,
            user_model.is_active,
        )
    )


# {% endcall %}
