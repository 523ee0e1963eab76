"""In-memory look-up of the user of a live session."""

from dataclasses import dataclass
from datetime import datetime

from app.auth.authenticator import Identity
from app.auth.identifiers import UserId
from tests.auth.memory.transactions import MemoryTransactions


@dataclass(frozen=True, slots=True)
class MemoryUserLookup:
    memory: MemoryTransactions

    async def find(self, *, user_id: UserId, session_id: str, now: datetime) -> Identity | None:
        tables = self.memory.tables
        session, user = tables.sessions.get(session_id), tables.users.get(user_id)
        if session is None or user is None:
            return None
        is_found = session.user_id == user_id and session.is_live(now) and user.is_active
        if not is_found:
            return None
        return Identity(user, session_id, session.authenticated_at, session.methods)
