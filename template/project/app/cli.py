# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Commands for operators: `uv run manage --help`."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from sqlalchemy.exc import DBAPIError

from app.auth.errors import AuthError, InvalidField
from app.auth.ext.components import AuthComponents, Storage, build_components
from app.auth.identifiers import check_email, check_username
from app.database import Database
from app.doctor import Verdict, examine, examine_accounts, examine_revision
from app.models import AuthSession, AuthThrottle, User
from app.settings import load_settings

T = TypeVar("T")
UserName = Annotated[str, typer.Argument(metavar="USER", help="An e-mail or a username.")]

SECRET_BYTES = 64  # enough for every algorithm
COLOURS = {
    Verdict.FINE: typer.colors.GREEN,
    Verdict.WARNING: typer.colors.YELLOW,
    Verdict.FAILURE: typer.colors.RED,
}

app = typer.Typer(
    help="Look after accounts, sessions and keys.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)


@app.command()
def generate_secret() -> None:
    """Print a new random value for AUTH_SECRET_KEY."""
    typer.echo(secrets.token_hex(SECRET_BYTES))


@app.command()
def create_superuser(
    email: Annotated[str, typer.Option(prompt="E-mail", help="Asked for if not given.")],
    username: Annotated[str, typer.Option(prompt=True, help="Asked for if not given.")],
) -> None:
    """Create an account with all privileges. The password is asked for."""
    _checked(lambda: check_email(email))
    _checked(lambda: check_username(username))
    password = _ask_for_password()
    _run(
        lambda auth: auth.service.create_user(
            email=email,
            username=username,
            password=password,
            is_staff=True,
            is_superuser=True,
        )
    )
    typer.echo(f"Created the superuser {username}.")


@app.command()
def set_password(user: UserName) -> None:
    """Replace a password and end all sessions of the user. The password is asked for."""
    password = _ask_for_password()
    _run(lambda auth: auth.administration.set_password(user, password))
    typer.echo(f"Replaced the password of {user} and ended all sessions.")


@app.command()
def disable_user(user: UserName) -> None:
    """Refuse an account from its next request on."""
    _run(lambda auth: auth.administration.disable(user))
    typer.echo(f"Disabled {user} and ended all sessions.")


@app.command()
def enable_user(user: UserName) -> None:
    """Let a disabled account sign in again."""
    _run(lambda auth: auth.administration.enable(user))
    typer.echo(f"Enabled {user}.")


@app.command()
def revoke_sessions(user: UserName) -> None:
    """Sign a user out everywhere."""
    ended = _run(lambda auth: auth.administration.end_sessions(user))
    typer.echo(f"Ended {ended} sessions of {user}.")


@app.command()
def purge_sessions() -> None:
    """Delete sessions that ended long ago; run it daily."""
    purged = _run(lambda auth: auth.administration.purge_sessions())
    typer.echo(f"Deleted {purged} sessions.")


@app.command()
def doctor(
    strict: Annotated[bool, typer.Option(help="Let warnings fail as well.")] = False,
) -> None:
    """Check this deployment; exits with 1 if it should not go live."""
    settings = load_settings()
    findings = _checked(lambda: asyncio.run(examine(settings)))
    if all(finding.verdict != Verdict.FAILURE for finding in findings):
        findings.append(_checked(lambda: examine_revision(settings)))
    if all(finding.verdict != Verdict.FAILURE for finding in findings):
        findings += _checked(lambda: asyncio.run(examine_accounts(settings)))
    for finding in findings:
        typer.secho(f"{finding.verdict:8} {finding.text}", fg=COLOURS[finding.verdict])
    verdicts = {finding.verdict for finding in findings}
    if Verdict.FAILURE in verdicts or (strict and Verdict.WARNING in verdicts):
        raise typer.Exit(1)


def _ask_for_password() -> str:
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return password


def _run(work: Callable[[AuthComponents], Awaitable[T]]) -> T:
    return _checked(lambda: asyncio.run(_with_components(work)))


def _checked(work: Callable[[], T]) -> T:
    """Return what the work does, or end the program with one line that says what to mend."""
    try:
        return work()
    except InvalidField as error:
        message = f"{error.field}: {error.reason}"
    except AuthError as error:
        message = error.message
    except DBAPIError as error:
        message = (
            f"The database refused: {error.orig}\nIs it up to date? `uv run alembic upgrade head`"
        )
    typer.secho(message, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)


async def _with_components(work: Callable[[AuthComponents], Awaitable[T]]) -> T:
    settings = load_settings()
    database = Database(settings.database)
    storage = Storage(
        get_session=database.session,
        reader=database.reader,
        user_model=User,
        session_model=AuthSession,
        throttle_model=AuthThrottle,
    )
    components = build_components(settings.auth, storage)
    try:
        return await work(components)
    finally:
        components.hasher.close()
        await database.dispose()


# {% endcall %}
