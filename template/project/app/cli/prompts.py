"""Values from options, prompts or standard input. Prompts say the rule first and ask again."""

import sys
from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from app.auth.errors import InvalidField
from app.auth.identifiers import (
    USERNAME_MAX_LENGTH,
    USERNAME_MIN_LENGTH,
    check_email,
    check_username,
)
from app.auth.passwords import check_password
from app.auth.protocols import NewUser, UserProtocol
from app.auth.settings import AuthSettings
from app.cli.running import checked

USERNAME_RULE = (
    f"The username has {USERNAME_MIN_LENGTH} to {USERNAME_MAX_LENGTH} characters: "
    "letters a to z, digits, dot, hyphen, underscore."
)

Email = Annotated[str | None, typer.Option(help="Asked for if not given.")]
Username = Annotated[str | None, typer.Option(help="Asked for if not given.")]
PasswordFromStdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from the first line of the input."),
]


def email_from(option: str | None, settings: AuthSettings) -> str:
    check = partial(check_email, reserved=settings.reserved_email_domains)
    return _from_option_or_prompt(option, "E-mail", check)


def username_from(option: str | None) -> str:
    return _from_option_or_prompt(option, "Username", check_username, USERNAME_RULE)


def read_password(user: NewUser | UserProtocol, settings: AuthSettings, *, from_stdin: bool) -> str:
    """Return an acceptable password for this user. It is never shown and never an argument."""

    def check(password: str) -> str:
        check_password(password, user, settings)
        return password

    if from_stdin:
        return checked(lambda: check(_first_line()))
    typer.echo(
        f"The password has at least {settings.password_min_length} characters, for example a few "
        "words. It is not common, and contains neither your name nor the name of this app."
    )
    return _ask("Password", check, hidden=True)


def _from_option_or_prompt(
    option: str | None,
    label: str,
    check: Callable[[str], str],
    rule: str | None = None,
) -> str:
    if option is not None:
        return checked(lambda: check(option))
    if rule:
        typer.echo(rule)
    return _ask(label, check)


def _ask(label: str, check: Callable[[str], str], *, hidden: bool = False) -> str:
    while True:
        answer: str = typer.prompt(label, hide_input=hidden, confirmation_prompt=hidden)
        try:
            return check(answer)
        except InvalidField as error:
            typer.secho(error.reason, err=True, fg=typer.colors.RED)


def _first_line() -> str:
    try:
        return sys.stdin.buffer.readline().decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise InvalidField("password", "The input is not UTF-8 text.") from None
