# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Whoever reads the database, or a backup of it, signs in as nobody (SEC-47)."""

from sqlalchemy import select

from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.database import Database
from app.models import AuthSession, Base
from tests.auth.conftest import log_in
from tests.conftest import Account
from tests.steps import rows_of

LOGINS = 10
REFRESHES = 4


async def issue_tokens(service: AsyncAuthService) -> list[str]:
    """Return a hundred tokens, of both kinds and several generations."""
    issued: list[str] = []
    for _ in range(LOGINS):
        pair = await log_in(service, Account())
        issued += [pair.access_token, pair.refresh_token]
        for _ in range(REFRESHES):
            pair = await service.refresh(pair.refresh_token)
            issued += [pair.access_token, pair.refresh_token]
    return issued


async def dump(database: Database) -> str:
    """Return all that the tables hold."""
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


async def test_session_ids_are_random_and_never_alike(
    service: AsyncAuthService,
    ann: UserProtocol,
    database: Database,
) -> None:
    """128 bits each: over the sessions every bit is sometimes set and sometimes not."""
    for _ in range(40):
        await log_in(service, Account())

    ids = [int(session.id, 16) for session in await rows_of(database, AuthSession)]

    sometimes, always = 0, ~0
    for number in ids:
        sometimes |= number
        always &= number
    assert len(set(ids)) == 40
    assert (sometimes, always) == (2**128 - 1, 0)


# {% endcall %}
