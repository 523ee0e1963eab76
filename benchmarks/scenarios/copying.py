"""`copier copy` of the template, of its rendered files, and of an empty template."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.renders import ROOT, render
from benchmarks.results import Results
from benchmarks.stage import Stage

SOURCES = ("copier.yml", "template")
ANSWERS_FILE = "{{ _copier_conf.answers_file }}"


def run(stage: Stage, results: Results) -> None:
    templates = {
        "template": _repository(stage.folder / "template"),
        "rendered files": _rendered(stage, _repository(stage.folder / "files")),
        "empty template": _emptied(_repository(stage.folder / "empty")),
    }
    for template in templates.values():
        _commit(template)
    for number in range(stage.plan.copies):
        for name, template in templates.items():
            copy = stage.folder / f"{template.name}-{number}"
            results.add("copy", name, seconds=_copy(template, copy))


def _repository(folder: Path) -> Path:
    """Copy the tracked files of the template, as in a clone."""
    listed = _git(ROOT, "ls-files", "-z", "--", *SOURCES).split("\0")
    for name in filter(None, listed):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    return folder


def _rendered(stage: Stage, repository: Path) -> Path:
    """Replace the project with a render, so that only the number of files matters."""
    answers = (repository / "template" / "project" / ANSWERS_FILE).read_text()
    project = _emptied(repository) / "template" / "project"
    shutil.copytree(render(stage.folder / "rendered"), project, dirs_exist_ok=True)
    (project / ".copier-answers.yml").unlink()
    for file in filter(Path.is_file, project.rglob("*")):
        # Workflows contain expressions of GitHub.
        file.write_text(file.read_text().replace("{{", "{{ '{{' }}"))
    (project / ANSWERS_FILE).write_text(answers)
    return repository


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
    _git(repository, *author, "tag", "--annotate", "--message", "1.0.0", "1.0.0")


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
