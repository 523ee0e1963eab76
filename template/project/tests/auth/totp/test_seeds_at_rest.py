# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What the database knows about an authenticator opens nothing."""

import base64

from httpx2 import AsyncClient
from sqlalchemy import select

from app.database import Database
from app.models import AuthRecoveryCode, AuthTotp
from tests.auth.totp.steps import Authenticator, Enrolled, begin, confirm, enrol, finish
from tests.conftest import MovableClock
from tests.steps import Account, code_of, drop_credentials, register, rows_of


async def test_neither_seed_nor_recovery_code_is_stored(
    client: AsyncClient,
    verified: Account,
    database: Database,
    clock: MovableClock,
) -> None:
    """SEC-119, SEC-125."""
    begun = (await begin(client)).json()
    authenticator = Authenticator(begun["uri"], clock)
    confirmed = (await confirm(client, authenticator.code())).json()

    [totp] = await rows_of(database, AuthTotp)
    codes = await rows_of(database, AuthRecoveryCode)
    seed = base64.b32decode(begun["secret"])
    assert seed not in base64.urlsafe_b64decode(totp.secret)
    stored = " ".join([totp.secret, *(code.code_hash for code in codes)])
    assert [code for code in confirmed["recovery_codes"] if code in stored] == []


async def test_seed_of_another_user_opens_nothing(
    client: AsyncClient,
    enrolled: Enrolled,
    token: str,
    database: Database,
    clock: MovableClock,
) -> None:
    """SEC-119: write access to the database cannot give a user a known seed."""
    bob = await enrol(client, database, clock, await register(client, "bob"))
    drop_credentials(client)
    clock.move(seconds=30)
    async with database.session() as session:
        ann_row, bob_row = await session.scalars(select(AuthTotp).order_by(AuthTotp.user_id))
        ann_row.secret = bob_row.secret
        await session.commit()

    response = await finish(client, token, bob.authenticator.code())

    assert code_of(response) == (401, "invalid_code")


# {% endcall %}
