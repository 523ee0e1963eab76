# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Access tokens are signed by a key outside this process, for example in a KMS."""

from pathlib import Path
from typing import Any

import jwt
import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.auth.errors import SigningUnavailable
from app.auth.hashing import PasswordContext
from app.auth.settings import AuthSettings
from app.auth.tokens import Tokens
from app.database import Database
from app.main import create_app
from app.settings import Settings
from tests.auth.conftest import settings_with
from tests.auth.key_pairs import KeyPair, key_pair
from tests.conftest import MovableClock
from tests.serving import serve
from tests.steps import AUTH, Account, code_of, credential, credentials, log_in, refresh, rotate
from tests.user_ids import USER_ID

SESSION_ID = "0123456789abcdef0123456789abcdef"
NO_SIGNER = "^no key signs access tokens: set private_key_file or pass a signer$"
TWO_SIGNERS = "^a signer was passed, but secret_key or private_key_file already signs$"
FOREIGN_SIGNATURE = (
    "^the signer's signature does not verify: the first of public_key_files must be its public"
    " key, and the signature must have the format of RFC 7518$"
)


class KeyService:
    """A stand-in for a KMS, which signs messages and does not reveal its key."""

    def __init__(self, pair: KeyPair, algorithm: str = "ES256") -> None:
        self.is_away = False
        self._key = pair.key
        self._algorithm = jwt.get_algorithm_by_name(algorithm)

    async def sign(self, message: bytes) -> bytes:
        if self.is_away:
            raise SigningUnavailable
        return self._algorithm.sign(message, self._key)


class WithoutEncoding(KeyService):
    """Returns ECDSA signatures as DER, as AWS KMS does. A JWS has another form."""

    async def sign(self, message: bytes) -> bytes:
        raw = await super().sign(message)
        return b"\x30\x44" + raw


@pytest.fixture
def auth_settings(tmp_path: Path) -> AuthSettings:
    _, public = key_pair("ES256").files(tmp_path)
    return settings_with(algorithm="ES256", public_key_files=[public])


@pytest.fixture
def signer() -> KeyService:
    return KeyService(key_pair("ES256"))


@pytest.fixture
def app(
    settings: Settings,
    database: Database,
    clock: MovableClock,
    password_context: PasswordContext,
    signer: KeyService,
) -> FastAPI:
    return create_app(settings, clock=clock, password_context=password_context, signer=signer)


async def test_tokens_of_a_signer_are_accepted(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    response = await client.get(f"{AUTH}/me", headers=credential(tokens.access))

    assert response.json()["email"] == user.email


async def test_tokens_of_a_signer_are_verified_by_the_public_key(
    client: AsyncClient,
    user: Account,
) -> None:
    tokens = await log_in(client, user)
    published = await client.get("/.well-known/jwks.json")

    (key,) = jwt.PyJWKSet.from_dict(published.json()).keys
    claims = jwt.decode(
        tokens.access,
        key,
        ["ES256"],
        audience="app",
        options={"verify_iat": False, "verify_exp": False},  # the test clock differs
    )
    assert claims["iss"] == "app"


async def test_login_fails_while_the_signer_is_away(
    client: AsyncClient,
    user: Account,
    signer: KeyService,
) -> None:
    signer.is_away = True
    response = await client.post(f"{AUTH}/login", json=credentials(user))

    assert code_of(response) == (503, "unavailable")
    assert response.headers["Retry-After"] == "1"


async def test_users_stay_signed_in_while_the_signer_is_away(
    client: AsyncClient,
    user: Account,
    signer: KeyService,
) -> None:
    tokens = await log_in(client, user)
    signer.is_away = True

    response = await client.get(f"{AUTH}/me", headers=credential(tokens.access))

    assert response.status_code == 200


async def test_refresh_that_the_signer_failed_can_be_repeated_within_the_grace(
    client: AsyncClient,
    user: Account,
    signer: KeyService,
    clock: MovableClock,
) -> None:
    tokens = await log_in(client, user)
    signer.is_away = True
    failed = await refresh(client, tokens.refresh)
    signer.is_away = False
    clock.move(seconds=29)

    successor = await rotate(client, tokens.refresh)

    assert code_of(failed) == (503, "unavailable")
    assert successor != tokens.refresh


@pytest.mark.parametrize(
    "wrong",
    [KeyService(key_pair("ES256", 2)), WithoutEncoding(key_pair("ES256"))],
    ids=["of another key", "in another form"],
)
async def test_invalid_signature_is_never_issued(
    auth_settings: AuthSettings,
    clock: MovableClock,
    wrong: KeyService,
) -> None:
    tokens = Tokens(auth_settings, clock, wrong)

    with pytest.raises(RuntimeError, match=FOREIGN_SIGNATURE):
        await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)


async def test_nothing_is_signed_without_a_signer(
    auth_settings: AuthSettings,
    clock: MovableClock,
) -> None:
    tokens = Tokens(auth_settings, clock)

    with pytest.raises(RuntimeError, match=NO_SIGNER):
        await tokens.issue_access(user_id=USER_ID, session_id=SESSION_ID)


def test_application_without_a_signer_does_not_start(settings: Settings) -> None:
    with pytest.raises(ValueError, match=NO_SIGNER):
        create_app(settings)


@pytest.mark.parametrize("algorithm", ["HS256", "ES256"])
def test_signer_is_refused_if_a_key_signs(
    settings: Settings,
    signer: KeyService,
    tmp_path: Path,
    algorithm: str,
) -> None:
    changes: dict[str, Any] = {"algorithm": algorithm}
    if algorithm == "ES256":
        changes["private_key_file"], _ = key_pair("ES256").files(tmp_path)
    both = settings.model_copy(update={"auth": settings_with(**changes)})

    with pytest.raises(ValueError, match=TWO_SIGNERS):
        create_app(both, signer=signer)


async def test_earlier_key_of_a_signer_verifies(
    client: AsyncClient,
    user: Account,
    settings: Settings,
    clock: MovableClock,
    password_context: PasswordContext,
    tmp_path: Path,
) -> None:
    tokens = await log_in(client, user)
    files = [key_pair("ES256", number).files(tmp_path, str(number))[1] for number in (2, 1)]
    auth = settings_with(algorithm="ES256", public_key_files=files)
    app = create_app(
        settings.model_copy(update={"auth": auth}),
        clock=clock,
        password_context=password_context,
        signer=KeyService(key_pair("ES256", 2)),
    )

    async with serve(app) as changed:
        earlier = await changed.get(f"{AUTH}/me", headers=credential(tokens.access))
        newer = await log_in(changed, user)

    assert earlier.status_code == 200
    assert jwt.get_unverified_header(newer.access) != jwt.get_unverified_header(tokens.access)


# {% endcall %}
