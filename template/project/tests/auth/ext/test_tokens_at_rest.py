# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Nothing in the database or a backup can be used as a token (SEC-47)."""

from sqlalchemy import select

from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.database import Database
from app.models import Base
from tests.auth.conftest import CLIENT, log_in
from tests.steps import Account

LOGINS = 10
REFRESHES = 4


async def issue_tokens(service: AsyncAuthService) -> list[str]:
    """Return a hundred tokens, of both kinds and several generations."""
    issued: list[str] = []
    for _ in range(LOGINS):
        pair = await log_in(service, Account())
        issued += [pair.access_token, pair.refresh_token]
        for _ in range(REFRESHES):
            pair = await service.refresh(pair.refresh_token, CLIENT)
            issued += [pair.access_token, pair.refresh_token]
    return issued


async def dump(database: Database) -> str:
    """Return the content of all tables as text."""
    found: list[object] = []
    async with database.session() as session:
        for table in Base.metadata.sorted_tables:
            rows = await session.execute(select(table))
            found += rows.all()
    return repr(found)


async def test_no_issued_token_is_stored(
    service: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
) -> None:
    tokens = await issue_tokens(service)

    stored = await dump(database)

    signatures = {token.rpartition(".")[2] for token in tokens}
    assert len(signatures) == 2 * LOGINS * (1 + REFRESHES)
    assert ann.email in stored
    assert [signature for signature in signatures if signature in stored] == []


# {% endcall %}
