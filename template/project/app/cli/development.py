"""Commands for a developer's machine."""

import typer

from app.cli.environment import write_environment
from app.cli.running import fail, run_with_database
from app.samples import PASSWORD, USERS, add_samples
from app.settings import load_settings

commands = typer.Typer()


@commands.command()
def init() -> None:
    """Write a `.env` for development with a fresh key. An existing one stays as it is."""
    try:
        write_environment()
    except FileExistsError:
        fail("There is already a .env. Delete it first if you want a new one.")
    except FileNotFoundError:
        fail("There is no .env.example here. Run this in the folder of the project.")
    typer.echo("Wrote .env for development. Check DATABASE_URL, then start: uv run fastapi dev")


@commands.command()
def seed() -> None:
    """Add the sample accounts and data of app/samples.py, in development only."""
    settings = load_settings()
    if settings.environment != "development":
        # Everybody knows their password (ASVS 6.3.2).
        fail("Sample accounts are for development only: ENVIRONMENT is production.")
    from app.migrate import upgrade  # Alembic is not loaded for other commands

    upgrade(settings.database)
    run_with_database(add_samples)
    names = ", ".join(user.username for user in USERS)
    typer.echo(f'Sample accounts: {names}. Their password is "{PASSWORD}".')
