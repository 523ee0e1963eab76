# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Challenge tokens carry what a login has proved, until its password changes."""

import pytest

from app.auth.errors import InvalidCode, InvalidToken, SecondFactorAsked
from app.auth.login import Login, Proof
from app.auth.login_throttle import Attempt
from app.auth.protocols import Repositories, StoredUserProtocol, UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair, Tokens
from app.auth.totp.challenge import Challenge, Challenges
from app.auth.totp.protocols import Factor, NewTotp
from tests.auth.conftest import CLIENT, SESSION_ID, settings_with, with_tools
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import SECRET_KEY, MovableClock
from tests.steps import Account

NEW_KEY = "9e2b71c4d8305fa6e1947bd2c60fa358"
ATTEMPT = Attempt(("a key", "another"), is_trusted=True)
PROOF = Proof(("hwk", "user"), attempt=ATTEMPT)


@pytest.fixture
async def enrolled(service: AsyncAuthService, ann: UserProtocol) -> StoredUserProtocol:
    """The user ann, with an authenticator whose seed does not matter."""
    totp = NewTotp(user_id=ann.id, secret="", kid="", created_at=MovableClock().now)

    async def enable(store: Repositories) -> StoredUserProtocol | None:
        await store.totps.add(totp)
        stored = await store.totps.get(ann.id)
        assert stored is not None
        await store.totps.confirm(stored, step=0, now=totp.created_at)
        return await store.users.get_by_id(ann.id)

    user = await service.tools.transactions.run(enable)
    assert user is not None
    return user


async def ask(service: AsyncAuthService, user: StoredUserProtocol, proof: Proof) -> str:
    """Return the challenge token of a login."""
    with pytest.raises(SecondFactorAsked) as asked:
        await Login(service.tools).open(user, proof, CLIENT, replaces=SESSION_ID)
    return asked.value.token


def with_keys(service: AsyncAuthService, clock: MovableClock, *previous: str) -> AsyncAuthService:
    """Return the service with a new key, and with these previous ones."""
    settings = settings_with(secret_key=NEW_KEY, secret_key_previous=previous)
    return with_tools(service, settings=settings, tokens=Tokens(settings, clock))


async def test_challenge_keeps_what_was_proved(
    service: AsyncAuthService,
    enrolled: StoredUserProtocol,
) -> None:
    challenges = Challenges(service.tools)

    challenge = challenges.read(await ask(service, enrolled, PROOF))

    assert challenge == Challenge(
        user_id=enrolled.id,
        fingerprint=challenge.fingerprint,
        methods=("hwk", "user"),
        attempt=ATTEMPT,
        replaces=SESSION_ID,
    )
    assert challenges.is_current(challenge, enrolled)


async def test_challenge_ends_with_the_password(
    service: AsyncAuthService,
    enrolled: StoredUserProtocol,
    memory: MemoryTransactions,
) -> None:
    """SEC-123."""
    challenges = Challenges(service.tools)
    challenge = challenges.read(await ask(service, enrolled, PROOF))

    memory.change_user(Account(), password_hash="another hash")

    assert not challenges.is_current(challenge, memory.tables.users[enrolled.id])


async def test_upgraded_hash_is_stored_by_the_first_step(
    service: AsyncAuthService,
    enrolled: StoredUserProtocol,
    memory: MemoryTransactions,
) -> None:
    """SEC-10: the second step has no password to hash."""
    token = await ask(service, enrolled, Proof(("pwd",), new_hash="an upgraded hash"))

    user, challenges = memory.tables.users[enrolled.id], Challenges(service.tools)
    assert user.password_hash == "an upgraded hash"
    assert challenges.is_current(challenges.read(token), user)


async def test_challenge_outlives_a_change_of_the_key(
    service: AsyncAuthService,
    enrolled: StoredUserProtocol,
    clock: MovableClock,
) -> None:
    token = await ask(service, enrolled, PROOF)
    changed = Challenges(with_keys(service, clock, SECRET_KEY).tools)
    dropped = Challenges(with_keys(service, clock).tools)

    assert changed.is_current(changed.read(token), enrolled)
    with pytest.raises(InvalidToken):
        dropped.read(token)


async def test_challenge_is_no_other_token(
    service: AsyncAuthService,
    enrolled: StoredUserProtocol,
    tokens: Tokens,
) -> None:
    """SEC-123."""
    token = await ask(service, enrolled, PROOF)

    for read in (tokens.read_access, tokens.read_refresh, tokens.read_device):
        with pytest.raises(InvalidToken):
            read(token)


async def test_no_other_token_is_a_challenge(service: AsyncAuthService, pair: TokenPair) -> None:
    for token in (pair.access_token, pair.refresh_token, pair.device_token or ""):
        with pytest.raises(InvalidToken):
            Challenges(service.tools).read(token)


async def test_codes_are_counted_whatever_was_proved_before(
    service: AsyncAuthService,
    enrolled: StoredUserProtocol,
    memory: MemoryTransactions,
) -> None:
    """SEC-122: a proof without a password has counted no attempt."""
    token = await ask(service, enrolled, Proof(("hwk",)))

    with pytest.raises(InvalidCode):
        await service.finish_login(token, Factor.TOTP, "000000", CLIENT)

    assert len(memory.tables.throttles) == 2


# {% endcall %}
