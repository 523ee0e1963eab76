# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Every use and every change of a second factor is logged (SEC-89)."""

from contextlib import suppress

import pyotp
import pytest

from app.auth.authenticator import Identity
from app.auth.errors import AuthError, SecondFactorAsked
from app.auth.protocols import UserProtocol
from app.auth.service import AsyncAuthService
from app.auth.tokens import TokenPair
from app.auth.totp.enrolment import Enrolment
from app.auth.totp.own_factors import OwnFactors
from app.auth.totp.protocols import Factor
from tests.auth.conftest import CLIENT, identity_of, log_in
from tests.auth.memory.transactions import MemoryTransactions
from tests.auth.observing import SeenEvents
from tests.conftest import MovableClock
from tests.steps import Account

WRONG_CODE = "000000"


@pytest.fixture
def event_sink() -> SeenEvents:
    return SeenEvents()


@pytest.fixture
def identity(ann: UserProtocol, pair: TokenPair, memory: MemoryTransactions) -> Identity:
    """The session of ann, whose e-mail is verified."""
    memory.change_user(Account(), email_verified_at=MovableClock().now)
    (session_id,) = memory.tables.sessions
    return identity_of(memory.tables.users[ann.id], session_id)


@pytest.fixture
async def otp(service: AsyncAuthService, identity: Identity) -> pyotp.TOTP:
    """The authenticator of ann, not confirmed yet."""
    seed = await Enrolment(service.tools).begin(identity.user)
    return pyotp.TOTP(seed.secret)


@pytest.fixture
async def recovery_codes(
    service: AsyncAuthService,
    identity: Identity,
    otp: pyotp.TOTP,
    clock: MovableClock,
    event_sink: SeenEvents,
) -> list[str]:
    """The recovery codes of ann after the enrolment, whose events are forgotten."""
    codes = await Enrolment(service.tools).confirm(identity, otp.at(clock.now))
    clock.move(seconds=30)
    event_sink.events.clear()
    return codes


async def challenge(service: AsyncAuthService) -> str:
    with pytest.raises(SecondFactorAsked) as asked:
        await log_in(service, Account())
    return asked.value.token


def recorded(sink: SeenEvents) -> list[tuple[str, str, str | None]]:
    return [(event.name, event.outcome, event.reason) for event in sink.events]


async def test_enrolment_is_recorded(
    service: AsyncAuthService,
    identity: Identity,
    otp: pyotp.TOTP,
    clock: MovableClock,
    event_sink: SeenEvents,
) -> None:
    event_sink.events.clear()
    with suppress(AuthError):
        await Enrolment(service.tools).confirm(identity, WRONG_CODE)
    await Enrolment(service.tools).confirm(identity, otp.at(clock.now))
    with suppress(AuthError):
        await Enrolment(service.tools).confirm(identity, WRONG_CODE)

    assert recorded(event_sink) == [
        ("authn_factor_refused", "failure", "wrong_code"),
        ("authn_factor_added", "success", None),
        ("authn_factor_refused", "failure", "no_authenticator"),
    ]


async def test_second_steps_are_recorded(
    service: AsyncAuthService,
    otp: pyotp.TOTP,
    recovery_codes: list[str],
    clock: MovableClock,
    event_sink: SeenEvents,
) -> None:
    token, code = await challenge(service), otp.at(clock.now)

    await service.finish_login(token, Factor.TOTP, code, CLIENT)
    with suppress(AuthError):
        await service.finish_login(token, Factor.TOTP, code, CLIENT)
    await service.finish_login(token, Factor.RECOVERY_CODE, recovery_codes[0], CLIENT)

    signed_in = [
        ("authn_login_success", "success", None),
        ("authn_token_created", "success", "login"),
    ]
    assert recorded(event_sink) == [
        ("authn_factor_used", "success", None),
        *signed_in,
        ("authn_factor_refused", "failure", "used_code"),
        ("authn_recovery_code_used", "success", None),
        *signed_in,
    ]


@pytest.mark.usefixtures("recovery_codes")
async def test_throttled_second_step_is_recorded(
    service: AsyncAuthService,
    event_sink: SeenEvents,
) -> None:
    token = await challenge(service)
    for _ in range(5):
        with suppress(AuthError):
            await service.finish_login(token, Factor.TOTP, WRONG_CODE, CLIENT)

    assert recorded(event_sink) == [
        *[("authn_factor_refused", "failure", "wrong_code")] * 4,
        ("authn_login_lock", "failure", None),
    ]


async def test_changes_are_recorded(
    service: AsyncAuthService,
    identity: Identity,
    recovery_codes: list[str],
    event_sink: SeenEvents,
) -> None:
    own = OwnFactors(service.tools)
    codes = await own.replace_recovery_codes(identity.user)
    with suppress(AuthError):
        await own.disable(identity, recovery_codes[0])
    await own.disable(identity, codes[0])

    assert recorded(event_sink) == [
        ("authn_factor_added", "success", "recovery_codes"),
        ("authn_factor_refused", "failure", "wrong_code"),
        ("authn_factor_removed", "success", None),
    ]


@pytest.mark.usefixtures("recovery_codes")
async def test_guesses_of_a_session_are_recorded(
    service: AsyncAuthService,
    identity: Identity,
    event_sink: SeenEvents,
) -> None:
    for _ in range(6):
        with suppress(AuthError):
            await OwnFactors(service.tools).disable(identity, WRONG_CODE)

    assert recorded(event_sink) == [
        *[("authn_factor_refused", "failure", "wrong_code")] * 5,
        ("authn_factor_refused", "failure", "throttled"),
    ]


async def test_every_event_names_its_user(
    service: AsyncAuthService,
    identity: Identity,
    otp: pyotp.TOTP,
    clock: MovableClock,
    event_sink: SeenEvents,
) -> None:
    await Enrolment(service.tools).confirm(identity, otp.at(clock.now))
    token = await challenge(service)
    with suppress(AuthError):
        await service.finish_login(token, Factor.TOTP, WRONG_CODE, CLIENT)

    assert {event.user_id for event in event_sink.events} == {identity.user.id}


# {% endcall %}
