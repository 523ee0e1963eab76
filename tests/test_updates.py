"""Edited projects receive a release with fixes, a dependency and a revision."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support import checks, databases, fix, seeding, team, updating
from support.commands import module, run
from support.matrix import Cell
from support.steps import Steps

PEOPLE = 3
USERS = "SELECT id, username, password_hash, display_name FROM users ORDER BY id"
SESSIONS = "SELECT id, generation, device FROM auth_session ORDER BY id"


@pytest.mark.parametrize(
    "cell",
    [
        Cell(),
        Cell("sync", "sqlite", "header", "argon2id"),
        Cell("async", "postgresql", "header"),
        Cell("sync", "postgresql", "cookie"),
        Cell("async", "mysql", "cookie", "argon2id"),
        Cell("sync", "mysql", "both"),
    ],
    ids=str,
)
def test_fix_reaches_an_edited_project(
    cell: Cell,
    edited: Callable[..., Path],
    new_database: Callable[[Cell], str],
    type_cache: Path,
    near_edits: tuple[str, ...],
    record_property: Callable[[str, object], None],
) -> None:
    steps = Steps(str(cell))
    project, database_url = edited(cell), new_database(cell)
    env = {"DATABASE_URL": database_url}
    try:
        with steps.step("database"):
            seeding.people(project, PEOPLE, env=env)
            users = databases.rows(database_url, USERS)
        with steps.step("update"):
            settings = (project / ".env").read_bytes()
            finished = updating.update(project)
            assert finished.code == 0, finished.report()
            extent = updating.extent(project)
            assert extent.conflicts == 0, finished.report()
        steps.outcomes.append(f"({extent})")
        with steps.step("edits"):
            assert team.missing(project) == []
            assert (project / ".env").read_bytes() == settings
        with steps.step("fixes"):
            assert fix.missing(project) == []
            as_edited_afterwards = edited(cell, fix.AFTER)
            own = {team.REVISION_FILE}  # it follows the revision that was the newest then
            assert updating.diverging(project, as_edited_afterwards, besides=own) == []
        with steps.step("heads"):
            run(*module("alembic", "upgrade", "heads"), cwd=project, env=env)
            assert databases.rows(database_url, USERS) == users
            devices = [device for _, _, device in databases.rows(database_url, SESSIONS)]
            assert len(devices) > PEOPLE - 1
            assert set(devices) == {None}
        with steps.step("merge"):
            run(*module("alembic", "merge", "heads", "-m", "Merge"), cwd=project, env=env)
            run(*module("alembic", "upgrade", "head"), cwd=project, env=env)
        with steps.step("format"):
            checks.is_formatted(project)
            checks.is_linted(project)
        with steps.step("types"):
            checks.is_typed(project, type_cache)
        with steps.step("tests"):
            env = {"TEST_DATABASE_URL": new_database(cell)}
            checks.passes_its_tests(project, env, *near_edits)
    finally:
        record_property("updates", steps.summary())
