"""A team's own User: more columns, another table name, another Base, edited in app/models.py."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support import checks, journeys
from support.commands import module, run
from support.editing import edit
from support.matrix import Cell
from support.servers import serving

OWN_BASE = '''"""The Base of the tables that this team had before."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    pass
'''
RENAMING = '''"""Rename the table of users."""

from alembic import op

revision = "5f0c5a3b7d21"
down_revision = "{first}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.rename_table("users", "people")


def downgrade() -> None:
    op.rename_table("people", "users")
'''

pytestmark = pytest.mark.parametrize("cell", [Cell("async"), Cell("sync")], ids=str)


@pytest.fixture
def project(cell: Cell, editable: Callable[[Cell], Path]) -> Path:
    return editable(cell)


@pytest.fixture
def database_url(cell: Cell, new_database: Callable[[Cell], str]) -> str:
    return new_database(cell)


def test_another_column(project: Path, database_url: str, type_cache: Path) -> None:
    edit(
        project / "app/models.py",
        "import ForeignKey, MetaData",
        "import ForeignKey, MetaData, String",
    )
    column = "    nickname: Mapped[str | None] = mapped_column(String(40))"
    edit(project / "app/models.py", '"users"\n', f'"users"\n\n{column}\n')
    env = {"DATABASE_URL": database_url}

    run(*module("alembic", "upgrade", "head"), cwd=project, env=env)
    run(*module("alembic", "revision", "--autogenerate", "-m", "Nickname"), cwd=project, env=env)

    checks.is_formatted(project)
    checks.is_linted(project)
    checks.is_typed(project, type_cache)
    checks.migrates(project, database_url)
    visit(project, database_url)


def test_another_table_name(project: Path, database_url: str) -> None:
    edit(project / "app/models.py", '"users"', '"people"')
    versions = project / "migrations/versions"
    first = next(versions.glob("*.py")).name.partition("_")[0]
    (versions / "5f0c5a3b7d21_rename.py").write_text(RENAMING.format(first=first))

    visit(project, database_url)


def test_another_base(project: Path, database_url: str) -> None:
    (project / "app/records.py").write_text(OWN_BASE)
    models = project / "app/models.py"
    before, _, after = models.read_text().partition("# Every constraint has a name")
    _, _, classes = after.partition("class User(")
    models.write_text(f"{before}from app.records import Base as Base\n\n\nclass User({classes}")

    visit(project, database_url)


def visit(project: Path, database_url: str) -> None:
    """Serve the edited project, which migrates the database itself, and use it."""
    log = project / "server.log"
    with serving(project, log, env={"DATABASE_URL": database_url}) as server:
        journeys.visit_with_headers(server.url)
