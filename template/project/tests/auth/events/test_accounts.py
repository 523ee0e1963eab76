# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Changes of passwords, and what operators do, are recorded (SEC-89)."""

from contextlib import suppress

import pytest

from app.auth.authenticator import Identity
from app.auth.errors import (
    LoginThrottled,
    WrongPassword,
)
from app.auth.protocols import Role, UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.auth.wiring import Auth
from tests.auth.conftest import CLIENT, identity_of
from tests.auth.interruptions import interrupted
from tests.auth.memory.transactions import MemoryTransactions
from tests.auth.observing import SeenEvents, recorded
from tests.steps import Account

ANN = Account()


async def test_actions_of_operators_are_recorded(
    auth: Auth,
    ann: UserProtocol,
    event_sink: SeenEvents,
) -> None:
    await auth.administration.set_password(ANN.email, "another long passphrase")
    await auth.administration.disable(ANN.email)
    await auth.administration.enable(ANN.email)
    await auth.administration.unlock(ANN.email)
    await auth.administration.end_sessions(ANN.email)
    await auth.administration.grant(ANN.email, Role.STAFF)
    await auth.administration.revoke(ANN.email, Role.STAFF)

    assert recorded(event_sink)[1:] == [
        ("authn_password_change", "by_operator"),
        ("user_updated", "disabled"),
        ("user_updated", "enabled"),
        ("user_updated", "unlocked"),
        ("authn_token_revoked", "ended_by_operator"),
        ("authz_change", "staff_granted"),
        ("authz_change", "staff_revoked"),
    ]


async def change_password(
    service: AsyncAuthService,
    identity: Identity,
    current: str = ANN.password,
) -> None:
    await service.change_password(
        identity,
        CLIENT,
        current_password=current,
        new_password="another long passphrase",
    )


async def test_password_change_is_recorded(
    service: AsyncAuthService,
    pair: TokenPair,
    ann: UserProtocol,
    event_sink: SeenEvents,
) -> None:
    session_id = service.tools.tokens.read_session_id(pair.access_token)

    for current in ("a wrong passphrase", ANN.password):
        with suppress(WrongPassword):
            await change_password(service, identity_of(ann, session_id), current)

    assert recorded(event_sink)[-3:] == [
        ("authn_password_change_fail", "wrong_password"),
        ("authn_password_change", None),
        ("authn_token_created", "password_changed"),
    ]
    [changed, opened] = event_sink.events[-2:]
    assert changed.session == opened.session


async def test_password_change_that_came_second_is_recorded(
    service: AsyncAuthService,
    pair: TokenPair,
    ann: UserProtocol,
    memory: MemoryTransactions,
    event_sink: SeenEvents,
) -> None:
    session_id = service.tools.tokens.read_session_id(pair.access_token)

    async def operator_sets_password() -> None:
        memory.change_user(ANN, password_hash="*")

    meanwhile = interrupted(service, operator_sets_password)
    with pytest.raises(WrongPassword):
        await change_password(meanwhile, identity_of(ann, session_id))

    assert recorded(event_sink)[-1] == ("authn_password_change_fail", "changed_meanwhile")


async def test_repeated_proof_of_the_password_is_recorded(
    service: AsyncAuthService,
    pair: TokenPair,
    ann: UserProtocol,
    event_sink: SeenEvents,
) -> None:
    session_id = service.tools.tokens.read_session_id(pair.access_token)

    await service.reauthenticate(identity_of(ann, session_id), ANN.password, CLIENT)

    assert recorded(event_sink)[-2:] == [
        ("authn_reauthenticated", None),
        ("authn_token_created", "reauthenticated"),
    ]


async def test_guesses_of_the_current_password_are_recorded(
    service: AsyncAuthService,
    ann: UserProtocol,
    event_sink: SeenEvents,
) -> None:
    for _ in range(6):
        with suppress(WrongPassword, LoginThrottled):
            await change_password(service, identity_of(ann), "a wrong passphrase")

    assert recorded(event_sink)[1:] == [
        *[("authn_password_change_fail", "wrong_password")] * 5,
        ("authn_password_change_fail", "throttled"),
    ]


# {% endcall %}
