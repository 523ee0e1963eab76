"""The revisions build what the models say, go back again, and carry yours on top."""

from collections.abc import Iterator
from io import StringIO
from os import pathsep
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from app.database_settings import DatabaseSettings
from app.migrate import configuration, upgrade

OWN = "0123456789ab"
OWN_REVISION = '''
"""Give users a nickname, and make room for a longer username."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{parent}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("users") as users:
        users.add_column(sa.Column("nickname", sa.String(40), nullable=True))
        users.alter_column("username", type_=sa.String(64), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("users") as users:
        users.alter_column("username", type_=sa.String(32), existing_nullable=False)
        users.drop_column("nickname")
'''


@pytest.fixture
def config(database_settings: DatabaseSettings) -> Iterator[Config]:
    """The configuration for the test database, which is built anew afterwards."""
    yield configuration(database_settings)
    command.downgrade(configuration(database_settings), "base")
    upgrade(database_settings)


def test_newest_revision_is_what_the_models_say(config: Config) -> None:
    command.check(config)


def test_check_notices_a_database_that_lags_behind(config: Config) -> None:
    command.downgrade(config, "base")

    with pytest.raises(CommandError, match="not up to date"):
        command.check(config)


def test_all_revisions_can_be_undone_and_done_again(config: Config) -> None:
    """What a downgrade left behind, the upgrade would stumble over."""
    command.downgrade(config, "base")
    command.upgrade(config, "head")

    command.check(config)


def test_upgrading_twice_changes_nothing(config: Config) -> None:
    command.upgrade(config, "head")

    command.check(config)


def test_sql_can_be_printed_for_an_operator(config: Config) -> None:
    """No user is among it: there is no default administrator (SEC-14)."""
    config.output_buffer = StringIO()

    command.upgrade(config, "head", sql=True)

    sql = config.output_buffer.getvalue()
    assert "CREATE TABLE users " in sql
    assert "CREATE TABLE auth_session " in sql
    assert "INSERT INTO users" not in sql


def test_there_is_one_history(config: Config) -> None:
    script = ScriptDirectory.from_config(config)

    assert (len(script.get_heads()), len(script.get_bases())) == (1, 1)


def test_your_own_revision_goes_on_top(config: Config, tmp_path: Path) -> None:
    script = ScriptDirectory.from_config(config)
    newest = script.get_current_head()
    text = OWN_REVISION.format(revision=OWN, parent=newest)
    (tmp_path / f"{OWN}_nickname.py").write_text(text)
    config.set_main_option("version_locations", f"{script.versions}{pathsep}{tmp_path}")
    config.stdout = StringIO()

    command.upgrade(config, "head")
    command.current(config)
    command.downgrade(config, "-1")
    command.current(config)

    revisions = [line.partition(" ")[0] for line in config.stdout.getvalue().splitlines()]
    assert revisions == [OWN, newest]
