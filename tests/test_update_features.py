"""Features are switched on and off in an edited project, whose users stay."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import httpx2
import pytest

from support import checks, copies, databases, journeys, seeding, team, updating
from support.commands import module, run
from support.matrix import FEATURES, Cell, plain
from support.servers import serving
from support.steps import Steps
from support.templates import gates

PEOPLE = 3
USERS = "SELECT id, username, password_hash FROM users ORDER BY id"
FIRST_REVISIONS = {gate for gate in gates() if gate.startswith("migrations/versions/")}
WITH_FEATURES = [
    Cell(features=FEATURES),
    Cell("sync", "postgresql", "cookie", features=FEATURES),
    Cell("async", "mysql", "header", "argon2id", features=FEATURES),
]


@pytest.mark.parametrize("cell", WITH_FEATURES, ids=str)
def test_features_are_switched_on_and_off(
    cell: Cell,
    edited: Callable[..., Path],
    new_database: Callable[[Cell], str],
    near_edits: tuple[str, ...],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    steps = Steps(f"{plain(cell)} with and without {', '.join(FEATURES)}")
    without, with_features, database_url = edited(plain(cell)), edited(cell), new_database(cell)
    project = Path(copytree(without, tmp_path / "project"))
    env = {"DATABASE_URL": database_url}
    seeding.people(project, PEOPLE, env=env)
    users = databases.rows(database_url, USERS)
    try:
        for answer, as_rendered_so in ((cell, with_features), (plain(cell), without)):
            with steps.step("update"):
                switch(project, answer)
                own = {team.REVISION_FILE, *FIRST_REVISIONS, *revisions_of_tables(project)}
                assert updating.diverging(project, as_rendered_so, besides=own) == []
            with steps.step("tables"):
                create_or_drop_tables(project, env)
                assert databases.rows(database_url, USERS) == users
            with steps.step("login"):
                sign_everybody_in(project, tmp_path / "server.log", env)
            with steps.step("tests"):
                own_env = {"TEST_DATABASE_URL": new_database(cell)}
                checks.passes_its_tests(project, own_env, *near_edits)
    finally:
        record_property("updates", steps.summary())


def test_first_revision_outlives_its_feature(edited: Callable[..., Path]) -> None:
    """Databases are at it, and revisions of the team follow it."""
    project = edited(Cell(features=FEATURES))
    first = {file: (project / file).read_bytes() for file in FIRST_REVISIONS}

    for cell in (Cell(), Cell(features=FEATURES)):
        switch(project, cell)
        assert {file: updating.content(project / file) for file in FIRST_REVISIONS} == first


def test_recopy_adds_the_first_revision_of_a_later_feature(edited: Callable[..., Path]) -> None:
    """As docs/updating.md warns: the tables have been created by a revision of the team."""
    project = edited(Cell())
    switch(project, Cell(features=FEATURES))
    before = updating.tracked(project)

    copies.command("recopy", "--defaults", "--overwrite", updating.SAME_VERSION, cwd=project)

    updating.committed(project)
    assert updating.tracked(project) - before == {*FIRST_REVISIONS, *team.DELETED}


@pytest.mark.parametrize("database", ["postgresql", "mysql"])
def test_first_revision_fits_a_database_chosen_later(
    database: str,
    edited: Callable[..., Path],
    new_database: Callable[[Cell], str],
) -> None:
    project = edited(Cell(features=FEATURES))

    switch(project, Cell(database=database, features=FEATURES))

    checks.migrates(project, new_database(Cell(database=database)))


def switch(project: Path, cell: Cell) -> None:
    """Change the answers of a committed project, and commit the result."""
    finished = updating.update(project, updating.SAME_VERSION, **cell.answers)
    assert finished.code == 0, finished.report()
    assert updating.conflicts(project) == []
    assert team.missing(project) == []
    updating.committed(project)


def create_or_drop_tables(project: Path, env: dict[str, str]) -> None:
    """Do what docs/updating.md says, and check that there is one history."""
    run(*module("alembic", "revision", "--autogenerate", "-m", "Tables"), cwd=project, env=env)
    for command in ("upgrade head", "check"):
        run(*module("alembic", *command.split()), cwd=project, env=env)
    updating.committed(project)


def revisions_of_tables(project: Path) -> list[str]:
    return [file for file in updating.tracked(project) if file.endswith("_tables.py")]


def sign_everybody_in(project: Path, log: Path, env: dict[str, str]) -> None:
    with (
        serving(project, log, env=env) as server,
        httpx2.Client(base_url=server.url, headers={"Sec-Fetch-Site": "same-origin"}) as client,
    ):
        for number in range(1, PEOPLE + 1):
            assert journeys.log_in(client, f"person{number}").is_success
            client.cookies.clear()
