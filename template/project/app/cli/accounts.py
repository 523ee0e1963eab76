# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Commands that create, list and change accounts."""

import typer

from app.auth.clock import utc_now
from app.auth.errors import AccountConflict, InvalidField
from app.auth.protocols import NewUser, StoredUserProtocol
from app.auth.totp.administration import (
    # {% if "totp" in features %}
    FactorAdministration,
    # {% endif %}
)
from app.auth.wiring import Auth
from app.cli.prompts import (
    Email,
    PasswordFromStdin,
    Username,
    email_from,
    read_password,
    username_from,
)
from app.cli.running import UserName, fail, run
from app.settings import load_settings

PAGE = 500  # users that are read at once

commands = typer.Typer()


@commands.command()
def create_user(
    email: Email = None,
    username: Username = None,
    password_stdin: PasswordFromStdin = False,
) -> None:
    """Create an account, even if registration is closed."""
    user = _create(email, username, is_administrator=False, password_stdin=password_stdin)
    typer.echo(f"Created the user {user.username}.")


@commands.command()
def create_superuser(
    email: Email = None,
    username: Username = None,
    password_stdin: PasswordFromStdin = False,
) -> None:
    """Create an account with all privileges."""
    user = _create(email, username, is_administrator=True, password_stdin=password_stdin)
    typer.echo(f"Created the superuser {user.username}.")


@commands.command()
def list_users() -> None:
    """List all accounts: ID, username, e-mail, privileges."""
    run(_print_users)


@commands.command()
def set_password(user: UserName, password_stdin: PasswordFromStdin = False) -> None:
    """Replace a password and end all sessions of the user."""
    settings = load_settings()
    found = run(lambda auth: auth.administration.find(user))
    password = read_password(found, settings.auth, from_stdin=password_stdin)
    run(lambda auth: auth.administration.set_password(user, password))
    typer.echo(f"Replaced the password of {user} and ended all sessions.")


@commands.command()
def disable_user(user: UserName) -> None:
    """Refuse an account from its next request on."""
    run(lambda auth: auth.administration.disable(user))
    typer.echo(f"Disabled {user} and ended all sessions.")


@commands.command()
def enable_user(user: UserName) -> None:
    """Let a disabled account sign in again."""
    run(lambda auth: auth.administration.enable(user))
    typer.echo(f"Enabled {user}.")


@commands.command()
def unlock(user: UserName) -> None:
    """Let an account sign in without a wait after too many login attempts."""
    run(lambda auth: auth.administration.unlock(user))
    typer.echo(f"Forgot the login attempts at {user}.")


# {% if "totp" in features %}
@commands.command()
def reset_second_factor(user: UserName) -> None:
    """Remove the authenticator of a user who has lost it, and end all sessions."""
    if not run(lambda auth: FactorAdministration(auth.tools).reset(user)):
        fail(f"{user} has no second factor.")
    typer.echo(f"Removed the second factor of {user} and ended all sessions.")


# {% endif %}
@commands.command()
def revoke_sessions(user: UserName) -> None:
    """Sign a user out everywhere."""
    ended = run(lambda auth: auth.administration.end_sessions(user))
    typer.echo(f"Ended {ended} sessions of {user}.")


def _create(
    email: str | None,
    username: str | None,
    *,
    is_administrator: bool,
    password_stdin: bool,
) -> NewUser:
    if password_stdin and (email is None or username is None):
        raise typer.BadParameter("--password-stdin needs --email and --username.")
    settings = load_settings()
    user = NewUser(
        email=email_from(email, settings.auth),
        username=username_from(username),
        is_staff=is_administrator,
        is_superuser=is_administrator,
        email_verified_at=utc_now(),  # the operator vouches for it
    )
    password = read_password(user, settings.auth, from_stdin=password_stdin)
    run(lambda auth: _add(auth, user, password))
    return user


async def _add(auth: Auth, user: NewUser, password: str) -> None:
    """Create the account. Only columns of your own can refuse it: the rest was checked before."""
    try:
        await auth.service.create_user(user, password)
    except InvalidField as error:
        fail(f"User.{error.field} needs a value: give it a default, or set it in this command.")
    except AccountConflict as error:
        reason, *_ = str(getattr(error.__cause__, "orig", error.message)).splitlines()
        fail(f"A column of your own refuses this account: {reason}")


async def _print_users(auth: Auth) -> None:
    users = await auth.administration.list_users(after=None, limit=PAGE)
    while users:
        for user in users:
            typer.echo(_line(user))
        users = await auth.administration.list_users(after=users[-1].id, limit=PAGE)


def _line(user: StoredUserProtocol) -> str:
    disabled = not user.is_active
    known = {"staff": user.is_staff, "superuser": user.is_superuser, "disabled": disabled}
    marks = " ".join(mark for mark, is_set in known.items() if is_set)
    return f"{user.id!s:>6}  {user.username:32}  {user.email}  {marks}".rstrip()


# {% endcall %}
