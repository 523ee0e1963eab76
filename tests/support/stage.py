"""A render with its filled database and the output folder of its servers."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from support import databases, seeding
from support.matrix import Cell
from support.seeding import Person
from support.servers import Server, launched

# As in production: workers do not migrate, and they start even during a database outage.
PRODUCTION = {"ENVIRONMENT": "production"}


@dataclass(frozen=True)
class Stage:
    """A staged render. `database_url` is a direct URL, even if the servers use a proxy."""

    cell: Cell
    project: Path
    folder: Path
    database_url: str
    people: Sequence[Person] = field(repr=False)

    def launch(
        self,
        env: Mapping[str, str] | None = None,
        **options: Any,
    ) -> AbstractContextManager[Server]:
        settings = {"DATABASE_URL": self.database_url, **production(self.cell), **(env or {})}
        return launched(self.project, self.folder / "server.log", env=settings, **options)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return databases.rows(self.database_url, query)


@contextmanager
def staged(project: Path, cell: Cell, folder: Path, *, people: int) -> Iterator[Stage]:
    """Create a database for the cell, migrate it and fill it with people."""
    with databases.temporary(cell, folder) as database_url:
        env = {"DATABASE_URL": database_url, **production(cell)}
        everybody = seeding.people(project, people, env=env)
        yield Stage(cell, project, folder, database_url, everybody)


def production(cell: Cell) -> dict[str, str]:
    """Return the production settings that the cell has."""
    return {**PRODUCTION, **({"AUTH_COOKIE_SECURE": "true"} if cell.uses_cookies else {})}
