"""Migrations from Python code."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from app.database.settings import DatabaseSettings

CONFIGURATION = Path(__file__).parents[1] / "alembic.ini"


def configuration(database: DatabaseSettings) -> Config:
    """Return the configuration for Alembic commands on this database."""
    config = Config(CONFIGURATION)
    config.attributes["database"] = database
    config.attributes["keep_logging"] = True
    return config


def upgrade(database: DatabaseSettings) -> None:
    """Apply all pending revisions. If there are several heads, upgrade to all of them."""
    command.upgrade(configuration(database), "heads")
