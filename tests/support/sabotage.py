"""Take one defence out of a render, and see which of its own tests notices."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from support.checks import own_tests
from support.commands import Finished, attempt
from support.matrix import Cell
from support.templates import ROOT

TABLE = ROOT / "tests" / "sabotages.yml"
FAILED_TEST = re.compile(r"^FAILED (?:tests/)?(.+?)(?: - |$)", re.MULTILINE)


@dataclass(frozen=True)
class Sabotage:
    """A defence that is missing: `find` becomes `replace` in `file` of the render of `cell`."""

    name: str
    rule: str
    file: str
    find: str
    replace: str
    tests: str
    cell: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name.replace(",", "").replace(" ", "-")

    @property
    def rendered(self) -> Cell:
        return Cell(**self.cell)

    def apply(self, project: Path) -> None:
        """Edit the render. Raise AssertionError unless `find` is there exactly once."""
        file = project / self.file
        text = file.read_text()
        found = text.count(self.find)
        assert found == 1, f"{self.file} has {self.find!r} {found} times: mend sabotages.yml"
        file.write_text(text.replace(self.find, self.replace))


def table() -> list[Sabotage]:
    return [Sabotage(**row) for row in yaml.safe_load(TABLE.read_text())]


def tests_named_for(cell: Cell) -> str:
    """Return all files of own tests that have to notice something in the renders of a cell."""
    rows = [row for row in table() if row.rendered == cell]
    return " ".join(sorted({name for row in rows for name in row.tests.split()}))


def run_tests(project: Path, names: str) -> Finished:
    """Run own tests, given by their files in `tests`, up to the first that fails."""
    files = [f"tests/{name}" for name in names.split()]
    command, env = own_tests("-x", "--tb=line", "-r", "f", *files)
    return attempt(*command, cwd=project, env=env)


def noticing_test(finished: Finished) -> str:
    """Return the test that failed. Raise AssertionError if all passed, or none could be run."""
    failed = FAILED_TEST.search(finished.output)
    assert failed, f"no test has noticed it\n{finished.report()}"
    assert finished.code == 1, finished.report()
    return failed[1]
