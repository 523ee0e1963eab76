# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Commands that create, list and change accounts."""

import asyncio
from dataclasses import replace

import pytest

from app.auth.clock import utc_now
from app.database.settings import DatabaseSettings
from tests.cli.steps import (
    OPERATOR,
    ROOT,
    create_superuser,
    events_in,
    options,
    session_of,
    store,
    users_of,
)
from tests.commands import manage
from tests.steps import Account, account_named, names, profile

ANN = Account()


def test_superuser_is_created_from_prompts(database_settings: DatabaseSettings) -> None:
    result = create_superuser(account_named("root ", email="Root@Example.com "))

    [user] = users_of(database_settings)
    assert (result.exit_code, events_in(result.stderr)) == (0, [("user_created", None, OPERATOR)])
    assert profile(user) == profile(replace(ROOT, email="Root@example.com"))
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, True, True)
    assert ROOT.password not in (result.output + user.password_hash)


def test_ordinary_user_is_created_while_registration_is_closed(
    monkeypatch: pytest.MonkeyPatch,
    database_settings: DatabaseSettings,
) -> None:
    monkeypatch.setenv("AUTH_REGISTRATION_OPEN", "false")

    result = manage("create-user", *options(ANN), typed=f"{ANN.password}\n" * 2)

    [user] = users_of(database_settings)
    assert (result.exit_code, events_in(result.stderr)) == (0, [("user_created", None, OPERATOR)])
    assert profile(user) == profile(ANN)
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)


def test_password_is_never_an_argument(database_settings: DatabaseSettings) -> None:
    """Other users of the host could read an argument in the process list."""
    result = manage("create-superuser", *options(ROOT), f"--password={ROOT.password}")

    users = users_of(database_settings)
    assert (result.exit_code, users) == (2, [])
    assert "No such option" in result.stderr


def test_duplicate_is_refused_in_one_line(database_settings: DatabaseSettings) -> None:
    create_superuser(ROOT)

    same_email = create_superuser(account_named("other", email="ROOT@example.com"))
    same_name = create_superuser(account_named("Root", email="other@example.com"))

    users = users_of(database_settings)
    assert same_email.stderr == "An account with this e-mail already exists.\n"
    assert same_name.stderr == "An account with this username already exists.\n"
    assert (same_email.exit_code, same_name.exit_code, len(users)) == (1, 1, 1)


@pytest.mark.parametrize(
    ("command", "said", "event"),
    [
        ("grant staff", "{} is staff now.\n", ("authz_change", "staff_granted")),
        ("revoke staff", "{} is not staff any more.\n", ("authz_change", "staff_revoked")),
        ("grant superuser", "{} is superuser now.\n", ("authz_change", "superuser_granted")),
        ("disable-user", "Disabled {} and ended all sessions.\n", ("user_updated", "disabled")),
        ("enable-user", "Enabled {}.\n", ("user_updated", "enabled")),
        ("unlock", "Forgot the login attempts at {}.\n", ("user_updated", "unlocked")),
        (
            "revoke-sessions",
            "Ended 0 sessions of {}.\n",
            ("authn_token_revoked", "ended_by_operator"),
        ),
    ],
)
def test_account_commands_take_every_name_of_a_user(
    command: str,
    said: str,
    event: tuple[str, str],
) -> None:
    create_superuser(ROOT)

    known = [manage(*command.split(), name) for name in names(ROOT)]
    unknown = manage(*command.split(), "toor")

    assert [result.stdout for result in known] == [said.format(name) for name in names(ROOT)]
    assert {tuple(events_in(result.stderr)) for result in known} == {((*event, OPERATOR),)}
    assert (unknown.exit_code, unknown.stderr) == (1, "There is no such user.\n")


def test_set_password_prompts_for_the_new_password(database_settings: DatabaseSettings) -> None:
    create_superuser(ROOT)
    [before] = users_of(database_settings)

    result = manage("set-password", ROOT.email, typed=f"{ROOT.password}\n" * 2)

    [after] = users_of(database_settings)
    event = ("authn_password_change", "by_operator", OPERATOR)
    assert (result.exit_code, events_in(result.stderr)) == (0, [event])
    assert after.password_hash != before.password_hash


def test_several_sessions_are_ended_and_counted(database_settings: DatabaseSettings) -> None:
    create_superuser(ROOT)
    create_superuser(account_named("other"))
    other, root = users_of(database_settings)
    now = utc_now()
    sessions = [session_of(user, now, number) for number, user in enumerate((root, root, other))]
    asyncio.run(store(database_settings, sessions))

    result = manage("revoke-sessions", ROOT.email)

    assert result.stdout == f"Ended 2 sessions of {ROOT.email}.\n"


def test_list_has_every_user_with_its_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Users are read in pages."""
    monkeypatch.setattr("app.cli.accounts.PAGE", 2)
    for name in ("one", "two", "three"):
        create_superuser(account_named(name))
    manage("revoke", "superuser", "one")
    manage("disable-user", "two")

    result = manage("list-users")

    assert sorted(line.split()[1:] for line in result.stdout.splitlines()) == [
        ["one", "one@example.com", "staff"],
        ["three", "three@example.com", "staff", "superuser"],
        ["two", "two@example.com", "staff", "superuser", "disabled"],
    ]


def test_last_superuser_keeps_the_role(database_settings: DatabaseSettings) -> None:
    create_superuser(ROOT)

    result = manage("revoke", "superuser", ROOT.email)

    [user] = users_of(database_settings)
    said = "This is the last active superuser. Make another user a superuser first.\n"
    assert (result.exit_code, result.stderr, user.is_superuser) == (1, said, True)


# {% endcall %}
