"""Bring a database to the newest revision from within a program."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from app.database_settings import DatabaseSettings

CONFIGURATION = Path(__file__).parents[1] / "alembic.ini"


def configuration(database: DatabaseSettings) -> Config:
    """Return the Alembic configuration of this project for one database."""
    config = Config(CONFIGURATION)
    config.attributes["database"] = database
    config.attributes["keep_logging"] = True
    return config


def upgrade(database: DatabaseSettings) -> None:
    """Apply all revisions that the database lacks, on every branch if yours has split off."""
    command.upgrade(configuration(database), "heads")
