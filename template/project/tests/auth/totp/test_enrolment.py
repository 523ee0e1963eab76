# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""An authenticator counts once one of its codes was entered."""

import base64
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from httpx2 import AsyncClient, Response

from app.auth.settings import AuthSettings
from app.database import Database
from app.models import AuthTotp
from tests.auth.totp.steps import (
    WRONG_CODE,
    Authenticator,
    begin,
    confirm,
    enrol,
    give_password,
    replace_recovery_codes,
    second_factors,
)
from tests.conftest import MovableClock
from tests.steps import (
    SIGNED_IN,
    Account,
    code_of,
    credential,
    drop_credentials,
    log_in,
    refresh,
    rows_of,
    tokens_of,
)


async def confirm_anything(client: AsyncClient) -> Response:
    return await confirm(client, WRONG_CODE)


async def test_seed_is_shown_with_its_uri(
    client: AsyncClient,
    verified: Account,
    auth_settings: AuthSettings,
) -> None:
    body = (await begin(client)).json()

    uri, parameters = urlsplit(body["uri"]), parse_qs(urlsplit(body["uri"]).query)
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert unquote(uri.path) == f"/{auth_settings.issuer}:{verified.email}"
    assert parameters == {"secret": [body["secret"]], "issuer": [auth_settings.issuer]}
    assert len(base64.b32decode(body["secret"])) == 20


async def test_enrolment_is_confirmed_by_a_code(
    client: AsyncClient,
    verified: Account,
    clock: MovableClock,
) -> None:
    authenticator = Authenticator((await begin(client)).json()["uri"], clock)
    before = (await second_factors(client)).json()

    response = await confirm(client, authenticator.code())

    assert len(set(response.json()["recovery_codes"])) == 10
    assert before == {"totp": False, "recovery_codes_left": 0}
    assert (await second_factors(client)).json() == {"totp": True, "recovery_codes_left": 10}


@pytest.mark.parametrize("code", [WRONG_CODE, "", "12345"])
async def test_wrong_code_confirms_nothing(
    client: AsyncClient,
    verified: Account,
    code: str,
) -> None:
    await begin(client)

    response = await confirm(client, code)

    assert code_of(response) == (403, "wrong_code")
    assert (await second_factors(client)).json()["totp"] is False


async def test_abandoned_enrolment_is_never_asked_for(
    client: AsyncClient,
    verified: Account,
) -> None:
    """SEC-124."""
    await begin(client)

    response = await give_password(client, verified)

    assert response.status_code == SIGNED_IN


async def test_second_seed_replaces_the_first(
    client: AsyncClient,
    verified: Account,
    clock: MovableClock,
) -> None:
    first = Authenticator((await begin(client)).json()["uri"], clock)
    second = Authenticator((await begin(client)).json()["uri"], clock)

    refused = await confirm(client, first.code())
    accepted = await confirm(client, second.code())

    assert (code_of(refused), accepted.status_code) == ((403, "wrong_code"), 200)


@pytest.mark.parametrize(("seconds", "status"), [(600, 200), (601, 403)])
async def test_seed_waits_ten_minutes_for_its_first_code(
    client: AsyncClient,
    verified: Account,
    clock: MovableClock,
    seconds: int,
    status: int,
) -> None:
    authenticator = Authenticator((await begin(client)).json()["uri"], clock)
    clock.move(seconds=seconds)

    response = await confirm(client, authenticator.code())

    assert response.status_code == status


async def test_enabled_authenticator_is_not_replaced(
    client: AsyncClient,
    user: Account,
    database: Database,
    clock: MovableClock,
) -> None:
    enrolled = await enrol(client, database, clock, user)
    clock.move(seconds=30)

    begun = await begin(client)
    confirmed = await confirm(client, enrolled.authenticator.code())

    assert code_of(begun) == (409, "already_enabled")
    assert code_of(confirmed) == (403, "wrong_code")


async def test_enrolment_needs_a_verified_email(
    signed_in_client: AsyncClient,
    database: Database,
) -> None:
    """SEC-128: a stranger who registers an address first could lock its owner out."""
    response = await begin(signed_in_client)

    assert code_of(response) == (403, "email_unverified")
    assert await rows_of(database, AuthTotp) == []


@pytest.mark.parametrize("route", [begin, confirm_anything, replace_recovery_codes])
async def test_stolen_session_changes_no_factor(
    client: AsyncClient,
    verified: Account,
    clock: MovableClock,
    route: Callable[[AsyncClient], Awaitable[Response]],
) -> None:
    """SEC-110."""
    tokens = await log_in(client, verified)
    clock.move(minutes=14)
    fresh = tokens_of(await refresh(client, tokens.refresh))
    drop_credentials(client)
    clock.move(minutes=2)
    client.headers.update(credential(fresh.access))

    response = await route(client)

    assert code_of(response) == (403, "recent_login_required")


async def test_recovery_codes_need_an_authenticator(
    client: AsyncClient,
    verified: Account,
) -> None:
    response = await replace_recovery_codes(client)

    assert code_of(response) == (403, "second_factor_required")


# {% endcall %}
