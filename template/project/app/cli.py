# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Commands for operators: `uv run manage --help`."""

import asyncio
import secrets
from typing import Annotated

import typer

from app.auth.errors import AuthError, InvalidField
from app.auth.ext.components import Storage, build_components
from app.database import Database
from app.models import AuthSession, User
from app.settings import Settings, load_settings

SECRET_BYTES = 64  # enough for every algorithm

app = typer.Typer(
    help="Look after accounts and keys.",
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
    email: Annotated[str, typer.Option(prompt="E-mail", help="Asked for when not given.")],
    username: Annotated[str, typer.Option(prompt=True, help="Asked for when not given.")],
) -> None:
    """Create an account with all privileges; the password is asked for, never an argument."""
    settings = load_settings()
    password: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        asyncio.run(_create_superuser(settings, email, username, password))
    except InvalidField as error:
        _fail(f"{error.field}: {error.reason}")
    except AuthError as error:
        _fail(error.message)
    typer.echo(f"Created the superuser {username}.")


async def _create_superuser(
    settings: Settings,
    email: str,
    username: str,
    password: str,
) -> None:
    database = Database(settings.database)
    storage = Storage(
        get_session=database.session,
        reader=database.reader,
        user_model=User,
        session_model=AuthSession,
    )
    components = build_components(settings.auth, storage)
    try:
        await components.service.create_user(
            email=email,
            username=username,
            password=password,
            is_staff=True,
            is_superuser=True,
        )
    finally:
        components.hasher.close()
        await database.dispose()


def _fail(message: str) -> None:
    typer.secho(message, err=True, fg=typer.colors.RED)
    raise typer.Exit(1)


# {% endcall %}
