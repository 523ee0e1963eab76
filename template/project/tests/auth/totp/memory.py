# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""In-memory repositories of second factors."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from app.auth.errors import ConcurrentChange
from app.auth.identifiers import UserId
from app.auth.totp.protocols import NewTotp, TotpProtocol


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryTotp(NewTotp):
    confirmed_at: datetime | None = None
    last_step: int = 0


# The time of use by user and hash.
MemoryRecoveryCodes = dict[tuple[UserId, str], datetime | None]


class MemoryTotpRepository:
    def __init__(self, rows: dict[UserId, MemoryTotp]) -> None:
        self._rows = rows

    async def get(self, user_id: UserId) -> MemoryTotp | None:
        return self._rows.get(user_id)

    async def add(self, totp: NewTotp) -> None:
        known = self._rows.get(totp.user_id)
        if known is not None and known.confirmed_at is not None:
            raise ConcurrentChange
        self._rows[totp.user_id] = MemoryTotp(**asdict(totp))

    async def confirm(self, totp: TotpProtocol, *, step: int, now: datetime) -> bool:
        row = self._rows.get(totp.user_id)
        if row is None or row.secret != totp.secret or row.confirmed_at is not None:
            return False
        self._rows[row.user_id] = replace(row, confirmed_at=now, last_step=step)
        return True

    async def accept(self, user_id: UserId, *, step: int) -> bool:
        row = self._rows.get(user_id)
        if row is None or row.confirmed_at is None or row.last_step >= step:
            return False
        self._rows[user_id] = replace(row, last_step=step)
        return True

    async def delete(self, user_id: UserId) -> bool:
        row = self._rows.get(user_id)
        if row is None or row.confirmed_at is None:
            return False
        del self._rows[user_id]
        return True

    async def list_sealed_otherwise(
        self,
        kid: str,
        *,
        after: UserId | None,
        limit: int,
    ) -> Sequence[MemoryTotp]:
        ids = sorted(row for row in self._rows if after is None or row > after)
        return [self._rows[one] for one in ids if self._rows[one].kid != kid][:limit]

    async def reseal(self, totp: TotpProtocol, *, secret: str, kid: str) -> bool:
        row = self._rows.get(totp.user_id)
        if row is None or row.secret != totp.secret:
            return False
        self._rows[row.user_id] = replace(row, secret=secret, kid=kid)
        return True


class MemoryRecoveryCodeRepository:
    def __init__(self, rows: MemoryRecoveryCodes) -> None:
        self._rows = rows

    async def replace_all(self, user_id: UserId, hashes: Sequence[str]) -> None:
        for key in [key for key in self._rows if key[0] == user_id]:
            del self._rows[key]
        self._rows.update(dict.fromkeys((user_id, one) for one in hashes))

    async def redeem(self, user_id: UserId, code_hash: str, *, now: datetime) -> bool:
        key = (user_id, code_hash)
        if key not in self._rows or self._rows[key] is not None:
            return False
        self._rows[key] = now
        return True

    async def count_unused(self, user_id: UserId) -> int:
        owned = [used_at for (owner, _), used_at in self._rows.items() if owner == user_id]
        return owned.count(None)


# {% endcall %}
