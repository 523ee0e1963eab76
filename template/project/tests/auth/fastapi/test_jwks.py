# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The JWKS route publishes the keys that verify access tokens, and nothing else."""

from pathlib import Path
from typing import Any

import jwt
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.auth.hashing import PasswordContext
from app.auth.settings import AuthSettings
from app.database import Database
from app.main import create_app
from app.settings import Settings
from tests.auth.conftest import settings_with
from tests.auth.forging import decoded
from tests.auth.key_pairs import ALGORITHMS, key_pair
from tests.conftest import MovableClock
from tests.serving import serve
from tests.steps import AUTH, Account, code_of, credential, log_in, refresh, rotate

JWKS = "/.well-known/jwks.json"
MEMBERS = {
    "EdDSA": {"kty", "crv", "x"},
    "ES256": {"kty", "crv", "x", "y"},
    "RS256": {"kty", "n", "e"},
}


@pytest.fixture(params=ALGORITHMS)
def algorithm(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def auth_settings(algorithm: str, tmp_path: Path) -> AuthSettings:
    """The second key signs. The first key, which signed before, still verifies."""
    private, _ = key_pair(algorithm, 2).files(tmp_path, "new")
    _, old = key_pair(algorithm).files(tmp_path, "old")
    return settings_with(algorithm=algorithm, private_key_file=private, public_key_files=[old])


@pytest.fixture
def before(
    settings: Settings,
    algorithm: str,
    tmp_path: Path,
    clock: MovableClock,
    password_context: PasswordContext,
) -> FastAPI:
    """The application before the change of the key, over the same database."""
    private, _ = key_pair(algorithm).files(tmp_path, "before")
    auth = settings_with(algorithm=algorithm, private_key_file=private)
    older = settings.model_copy(update={"auth": auth})
    return create_app(older, clock=clock, password_context=password_context)


async def test_published_keys_verify_access_tokens(
    client: AsyncClient,
    user: Account,
    algorithm: str,
) -> None:
    tokens = await log_in(client, user)
    me = await client.get(f"{AUTH}/me", headers=credential(tokens.access))
    published = await client.get(JWKS)

    keys = jwt.PyJWKSet.from_dict(published.json())
    key = keys[jwt.get_unverified_header(tokens.access)["kid"]]
    claims = jwt.decode(
        tokens.access,
        key,
        [algorithm],
        audience="app",
        issuer="app",
        options={"verify_iat": False, "verify_exp": False},  # the test clock differs
    )
    assert claims["sub"] == str(me.json()["id"])


async def test_users_sign_in_with_every_algorithm(
    client: AsyncClient,
    user: Account,
    algorithm: str,
) -> None:
    tokens = await log_in(client, user)

    response = await client.get(f"{AUTH}/me", headers=credential(tokens.access))

    assert decoded(tokens.access.partition(".")[0])["alg"] == algorithm
    assert response.json()["email"] == user.email


async def test_keys_state_their_use_and_nothing_private(
    client: AsyncClient,
    algorithm: str,
) -> None:
    response = await client.get(JWKS)

    keys = response.json()["keys"]
    assert [set(key) for key in keys] == [MEMBERS[algorithm] | {"kid", "use", "alg"}] * 2
    assert {(key["use"], key["alg"]) for key in keys} == {("sig", algorithm)}


async def test_all_verifying_keys_are_published_with_the_signing_key_first(
    client: AsyncClient,
    user: Account,
    algorithm: str,
) -> None:
    tokens = await log_in(client, user)

    response = await client.get(JWKS)

    kids = [key["kid"] for key in response.json()["keys"]]
    assert kids[0] == jwt.get_unverified_header(tokens.access)["kid"]
    assert len(set(kids)) == 2


async def test_keys_may_be_cached_for_minutes(client: AsyncClient) -> None:
    response = await client.get(JWKS)

    assert response.headers["Cache-Control"] == "public, max-age=300"
    assert response.headers["Content-Type"] == "application/json"


async def test_token_of_the_previous_key_is_accepted_while_it_verifies(
    before: FastAPI,
    client: AsyncClient,
    user: Account,
) -> None:
    async with serve(before) as earlier:
        tokens = await log_in(earlier, user)

    response = await client.get(f"{AUTH}/me", headers=credential(tokens.access))

    assert response.status_code == 200


async def test_token_of_a_key_that_was_dropped_is_refused(
    before: FastAPI,
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)

    async with serve(before) as without_the_key:
        refused = await without_the_key.get(f"{AUTH}/me", headers=credential(tokens.access))
        refreshed = await refresh(without_the_key, tokens.refresh)

    assert code_of(refused) == (401, "invalid_token")  # SEC-86
    assert refreshed.is_success


async def test_change_of_the_algorithm_ends_no_session(
    settings: Settings,
    database: Database,
    clock: MovableClock,
    password_context: PasswordContext,
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    symmetric = settings.model_copy(update={"auth": settings_with()})
    app = create_app(symmetric, clock=clock, password_context=password_context)

    async with serve(app) as changed:
        refused = await changed.get(f"{AUTH}/me", headers=credential(tokens.access))
        successor = await rotate(changed, tokens.refresh)

    assert code_of(refused) == (401, "invalid_token")  # SEC-30
    assert successor != tokens.refresh


async def test_keys_are_documented(app: FastAPI) -> None:
    document: dict[str, Any] = app.openapi()

    operation = document["paths"][JWKS]["get"]
    assert operation["responses"].keys() == {"200"}
    assert "security" not in operation


@pytest.mark.parametrize("auth_settings", [settings_with()], ids=[""])
@pytest.mark.parametrize("algorithm", ["HS256"])
async def test_secret_is_published_nowhere(client: AsyncClient, algorithm: str) -> None:
    response = await client.get(JWKS)

    assert response.status_code == 404


# {% endcall %}
