"""A team's own revision on top of the template's keeps all rows."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from support import journeys
from support.fix import head
from support.matrix import Cell, cells
from support.servers import serving

# On SQLite this copies the table, drops the old one and renames the copy.
WIDENING = '''"""Make room for longer usernames."""

import sqlalchemy as sa
from alembic import op

revision = "8d20c1e6a4f3"
down_revision = "{first}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("users") as users:
        users.alter_column("username", type_=sa.String(64), existing_nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("users") as users:
        users.alter_column("username", type_=sa.String(32), existing_nullable=False)
'''


@pytest.mark.parametrize("cell", cells(transport="both", password_hash="bcrypt"), ids=str)
def test_altering_the_users_does_not_sign_them_out(
    cell: Cell,
    editable: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
    tmp_path: Path,
) -> None:
    project, env = editable(cell), {"DATABASE_URL": new_database(cell)}
    with (
        serving(project, tmp_path / "before.log", env=env) as server,
        httpx2.Client(base_url=server.url) as client,
    ):
        user = journeys.register(client, "faithful")
        tokens = journeys.read(journeys.log_in(client, "faithful"), 200)

    versions = project / "migrations/versions"
    first = head(project)
    (versions / "8d20c1e6a4f3_widen.py").write_text(WIDENING.format(first=first))

    with serving(project, tmp_path / "after.log", env=env) as server:
        answer = httpx2.get(f"{server.url}/auth/me", headers=journeys.bearer(tokens))
        assert journeys.read(answer, 200) == user
