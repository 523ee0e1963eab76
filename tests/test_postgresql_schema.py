"""Tables can be in a schema that `search_path` names."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from support import databases, journeys
from support.commands import module, run
from support.matrix import Cell, cells
from support.servers import serving

CELLS = [
    cell
    for cell in cells(transport="header", password_hash="bcrypt")
    if cell.database == "postgresql"
]
TABLES = "SELECT DISTINCT schemaname FROM pg_tables WHERE tablename IN ('users', 'auth_session')"


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_schema_of_the_url_has_all_tables(
    cell: Cell,
    render: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
    tmp_path: Path,
) -> None:
    direct = new_database(cell)
    with closing(databases.connect(urlsplit(direct))) as connection:
        connection.execute("CREATE SCHEMA accounts")
    env = {"DATABASE_URL": f"{direct}?options=-csearch_path%3Daccounts"}

    run(*module("alembic", "upgrade", "head"), cwd=render(cell), env=env)
    run(*module("alembic", "check"), cwd=render(cell), env=env)
    with serving(render(cell), tmp_path / "log", env=env) as server:
        journeys.visit_with_headers(server.url)

    assert databases.rows(direct, TABLES) == [("accounts",)]
