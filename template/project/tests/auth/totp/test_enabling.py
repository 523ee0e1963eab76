# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A new authenticator changes the sessions and is reported to its owner."""

from httpx2 import AsyncClient

from app.database import Database
from app.models import AuthSession
from tests.auth.mail.steps import me
from tests.auth.totp.steps import enrol, replace_recovery_codes
from tests.conftest import MovableClock
from tests.postbox import Postbox
from tests.steps import AUTH, Account, log_in, refresh, rows_of

NOTICE = "The second factor of your account has changed"


async def test_enabling_ends_the_other_sessions(
    client: AsyncClient,
    verified: Account,
    database: Database,
    clock: MovableClock,
) -> None:
    """SEC-124."""
    other = await log_in(client, verified)

    await enrol(client, database, clock, verified)

    assert (await me(client)).status_code == 200
    assert (await refresh(client, other.refresh)).status_code == 401
    reasons = [session.revoked_reason for session in await rows_of(database, AuthSession)]
    assert sorted(reasons, key=str) == [None, *["second_factor_changed"] * 2]


async def test_session_of_the_enrolment_has_proved_the_factor(
    client: AsyncClient,
    user: Account,
    database: Database,
    clock: MovableClock,
) -> None:
    await enrol(client, database, clock, user)

    [session] = (await client.get(f"{AUTH}/sessions")).json()

    assert session["methods"] == ["pwd", "otp"]


async def test_user_is_told(
    client: AsyncClient,
    user: Account,
    database: Database,
    clock: MovableClock,
    postbox: Postbox,
) -> None:
    """SEC-111."""
    await enrol(client, database, clock, user)
    enabled = postbox.subjects_to(user.email).count(NOTICE)

    await replace_recovery_codes(client)

    assert (enabled, postbox.subjects_to(user.email).count(NOTICE)) == (1, 2)


# {% endcall %}
