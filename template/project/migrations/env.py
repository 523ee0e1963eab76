# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Alembic environment: the models and the database of this project."""

import asyncio
from logging.config import fileConfig
from typing import Any, Literal

from alembic import context
from alembic.util import CommandError
from sqlalchemy import (
    Connection,
    # {% if database == "sqlite" %}
    Table,
    event,
    # {% endif %}
)
from sqlalchemy.exc import DBAPIError

from app.auth.ext.columns import Instant, SpaceSeparated
from app.database.problems import connection_advice, unknown_revision
from app.database.profile import (
    # {% if database == "postgresql" %}
    #| PATIENCE,
    # {% endif %}
    create_migrator,
)
from app.database.settings import DatabaseSettings
from app.database.url import read_url
from app.models import Base
from app.settings import load_settings

# {% if database == "postgresql" %}
#| MIGRATIONS = 0x6D696772  # the key of the lock in this database
# {% endif %}
# {% if database != "sqlite" %}
#| TURN_SECONDS = 600

# {% endif %}
config = context.config
if config.config_file_name and not config.attributes.get("keep_logging"):
    fileConfig(config.config_file_name, disable_existing_loggers=False)
database: DatabaseSettings = config.attributes.get("database") or load_settings().database


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write the column types of app.auth into a revision as plain SQLAlchemy types."""
    own = kind == "type" and isinstance(item, Instant | SpaceSeparated)
    return f"sa.{item.impl!r}" if own else False


# {% if database == "sqlite" %}
@event.listens_for(Table, "before_create")
def keep_counting(table: Table, _: Connection, **__: Any) -> None:
    """Keep AUTOINCREMENT when Alembic rebuilds a table (see UserMixin)."""
    model = Base.metadata.tables.get(table.name.removeprefix("_alembic_tmp_"))
    if model is not None and model.dialect_options["sqlite"]["autoincrement"]:
        table.dialect_options["sqlite"]["autoincrement"] = True


# {% elif database == "postgresql" %}
#| def wait_for_turn(connection: Connection) -> None:
#|     """Several instances may start at once: one migrates, the others find nothing to do."""
#|     connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{TURN_SECONDS}s'")
#|     connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATIONS})")
# {# at most four lines in a row #}
#|     connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE}s'")


# {% else %}
#| def wait_for_turn(connection: Connection) -> None:
#|     """Several instances may start at once: one migrates, the others find nothing to do."""
#|     name = "sha1(concat('migrations of ', database()))"
#|     if connection.exec_driver_sql(f"SELECT get_lock({name}, {TURN_SECONDS})").scalar() != 1:
# {# at most four lines in a row #}
#|         raise CommandError(f"another process has been migrating for {TURN_SECONDS} seconds")


# {% endif %}
def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render_item,
        # {% if database == "sqlite" %}
        render_as_batch=True,
        # {% endif %}
    )
    # {% if database != "sqlite" %}
    #| wait_for_turn(connection)
    # {% endif %}
    with context.begin_transaction():
        context.run_migrations()
    # {% if database == "sqlite" %}
    # Foreign keys are off during migrations (see create_migrator), so check them here.
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"the migration breaks foreign keys, so it was rolled back: {broken}")
    # {% endif %}


async def migrate_online() -> None:
    """Migrate. A problem that an operator can solve is a CommandError: one line."""
    engine = create_migrator(database)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
    except DBAPIError as error:
        advice = connection_advice(error, database)
        if advice is None:
            raise
        raise CommandError(advice) from None
    except CommandError as error:
        if "Can't locate revision" not in str(error):
            raise
        raise CommandError(unknown_revision(str(error), database)) from None
    finally:
        await engine.dispose()


def migrate_offline() -> None:
    """Print the SQL instead of running it: `alembic upgrade head --sql`."""
    url, _ = read_url(database.url)
    context.configure(url=url, target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    migrate_offline()
else:
    asyncio.run(migrate_online())
# {% endcall %}
