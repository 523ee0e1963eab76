# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""In-memory user repository."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from app.auth.errors import DuplicateIdentity
from app.auth.identifiers import UserId, identifier_key
from app.auth.protocols import NewUser, Role
from tests.auth.memory.tables import MemoryUser, Tables, delete


class MemoryUserRepository:
    def __init__(self, tables: Tables, ids: Iterator[UserId]) -> None:
        self._tables = tables
        self._rows = tables.users
        self._ids = ids

    async def get_by_id(self, user_id: UserId) -> MemoryUser | None:
        return self._rows.get(user_id)

    async def get_by_email_or_username(self, value: str) -> MemoryUser | None:
        key = identifier_key(value)
        if key is None:
            return None
        return self._find("email" if "@" in key else "username", key)

    async def create_user(
        self,
        user: NewUser,
        *,
        password_hash: str,
        created_at: datetime,
    ) -> MemoryUser:
        for column in ("email", "username"):
            key = identifier_key(getattr(user, column))
            if key is None or self._find(column, key):
                raise DuplicateIdentity
        row = MemoryUser(
            **asdict(user),
            id=next(self._ids),
            password_hash=password_hash,
            created_at=created_at,
        )
        self._rows[row.id] = row
        return row

    async def replace_password_hash(self, user_id: UserId, *, old: str, new: str) -> bool:
        user = self._rows.get(user_id)
        if user is None or not user.is_active or user.password_hash != old:
            return False
        self._rows[user_id] = replace(user, password_hash=new)
        return True

    async def set_password_hash(self, user_id: UserId, password_hash: str) -> None:
        self._rows[user_id] = replace(self._rows[user_id], password_hash=password_hash)

    async def set_active(self, user_id: UserId, *, active: bool) -> None:
        self._rows[user_id] = replace(self._rows[user_id], is_active=active)

    async def set_role(self, user_id: UserId, role: Role, *, granted: bool) -> None:
        changes: dict[str, Any] = {f"is_{role}": granted}
        self._rows[user_id] = replace(self._rows[user_id], **changes)

    async def lock_superusers(self) -> set[UserId]:
        rows = self._rows.values()
        return {row.id for row in rows if row.is_superuser and row.is_active}

    async def list_after(self, user_id: UserId | None, *, limit: int) -> Sequence[MemoryUser]:
        ids = sorted(row for row in self._rows if user_id is None or row > user_id)
        return [self._rows[row] for row in ids[:limit]]

    async def set_username(self, user_id: UserId, username: str) -> None:
        self._refuse_taken("username", username, user_id)
        self._rows[user_id] = replace(self._rows[user_id], username=username)

    async def set_email(self, user_id: UserId, email: str, *, verified_at: datetime) -> None:
        self._refuse_taken("email", email, user_id)
        user = replace(self._rows[user_id], email=email, email_verified_at=verified_at)
        self._rows[user_id] = user

    async def verify_email(self, user_id: UserId, email: str, *, verified_at: datetime) -> bool:
        user = self._rows.get(user_id)
        key = identifier_key(email)
        if user is None or not user.is_active or identifier_key(user.email) != key:
            return False
        self._rows[user_id] = replace(user, email_verified_at=verified_at)
        return True

    async def delete(self, user_id: UserId) -> None:
        del self._rows[user_id]
        mails, sessions = self._tables.mails, self._tables.sessions
        delete(mails, [key for key, row in mails.items() if row.user_id == user_id])
        delete(sessions, [key for key, row in sessions.items() if row.user_id == user_id])
        # {% if "totp" in features %}
        codes = self._tables.recovery_codes
        self._tables.totps.pop(user_id, None)
        for key in [key for key in codes if key[0] == user_id]:
            del codes[key]
        # {% endif %}

    def _refuse_taken(self, column: str, value: str, user_id: UserId) -> None:
        owner = self._find(column, identifier_key(value) or "")
        if owner is not None and owner.id != user_id:
            raise DuplicateIdentity

    def _find(self, column: str, key: str) -> MemoryUser | None:
        found = (row for row in self._rows.values() if identifier_key(getattr(row, column)) == key)
        return next(found, None)


# {% endcall %}
