"""Write docs/reference from the code: `uv run python -m scripts.reference`.

Each page has what a project with both transports and all features has, and what another answer
adds. A note names the answers that an entry depends on.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import copier

from scripts import reference_pages as write

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs/reference"
NOTICE = "<!-- Written by `uv run python -m scripts.reference`. Do not edit. -->\n"
DEFAULTS: dict[str, Any] = {}
FEATURES = {"features": ["totp"]}
# Projects with one other answer each.
OTHERS: dict[str, dict[str, Any]] = {
    "`transport=header`": {"transport": "header"},
    "`transport=cookie`": {"transport": "cookie"},
    "`password_hash=argon2id`": {"password_hash": "argon2id"},
}

Render = Callable[[Mapping[str, Any]], Path]
Facts = dict[str, write.Entries]


def main() -> None:
    with TemporaryDirectory() as folder:
        numbers = iter(range(2 + len(OTHERS)))

        def render(answers: Mapping[str, Any]) -> Path:
            project = Path(folder, str(next(numbers)))
            copier.run_copy(
                str(ROOT), project, data=dict(answers), defaults=True, quiet=True, vcs_ref="HEAD"
            )
            return project

        FOLDER.mkdir(exist_ok=True)
        for name, text in pages(render).items():
            (FOLDER / name).write_text(text)


def pages(render: Render) -> dict[str, str]:
    """Return the text of each page."""
    everything, defaults = read_facts(render(FEATURES)), read_facts(render(DEFAULTS))
    others = {answer: read_facts(render(answers)) for answer, answers in OTHERS.items()}
    entries = {kind: list(with_notes(kind, everything, defaults, others)) for kind in everything}
    writers = {
        "questions.md": write.questions(),
        "settings.md": write.settings(entries["settings"]),
        "routes.md": write.routes(entries["routes"]),
        "errors.md": write.errors(entries["errors"], entries["routes"]),
        "events.md": write.events(entries["events"]),
        "commands.md": write.commands(entries["commands"]),
    }
    return {name: "\n".join([NOTICE, *lines, ""]) for name, lines in writers.items()}


def read_facts(project: Path) -> Facts:
    script = Path(__file__).with_name("reference_facts.py")
    command = [sys.executable, str(script)]
    finished = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise RuntimeError(finished.stderr)
    facts: Facts = json.loads(finished.stdout)
    return facts


def with_notes(
    kind: str, everything: Facts, defaults: Facts, others: Mapping[str, Facts]
) -> Iterator[dict[str, Any]]:
    """Yield all entries, with a note if they depend on an answer."""
    known = {entry["name"] for entry in everything[kind]}
    usual = {entry["name"] for entry in defaults[kind]}
    there = {answer: {entry["name"] for entry in other[kind]} for answer, other in others.items()}
    for entry in everything[kind]:
        name = entry["name"]
        missing = [answer for answer, names in there.items() if name not in names]
        yield {**entry, "note": note(missing) if name in usual else "only with `features=[totp]`"}
    for answer, other in others.items():
        for entry in other[kind]:
            if entry["name"] not in known:
                yield {**entry, "note": f"only with {answer}"}


def note(missing: list[str]) -> str:
    return f"not with {' or '.join(missing)}" if missing else ""


if __name__ == "__main__":
    main()
