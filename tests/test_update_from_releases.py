"""Projects of every released version can be updated to the current template without a conflict."""

import re
from pathlib import Path

import pytest

from support import team, templates, updating
from support.commands import run
from support.matrix import Cell
from support.templates import ROOT

NEXT = "99.99.99"
VERSION = re.compile(r"\d+\.\d+\.\d+")
RELEASES = [tag for tag in run("git", "tag", cwd=ROOT).split() if VERSION.fullmatch(tag)]
NONE = pytest.param("", marks=pytest.mark.skip(reason="nothing has been released yet"))


@pytest.mark.parametrize("version", RELEASES or [NONE])
def test_edits_come_through(version: str, tmp_path: Path) -> None:
    repository = tmp_path / "template"
    run("git", "clone", "--quiet", str(ROOT), str(repository), cwd=tmp_path)
    run("git", "rm", "-r", "--quiet", *templates.SOURCES, cwd=repository)
    templates.snapshot(repository, NEXT)
    project = updating.created(repository, tmp_path / "project", version, Cell())
    team.work_on(project, Cell())
    updating.committed(project)

    finished = updating.update(project)

    assert finished.code == 0, finished.report()
    assert updating.conflicts(project) == []
    assert team.missing(project) == []
