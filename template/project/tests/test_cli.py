# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What operators can do, and what they are told when it goes wrong."""

import asyncio
import re
from pathlib import Path

import pytest
from sqlalchemy import delete
from typer.testing import CliRunner, Result

from app.cli import app
from app.database import Database
from app.database_settings import DatabaseSettings
from app.models import User
from tests.auth.key_pairs import key_pair
from tests.conftest import SECRET_KEY
from tests.steps import rows_of

PASSWORD = "a good long passphrase"


async def without_users(settings: DatabaseSettings) -> None:
    database = Database(settings)
    async with database.session() as session:
        await session.execute(delete(User))
        await session.commit()
    await database.dispose()


async def stored_users(settings: DatabaseSettings) -> list[User]:
    database = Database(settings)
    users = await rows_of(database, User)
    await database.dispose()
    return users


@pytest.fixture(autouse=True)
def environment(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    database_settings: DatabaseSettings,
) -> None:
    """The settings of a production host, without a .env, and an empty database."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("DATABASE_URL", database_settings.url)
    monkeypatch.setenv("AUTH_SECRET_KEY", SECRET_KEY)
    # {% if password_hash == "bcrypt" %}
    monkeypatch.setenv("AUTH_BCRYPT_ROUNDS", "10")
    # {% endif %}
    asyncio.run(without_users(database_settings))


def create_superuser(email: str, username: str, *passwords: str) -> Result:
    """Answer the prompts of the command."""
    answers = "\n".join([email, username, *(passwords or (PASSWORD, PASSWORD)), ""])
    return CliRunner().invoke(app, ["create-superuser"], input=answers)


def test_secret_is_long_and_random() -> None:
    results = [CliRunner().invoke(app, ["generate-secret"]) for _ in range(2)]

    secrets = {result.stdout for result in results}
    assert len(secrets) == 2
    assert all(re.fullmatch(r"[0-9a-f]{128}\n", secret) for secret in secrets)


def test_superuser_is_created_from_prompts(database_settings: DatabaseSettings) -> None:
    result = create_superuser("Root@Example.com", "root")

    [user] = asyncio.run(stored_users(database_settings))
    assert (result.exit_code, result.stderr) == (0, "")
    assert (user.username, user.email) == ("root", "Root@example.com")
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, True, True)
    assert PASSWORD not in (result.output + user.password_hash)


def test_password_is_never_an_argument(database_settings: DatabaseSettings) -> None:
    """Others could read it in the list of processes."""
    command = ["create-superuser", "--email", "root@example.com", "--username", "root"]

    result = CliRunner().invoke(app, [*command, "--password", PASSWORD])

    users = asyncio.run(stored_users(database_settings))
    assert (result.exit_code, users) == (2, [])
    assert "No such option" in result.stderr


@pytest.mark.parametrize(
    ("email", "username", "password", "field"),
    [
        ("root@example.com", "root", "short", "password"),
        ("root@example.com", "root", "I am root, am I not", "password"),
        ("root@example.com", "ro", PASSWORD, "username"),
        ("root@example.com", "root@example.com", PASSWORD, "username"),
        ("root", "root", PASSWORD, "email"),
    ],
)
def test_unacceptable_value_is_named_in_one_line(
    database_settings: DatabaseSettings,
    email: str,
    username: str,
    password: str,
    field: str,
) -> None:
    result = create_superuser(email, username, password, password)

    users = asyncio.run(stored_users(database_settings))
    assert (result.exit_code, users) == (1, [])
    assert re.fullmatch(rf"{field}: [^\n]+\n", result.stderr)


def test_duplicate_is_refused_in_one_line(database_settings: DatabaseSettings) -> None:
    create_superuser("root@example.com", "root")

    same_email = create_superuser("ROOT@example.com", "other")
    same_name = create_superuser("other@example.com", "Root")

    users = asyncio.run(stored_users(database_settings))
    assert same_email.stderr == "An account with this e-mail exists.\n"
    assert same_name.stderr == "An account with this username exists.\n"
    assert (same_email.exit_code, same_name.exit_code, len(users)) == (1, 1, 1)


def test_mistyped_password_is_asked_for_again(database_settings: DatabaseSettings) -> None:
    passwords = (PASSWORD, "something else", PASSWORD, PASSWORD)

    result = create_superuser("root@example.com", "root", *passwords)

    users = asyncio.run(stored_users(database_settings))
    assert (result.exit_code, len(users)) == (0, 1)
    assert "do not match" in result.output


def test_unusable_settings_are_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_SECRET_KEY", "too-short")

    result = create_superuser("root@example.com", "root")

    assert result.exit_code == 1
    assert "AUTH_SECRET_KEY is too short" in result.output
    assert "too-short" not in result.output


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("disable-user", "Disabled root and ended all sessions.\n"),
        ("enable-user", "Enabled root.\n"),
        ("revoke-sessions", "Ended 0 sessions of root.\n"),
    ],
)
def test_account_is_looked_after_by_name(command: str, said: str) -> None:
    create_superuser("root@example.com", "root")

    known = CliRunner().invoke(app, [command, "root"])
    unknown = CliRunner().invoke(app, [command, "toor"])

    assert (known.exit_code, known.stdout) == (0, said)
    assert (unknown.exit_code, unknown.stderr) == (1, "There is no such user.\n")


def test_password_is_replaced_from_prompts(database_settings: DatabaseSettings) -> None:
    create_superuser("root@example.com", "root")
    [before] = asyncio.run(stored_users(database_settings))

    result = CliRunner().invoke(app, ["set-password", "root"], input=f"{PASSWORD}\n{PASSWORD}\n")

    [after] = asyncio.run(stored_users(database_settings))
    assert (result.exit_code, result.stderr) == (0, "")
    assert after.password_hash != before.password_hash


def test_commands_need_no_key_that_signs_access_tokens(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """It may be out of reach of whoever runs them, in a KMS."""
    _, public = key_pair("ES256").files(tmp_path)
    monkeypatch.setenv("AUTH_ALGORITHM", "ES256")
    monkeypatch.setenv("AUTH_PUBLIC_KEY_FILES", str(public))

    result = create_superuser("root@example.com", "root")

    assert (result.exit_code, result.stderr) == (0, "")


def test_purge_says_how_many_sessions_it_deleted() -> None:
    result = CliRunner().invoke(app, ["purge-sessions"])

    assert (result.exit_code, result.stdout) == (0, "Deleted 0 sessions.\n")


# {% endcall %}
