# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Migrations match the models, can be undone, and accept your revisions on top."""

import asyncio
from collections.abc import Iterator
from io import StringIO
from os import pathsep
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Column, Table

from app.auth.ext.columns import Instant, SpaceSeparated
from app.database.settings import DatabaseSettings
from app.migrate import configuration, upgrade
from app.models import Base, User
from tests.conftest import empty_by_settings

# The names in the first revision, even if you rename your tables later.
FIRST_TABLES = ("users", "auth_session", "auth_throttle")
OWN = "0123456789ab"
OWN_REVISION = '''
"""Give users another column, and make room for a longer e-mail."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{parent}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("{table}") as users:
        users.add_column(sa.Column("column_of_a_test", sa.String(40), nullable=True))
        users.alter_column("email", type_=sa.String(320), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("{table}") as users:
        users.alter_column("email", type_=sa.String(254), existing_nullable=False)
        users.drop_column("column_of_a_test")
'''


def add_own_revision(config: Config, folder: Path) -> None:
    """Write a revision into the folder, on top of the newest one."""
    script = ScriptDirectory.from_config(config)
    text = OWN_REVISION.format(
        revision=OWN,
        parent=script.get_current_head(),
        table=User.__tablename__,
    )
    (folder / f"{OWN}_own.py").write_text(text)
    config.set_main_option("version_locations", f"{script.versions}{pathsep}{folder}")


@pytest.fixture
def config(database_settings: DatabaseSettings) -> Iterator[Config]:
    """The configuration for the test database, which is empty and is rebuilt afterwards.

    Undoing a revision of yours may add a required column, which only an empty table accepts.
    """
    asyncio.run(empty_by_settings(database_settings))
    yield configuration(database_settings)
    command.downgrade(configuration(database_settings), "base")
    upgrade(database_settings)


def test_newest_revision_matches_the_models(config: Config) -> None:
    command.check(config)


def test_check_notices_an_outdated_database(config: Config) -> None:
    command.downgrade(config, "base")

    with pytest.raises(CommandError, match="not up to date"):
        command.check(config)


def test_all_revisions_can_be_undone_and_done_again(config: Config) -> None:
    """The upgrade would fail on anything that the downgrade left."""
    command.downgrade(config, "base")
    command.upgrade(config, "head")

    command.check(config)


def test_upgrading_twice_changes_nothing(config: Config) -> None:
    command.upgrade(config, "head")

    command.check(config)


def test_sql_can_be_printed_for_an_operator(config: Config) -> None:
    """It contains no user: there is no default administrator (SEC-14).

    Only the first revision is printed, as yours may need a connection to rebuild a table.
    """
    [first] = ScriptDirectory.from_config(config).get_bases()
    config.output_buffer = StringIO()

    command.upgrade(config, first, sql=True)

    sql = config.output_buffer.getvalue()
    assert [table for table in FIRST_TABLES if f"CREATE TABLE {table} " not in sql] == []
    assert "INSERT INTO users" not in sql


def test_there_is_one_history(config: Config) -> None:
    script = ScriptDirectory.from_config(config)

    assert (len(script.get_heads()), len(script.get_bases())) == (1, 1)


def test_your_own_revision_goes_on_top(config: Config, tmp_path: Path) -> None:
    newest = ScriptDirectory.from_config(config).get_current_head()
    add_own_revision(config, tmp_path)
    config.stdout = StringIO()

    command.upgrade(config, "head")
    command.current(config)
    command.downgrade(config, "-1")
    command.current(config)

    revisions = [line.partition(" ")[0] for line in config.stdout.getvalue().splitlines()]
    assert revisions == [OWN, newest]


def test_generated_revision_names_no_type_of_the_application(
    config: Config,
    tmp_path: Path,
) -> None:
    """The types of the application can change, and a revision must not."""
    columns: list[Column[Any]] = [Column("at", Instant), Column("words", SpaceSeparated(40))]
    table = Table("table_of_a_test", Base.metadata, *columns)
    versions = ScriptDirectory.from_config(config).versions
    config.set_main_option("version_locations", f"{versions}{pathsep}{tmp_path}")
    try:
        command.revision(config, "own", autogenerate=True, version_path=str(tmp_path))
    finally:
        Base.metadata.remove(table)

    [revision] = tmp_path.glob("*.py")
    text = revision.read_text()
    assert text.count("sa.Column(") == len(columns)
    assert "app." not in text


# {% endcall %}
