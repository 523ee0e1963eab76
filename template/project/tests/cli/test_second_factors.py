# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Commands that look after second factors, and the check of their keys."""

import asyncio
from datetime import UTC, datetime

import pytest

from app.auth.totp.secret_box import SecretBox
from app.database import Database
from app.database.settings import DatabaseSettings
from app.models import AuthTotp, User
from tests.auth.conftest import settings_with
from tests.cli.steps import OPERATOR, ROOT, create_superuser, events_in, users_of
from tests.commands import manage
from tests.conftest import SECRET_KEY

NEW_KEY = "9e2b71c4d8305fa6e1947bd2c60fa358"
SEED = b"12345678901234567890"


@pytest.fixture
def user(database_settings: DatabaseSettings) -> User:
    """A superuser with an authenticator, whose seed SECRET_KEY seals."""
    create_superuser(ROOT)
    [user] = users_of(database_settings)
    asyncio.run(enable(database_settings, user))
    return user


async def enable(settings: DatabaseSettings, user: User) -> None:
    box, now = SecretBox(settings_with()), datetime(2030, 1, 1, tzinfo=UTC)
    totp = AuthTotp(
        user_id=user.id,
        secret=box.seal(SEED, user.id),
        kid=box.kid,
        created_at=now,
        confirmed_at=now,
        last_step=0,
    )
    database = Database(settings)
    async with database.session() as session:
        session.add(totp)
        await session.commit()
    await database.dispose()


def change_key(monkeypatch: pytest.MonkeyPatch, *previous: str) -> None:
    monkeypatch.setenv("AUTH_SECRET_KEY", NEW_KEY)
    monkeypatch.setenv("AUTH_SECRET_KEY_PREVIOUS", ",".join(previous))


def test_operator_removes_a_lost_factor(user: User) -> None:
    """SEC-127."""
    removed = manage("reset-second-factor", user.email)
    again = manage("reset-second-factor", user.username)

    said = f"Removed the second factor of {user.email} and ended all sessions.\n"
    assert (removed.exit_code, removed.stdout) == (0, said)
    assert events_in(removed.stderr) == [("authn_factor_removed", "by_operator", OPERATOR)]
    assert (again.exit_code, again.stderr) == (1, f"{user.username} has no second factor.\n")


def test_seeds_follow_a_change_of_the_key(
    user: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SEC-119."""
    change_key(monkeypatch, SECRET_KEY)
    before = manage("doctor").output

    rewrapped = manage("rewrap")
    change_key(monkeypatch)

    assert "warning  1 authenticators need a previous secret key: run `uv run manage" in before
    assert (rewrapped.exit_code, rewrapped.stdout) == (0, "Encrypted 1 seeds.\n")
    assert "fine     The current secret key seals all authenticators." in manage("doctor").output


def test_key_that_is_gone_is_missed(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """SEC-119."""
    change_key(monkeypatch)

    rewrapped, checked = manage("rewrap"), manage("doctor")

    assert (rewrapped.exit_code, rewrapped.stdout) == (1, "Encrypted 0 seeds.\n")
    assert "1 seeds need a key that is not in AUTH_SECRET_KEY_PREVIOUS." in rewrapped.stderr
    assert checked.exit_code == 1
    assert "failure  1 authenticators need a secret key that is gone" in checked.output


# {% endcall %}
