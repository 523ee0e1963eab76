# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""In-memory session repository."""

from dataclasses import asdict, replace
from datetime import datetime

from app.auth.identifiers import UserId
from app.auth.protocols import NewSession
from tests.auth.memory.tables import MemorySession, MemoryUser, delete


class MemorySessionRepository:
    def __init__(
        self,
        rows: dict[str, MemorySession],
        users: dict[UserId, MemoryUser],
    ) -> None:
        self._rows = rows
        self._users = users

    async def add(self, session: NewSession) -> MemorySession:
        row = MemorySession(
            **asdict(session),
            rotated_at=session.created_at,
            last_ip=session.ip,
            last_user_agent=session.user_agent,
        )
        self._rows[row.id] = row
        return row

    async def get(self, session_id: str) -> MemorySession | None:
        return self._rows.get(session_id)

    async def get_of_active_user(self, session_id: str) -> MemorySession | None:
        session = self._rows.get(session_id)
        user = self._users.get(session.user_id) if session else None
        return session if user and user.is_active else None

    async def rotate(
        self,
        session_id: str,
        generation: int,
        *,
        now: datetime,
        idle_expires_at: datetime,
        kid: str,
        ip: str | None,
        user_agent: str | None,
    ) -> bool:
        session = self._rows.get(session_id)
        if session is None or session.generation != generation or not session.is_live(now):
            return False
        self._rows[session_id] = replace(
            session,
            generation=generation + 1,
            rotated_at=now,
            idle_expires_at=min(idle_expires_at, session.absolute_expires_at),
            kid=kid,
            last_ip=ip,
            last_user_agent=user_agent,
        )
        return True

    # {% if "totp" in features %}
    async def set_methods(self, session_id: str, methods: tuple[str, ...]) -> bool:
        session = self._rows.get(session_id)
        if session is None or session.revoked_at is not None:
            return False
        self._rows[session_id] = replace(session, methods=methods)
        return True

    # {% endif %}
    async def revoke(self, session_id: str, *, now: datetime, reason: str) -> bool:
        found = self._rows.get(session_id)
        return self._revoke([found] if found else [], now, reason) == 1

    async def revoke_all(
        self,
        user_id: UserId,
        *,
        now: datetime,
        reason: str,
        except_session_id: str | None = None,
    ) -> int:
        found = [row for row in self._rows.values() if row.user_id == user_id]
        return self._revoke([row for row in found if row.id != except_session_id], now, reason)

    async def revoke_oldest(self, user_id: UserId, *, keep: int, now: datetime, reason: str) -> int:
        return self._revoke(self._live(user_id, now)[keep:], now, reason)

    async def list_live(self, user_id: UserId, *, now: datetime) -> list[MemorySession]:
        return self._live(user_id, now)

    async def purge(self, *, ended_before: datetime, limit: int) -> int:
        ended = [row for row in self._rows.values() if row.absolute_expires_at < ended_before]
        return delete(self._rows, [row.id for row in ended[:limit]])

    def _live(self, user_id: UserId, now: datetime) -> list[MemorySession]:
        rows = [row for row in self._rows.values() if row.user_id == user_id and row.is_live(now)]
        rows.sort(key=lambda row: row.id)
        return sorted(rows, key=lambda row: row.created_at, reverse=True)

    def _revoke(self, rows: list[MemorySession], now: datetime, reason: str) -> int:
        live = [row for row in rows if row.revoked_at is None]
        for row in live:
            self._rows[row.id] = replace(row, revoked_at=now, revoked_reason=reason)
        return len(live)


# {% endcall %}
