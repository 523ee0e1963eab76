# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Checks of the database: its revision and its tables."""

import io

from alembic import command
from alembic.util.exc import CommandError, DatabaseNotAtHead
from sqlalchemy import Connection, inspect

from app.database import Database
from app.doctor.findings import Finding, Verdict
from app.migrate import configuration
from app.models import Base
from app.settings import Settings


def examine_revision(settings: Settings) -> Finding:
    """Compare the revision of the database with the newest revision of this code."""
    config = configuration(settings.database)
    config.stdout = io.StringIO()
    try:
        command.current(config, check_heads=True)
    except DatabaseNotAtHead:
        try:
            command.current(config)
        except CommandError as error:  # it names a revision that this code does not have
            return Finding(Verdict.FAILURE, str(error))
        text = "The database is not at the newest revision: run `uv run alembic upgrade head`."
        return Finding(Verdict.FAILURE, text)
    return Finding(Verdict.FINE, "The database is at the newest revision.")


async def examine_tables(settings: Settings) -> Finding:
    """Look for tables without a revision, such as those of a feature that was switched on."""
    database = Database(settings.database)
    async with database.reader.connect() as connection:
        missing = await connection.run_sync(_missing_tables)
    await database.dispose()
    if not missing:
        return Finding(Verdict.FINE, "The database has every table of the models.")
    return Finding(
        Verdict.FAILURE,
        f"The database lacks tables of the models ({', '.join(missing)}): run `uv run alembic "
        "revision --autogenerate`, then `uv run alembic upgrade head`.",
    )


def _missing_tables(connection: Connection) -> list[str]:
    existing = inspect(connection)
    return [
        table.fullname
        for table in Base.metadata.sorted_tables
        if not existing.has_table(table.name, schema=table.schema)
    ]


# {% endcall %}
