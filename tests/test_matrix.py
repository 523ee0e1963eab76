"""All renders are clean. Those of the covering array migrate, pass their tests and serve."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support import checks, journeys, leftovers
from support.matrix import CELLS, FEATURE_CELLS, Cell
from support.servers import serving
from support.steps import Steps

Record = Callable[[str, object], None]


@pytest.mark.parametrize("cell", dict.fromkeys((*CELLS, *FEATURE_CELLS)), ids=str)
def test_render_is_clean(
    cell: Cell,
    render: Callable[[Cell], Path],
    type_cache: Path,
    record_property: Record,
) -> None:
    steps = Steps(str(cell))
    try:
        with steps.step("render"):
            project = render(cell)
        with steps.step("format"):
            checks.is_formatted(project)
        with steps.step("lint"):
            checks.is_linted(project)
        with steps.step("leftovers"):
            assert leftovers.find(project, cell) == []
        with steps.step("dependencies"):
            checks.declares_what_it_imports(project)
        with steps.step("types"):
            checks.is_typed(project, type_cache)
    finally:
        record_property("matrix", steps.summary())


@pytest.mark.whole
@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_render_works(
    cell: Cell,
    render: Callable[[Cell], Path],
    tested: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
    tmp_path: Path,
    record_property: Record,
) -> None:
    steps = Steps(f"{cell} whole")
    try:
        with steps.step("migrations"):
            checks.migrates(render(cell), new_database(cell))
        with steps.step("tests"):
            tested(cell)
        with steps.step("served"):
            serves_a_visit(render(cell), cell, new_database(cell), tmp_path / "server.log")
    finally:
        record_property("matrix", steps.summary())


def serves_a_visit(project: Path, cell: Cell, database_url: str, log: Path) -> None:
    # A development server migrates an empty database itself.
    with serving(project, log, env={"DATABASE_URL": database_url}) as server:
        if cell.uses_headers:
            journeys.visit_with_headers(server.url)
            journeys.visit_with_password_form(server.url)
        if cell.uses_cookies:
            journeys.visit_with_cookies(server.url, tokens_in_body=cell.uses_headers)
    assert "Traceback" not in server.output(), server.output()
