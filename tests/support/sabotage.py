"""Removal of one defence from a render, which must fail a test of the render."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from support import forked
from support.commands import Finished
from support.matrix import Cell, assigned
from support.templates import ROOT

TABLE = ROOT / "tests" / "sabotages.yml"
FAILED_TEST = re.compile(r"^FAILED (?:tests/)?(.+?)(?: - |$)", re.MULTILINE)


@dataclass(frozen=True)
class Sabotage:
    """A removed defence: `replace` instead of `find` in `file` of the render of `cell`."""

    name: str
    rule: str
    file: str
    find: str
    replace: str
    tests: str
    cell: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name.replace(",", "").replace(" ", "-")

    @property
    def rendered(self) -> Cell:
        return assigned(Cell(**self.cell))

    def apply(self, project: Path) -> None:
        """Edit the render. Raise AssertionError unless `find` occurs exactly once."""
        file = project / self.file
        text = file.read_text()
        found = text.count(self.find)
        assert found == 1, f"{self.file} has {self.find!r} {found} times: fix sabotages.yml"
        file.write_text(text.replace(self.find, self.replace))


def table() -> list[Sabotage]:
    return [Sabotage(**row) for row in yaml.safe_load(TABLE.read_text())]


def run_tests(project: Path, names: str, database_url: str) -> Finished:
    """Run these tests or files of `tests`, up to the first failure."""
    chosen = [f"tests/{name}" for name in names.split()]
    env = {"TEST_DATABASE_URL": database_url}
    return forked.own_tests(project, env, "-x", "--tb=line", "-r", "f", *chosen)


def noticing_test(finished: Finished) -> str:
    """Return the test that failed. Raise AssertionError if all passed or none could run."""
    failed = FAILED_TEST.search(finished.output)
    assert failed, f"no test noticed it\n{finished.report()}"
    assert finished.code == 1, finished.report()
    return failed[1]
