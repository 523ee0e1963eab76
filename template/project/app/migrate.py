"""Bring a database to the newest revision from within a program."""

from pathlib import Path

from alembic import command
from alembic.config import Config

CONFIGURATION = Path(__file__).parents[1] / "alembic.ini"


def configuration(database_url: str) -> Config:
    """Return the Alembic configuration of this project for one database."""
    config = Config(CONFIGURATION)
    config.attributes["database_url"] = database_url
    config.attributes["keep_logging"] = True
    return config


def upgrade(database_url: str) -> None:
    """Apply all revisions that the database lacks."""
    command.upgrade(configuration(database_url), "head")
