# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""How Alembic reaches this project's models and database."""

import asyncio
from logging.config import fileConfig
from typing import Any, Literal

from alembic import context
from sqlalchemy import (
    Connection,
    # {% if database == "sqlite" %}
    Table,
    event,
    # {% endif %}
)

from app.auth.ext.models import Instant
from app.database_profile import create_migrator
from app.database_settings import DatabaseSettings
from app.models import Base
from app.settings import load_settings

config = context.config
if config.config_file_name and not config.attributes.get("keep_logging"):
    fileConfig(config.config_file_name, disable_existing_loggers=False)
database: DatabaseSettings = config.attributes.get("database") or load_settings().database


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write the kit's own column type into a revision as what the database knows it by."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Instant) else False


# {% if database == "sqlite" %}
@event.listens_for(Table, "before_create")
def keep_counting(table: Table, _: Connection, **__: Any) -> None:
    """Give a table that Alembic rebuilds the AUTOINCREMENT that it had (see UserMixin)."""
    model = Base.metadata.tables.get(table.name.removeprefix("_alembic_tmp_"))
    if model is not None and model.dialect_options["sqlite"]["autoincrement"]:
        table.dialect_options["sqlite"]["autoincrement"] = True


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
    with context.begin_transaction():
        context.run_migrations()
    # {% if database == "sqlite" %}
    # Migrations run without foreign keys (see create_migrator), so look that none is broken.
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        raise RuntimeError(f"the migration breaks foreign keys, nothing is changed: {broken}")
    # {% endif %}


async def migrate_online() -> None:
    engine = create_migrator(database)
    async with engine.begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


def migrate_offline() -> None:
    """Print the SQL instead of running it: `alembic upgrade head --sql`."""
    context.configure(url=database.url, target_metadata=Base.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    migrate_offline()
else:
    asyncio.run(migrate_online())
# {% endcall %}
