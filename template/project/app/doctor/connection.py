# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
# {% if database == "sqlite" %}
"""Checks of the connection to the database."""

from pathlib import Path

from sqlalchemy.exc import DBAPIError

from app.auth.errors import StorageUnavailable
from app.database import Database
from app.database.problems import advice, place_of, without_log
from app.doctor.findings import Finding, Verdict
from app.settings import Settings


async def examine_connection(settings: Settings) -> Finding:
    """Check that the database answers."""
    file = place_of(settings.database)
    if not Path(file).exists():  # connecting would create one
        text = f"There is no database in {file}: check DATABASE_URL, or create it with Alembic."
        return Finding(Verdict.FAILURE, text)
    database = Database(settings.database)
    try:
        with without_log():
            await database.check()
    except StorageUnavailable as error:
        cause = error.__cause__
        known = advice(cause, settings.database) if isinstance(cause, DBAPIError) else None
        text = known or f"The database does not answer ({cause}): check DATABASE_URL."
        return Finding(Verdict.FAILURE, text)
    finally:
        await database.dispose()
    return Finding(Verdict.FINE, "The database answers.")


# {% else %}
# {% include "template/includes/doctor_connection.py" %}
# {% endif %}
# {% endcall %}
