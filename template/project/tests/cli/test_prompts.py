"""Prompts say the rule and ask again; options and standard input end with one line."""

import re
from dataclasses import replace

import pytest

from app.database.settings import DatabaseSettings
from tests.cli.steps import ROOT, create_superuser, options, users_of
from tests.commands import manage
from tests.steps import Account, account_named, profile

NEW_PASSWORD = "another good long passphrase"
UNACCEPTABLE = [
    (replace(ROOT, password="short"), "password"),
    (replace(ROOT, password="I am root, am I not"), "password"),
    (account_named("ro", email=ROOT.email), "username"),
    (account_named("root@example.com", email=ROOT.email), "username"),
    (replace(ROOT, email="root"), "email"),
]


def test_rule_is_said_before_the_prompt() -> None:
    output = create_superuser(ROOT).output

    said = ("3 to 32 characters", "Username:", "at least 15 characters", "Password:")
    assert sorted(said, key=output.index) == list(said)


def test_unacceptable_answer_is_asked_for_again(database_settings: DatabaseSettings) -> None:
    answers = [
        *("not an address", ROOT.email, "ro", *list(profile(ROOT).values())[1:]),
        *("short", "short", ROOT.password, "something else", ROOT.password, ROOT.password),
    ]

    result = manage("create-superuser", typed="\n".join([*answers, ""]))

    [user] = users_of(database_settings)
    assert (result.exit_code, profile(user)) == (0, profile(ROOT))
    for reason in ("Not a valid e-mail", "Use 3 to 32", "Use at least 15", "do not match"):
        assert reason in result.output


def test_end_of_input_ends_the_questions(database_settings: DatabaseSettings) -> None:
    result = create_superuser(ROOT, "short", "short")

    assert (result.exit_code, users_of(database_settings)) == (1, [])
    assert "Aborted" in result.stderr


@pytest.mark.parametrize("command", ["create-user", "create-superuser"])
@pytest.mark.parametrize(("account", "field"), UNACCEPTABLE)
def test_unacceptable_value_from_a_script_is_named_in_one_line(
    database_settings: DatabaseSettings,
    command: str,
    account: Account,
    field: str,
) -> None:
    result = manage(command, *options(account), "--password-stdin", typed=account.password)

    assert (result.exit_code, users_of(database_settings)) == (1, [])
    assert re.fullmatch(rf"{field}: [^\n]+\n", result.stderr)


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\nnot part of it\n"])
def test_password_is_the_first_line_of_the_input(
    database_settings: DatabaseSettings,
    end: str,
) -> None:
    arguments = ("create-superuser", *options(ROOT), "--password-stdin")

    result = manage(*arguments, typed=f"{ROOT.password}{end}")

    assert (result.stdout, len(users_of(database_settings))) == ("Created the superuser root.\n", 1)


def test_password_of_a_user_is_read_from_the_input(database_settings: DatabaseSettings) -> None:
    create_superuser(ROOT)
    [before] = users_of(database_settings)

    result = manage("set-password", ROOT.email, "--password-stdin", typed=NEW_PASSWORD)

    [after] = users_of(database_settings)
    assert (result.exit_code, after.password_hash != before.password_hash) == (0, True)


def test_input_that_is_not_text_is_refused(database_settings: DatabaseSettings) -> None:
    arguments = ("create-user", *options(ROOT), "--password-stdin")

    result = manage(*arguments, typed=b"\xff" * 20)

    assert (result.exit_code, result.stderr) == (1, "password: The input is not UTF-8 text.\n")


@pytest.mark.parametrize("missing", ["--email", "--username"])
def test_password_is_never_read_as_another_answer(
    database_settings: DatabaseSettings,
    missing: str,
) -> None:
    named = [option for option in options(ROOT) if not option.startswith(missing)]

    result = manage("create-user", *named, "--password-stdin", typed=f"{ROOT.password}\n" * 3)

    assert (result.exit_code, users_of(database_settings)) == (2, [])
    assert "--password-stdin needs --email and --username" in result.stderr


def test_unknown_user_is_reported_before_the_prompt() -> None:
    result = manage("set-password", "toor")

    assert (result.exit_code, result.output) == (1, "There is no such user.\n")
