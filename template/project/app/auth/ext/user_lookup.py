# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The query of authenticated requests, shared by those that wait at the same time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    # {% if database == "postgresql" %}
    #| ARRAY,
    # {% endif %}
    ColumnElement,
    Executable,
    # {% if database == "postgresql" %}
    #| any_,
    # {% endif %}
    bindparam,
    inspect,
    select,
)
from sqlalchemy.exc import DBAPIError

from app.auth.authenticator import Identity
from app.auth.ext.database import Reader
from app.auth.ext.database_errors import translated_errors
from app.auth.ext.models import AuthSessionMixin, UserMixin
from app.auth.ext.read_only import read_only
from app.auth.identifiers import UserId
from app.auth.protocols import UserProtocol

SECRET_COLUMNS = {"password_hash", "email_key", "username_key"}
# {% if database == "postgresql" %}
#| # Lookups per query.
# {% else %}
# Lookups per query. Each number of lookups is a separate prepared statement.
# {% endif %}
MAX_BATCH = 32

# Takes session ids and the time, and returns the identities of live sessions by session id.
FindAll = Callable[[Sequence[str], datetime], Awaitable[Mapping[str, Identity]]]


class SQLAlchemyUserLookup:
    """Finds the active users of live sessions, as read-only instances of the user model.

    They have every column except the secret ones. The statement is built once and runs in
    autocommit mode: one round trip, no transaction.
    """

    def __init__(
        self,
        reader: Reader,
        user_model: type[UserMixin],
        session_model: type[AuthSessionMixin],
    ) -> None:
        self._reader = reader
        self._statement = _live_users(user_model, session_model)
        self._columns = list(_readable_columns(user_model))
        self._user_type = read_only(user_model)

    async def find_all(
        self,
        session_ids: Sequence[str],
        now: datetime,
    ) -> dict[str, Identity]:
        """Return the identities of live sessions with active users, by session id."""
        rows = await self._read({"session_ids": session_ids, "now": now})
        return {row[-1]: self._identity_from(row) for row in rows}

    def _identity_from(self, row: Any) -> Identity:
        """Build an identity from a row, which has the user's columns and then the session's."""
        user = self._user_type.__new__(self._user_type)
        vars(user).update(zip(self._columns, row, strict=False))
        authenticated_at, methods, session_id = row[-3:]
        return Identity(cast(UserProtocol, user), session_id, authenticated_at, methods)

    async def _read(self, parameters: dict[str, Any]) -> Sequence[Any]:
        with translated_errors():
            try:
                return await self._read_once(parameters)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            # The server was restarted. The pool has dropped its old connections, so retry once.
            return await self._read_once(parameters)

    # {% if concurrency == "async" %}
    async def _read_once(self, parameters: dict[str, Any]) -> Sequence[Any]:
        async with self._reader.connect() as connection:
            result = await connection.execute(self._statement, parameters)
            return result.all()

    # {% else %}
    #| async def _read_once(self, parameters: dict[str, Any]) -> Sequence[Any]:
    #|     # The event loop collects lookups, and a thread runs the blocking query.
    #|     return await asyncio.to_thread(self._read_in_thread, parameters)
    # {# at most four lines in a row #}

    #| def _read_in_thread(self, parameters: dict[str, Any]) -> Sequence[Any]:
    #|     with self._reader.connect() as connection:
    #|         return connection.execute(self._statement, parameters).all()

    # {% endif %}


@dataclass(frozen=True, slots=True)
class PendingLookup:
    user_id: UserId
    session_id: str
    now: datetime
    answer: asyncio.Future[Identity | None]


class SharedUserLookup:
    """Combines lookups that have not started, so no result is older than its lookup.

    A logout therefore takes effect as if each request ran its own query.
    """

    def __init__(self, find_all: FindAll) -> None:
        self._find_all = find_all
        self._waiting: list[PendingLookup] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def find(self, *, user_id: UserId, session_id: str, now: datetime) -> Identity | None:
        answer: asyncio.Future[Identity | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(PendingLookup(user_id, session_id, now, answer))
        if len(self._waiting) % MAX_BATCH == 1:
            # A separate task, so that cancelling one caller does not cancel the others.
            task = asyncio.create_task(self._find_waiting())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _find_waiting(self) -> None:
        lookups, self._waiting = self._waiting[:MAX_BATCH], self._waiting[MAX_BATCH:]
        session_ids = [lookup.session_id for lookup in lookups]
        latest = max(lookup.now for lookup in lookups)
        try:
            found = await self._find_all(session_ids, latest)
        except Exception as error:
            for lookup in lookups:
                if not lookup.answer.done():
                    lookup.answer.set_exception(error)
            return
        for lookup in lookups:
            identity = found.get(lookup.session_id)
            if identity is not None and identity.user.id != lookup.user_id:
                identity = None
            if not lookup.answer.done():  # a cancelled caller is done
                lookup.answer.set_result(identity)


def _readable_columns(user_model: type[UserMixin]) -> dict[str, ColumnElement[Any]]:
    return {
        attribute.key: attribute.expression
        for attribute in inspect(user_model).column_attrs
        if attribute.key not in SECRET_COLUMNS
    }


def _live_users(
    user_model: type[UserMixin],
    session_model: type[AuthSessionMixin],
) -> Executable:
    """Select the readable columns of the user, then those of the session."""
    # Anonymous labels, which cannot clash with a column of the user model.
    session_columns = [
        column.label(None)
        for column in (session_model.authenticated_at, session_model.methods, session_model.id)
    ]
    # {% if database == "postgresql" %}
    #| session_ids = bindparam("session_ids", type_=ARRAY(session_model.id.type))
    # {% endif %}
    now = bindparam("now", type_=session_model.idle_expires_at.type)
    return (
        select(*_readable_columns(user_model).values(), *session_columns)
        .join_from(user_model, session_model, session_model.user_id == user_model.id)
        .where(
            # {% if database == "postgresql" %}
            #| session_model.id == any_(session_ids),  # one statement for any number
            # {% else %}
            session_model.id.in_(bindparam("session_ids", expanding=True)),
            # {% endif %}
            session_model.revoked_at.is_(None),
            session_model.idle_expires_at > now,
            session_model.absolute_expires_at > now,
            user_model.is_active,
        )
    )


# {% endcall %}
