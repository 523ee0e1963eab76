"""`copier copy` of the template, and of an empty one that asks the same questions."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.renders import ROOT
from benchmarks.results import Results
from benchmarks.stage import Stage

SOURCES = ("copier.yml", "template")
ANSWERS_FILE = "{{ _copier_conf.answers_file }}"


def run(stage: Stage, results: Results) -> None:
    templates = {
        "template": _repository(stage.folder / "template"),
        "empty template": _emptied(_repository(stage.folder / "empty")),
    }
    for template in templates.values():
        _commit(template)
    for number in range(stage.plan.copies):
        for name, template in templates.items():
            copy = stage.folder / f"{template.name}-{number}"
            results.add("copy", name, seconds=_copy(template, copy))


def _repository(folder: Path) -> Path:
    """Copy the template's tracked files, as a clone would have them."""
    listed = _git(ROOT, "ls-files", "-z", "--", *SOURCES).split("\0")
    for name in filter(None, listed):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return folder


def _emptied(repository: Path) -> Path:
    project = repository / "template" / "project"
    answers = (project / ANSWERS_FILE).read_text()
    shutil.rmtree(project)
    project.mkdir()
    (project / ANSWERS_FILE).write_text(answers)
    return repository


def _commit(repository: Path) -> None:
    author = ("-c", "user.name=benchmarks", "-c", "user.email=benchmarks@example.com")
    _git(repository, "init", "--quiet")
    _git(repository, "add", "--all", "--force")
    _git(repository, *author, "commit", "--quiet", "--message", "As checked out")


def _copy(template: Path, target: Path) -> float:
    begin = time.perf_counter()
    subprocess.run(
        (sys.executable, "-m", "copier", "copy", "--defaults", "--quiet", template, target),
        check=True,
    )
    return time.perf_counter() - begin


def _git(folder: Path, *arguments: str) -> str:
    command = ("git", *arguments)
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout
