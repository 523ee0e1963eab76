"""The rules that keep the template a readable, running project."""

import re
from itertools import groupby

import pytest

from support.source import ALTERNATIVE, DIRECTIVE, has_twin, modules, project_files
from support.templates import PROJECT, gates, listed, sources

ANSWERS_FILE = "{{ _copier_conf.answers_file }}"
MAXIMUM_ALTERNATIVE_LINES = 4
IMPORT = re.compile(r"^(#\| )?(import|from) ")
OPENING = {"if", "for"}
CLOSING = {"endif", "endfor"}


def test_no_python_file_holds_an_expression() -> None:
    assert [path for path, text in modules().items() if "{{" in text] == []


def test_no_file_name_depends_on_an_answer() -> None:
    paths = {str(file.relative_to(PROJECT)) for file in project_files()}

    assert {path for path in paths if re.search(r"[{}%]", path)} == {ANSWERS_FILE}


def test_git_keeps_every_file() -> None:
    """A file that the rendered .gitignore ignores, such as .env, must be added with --force."""
    kept = listed("--cached", "--others", "--exclude-standard")

    assert [file for file in sources() if file not in kept] == []


def test_every_gate_names_a_file() -> None:
    assert gates()
    assert [gate for gate in gates() if not (PROJECT / gate).exists()] == []


@pytest.mark.parametrize("path", modules())
def test_alternatives_are_short(path: str) -> None:
    lines = modules()[path].splitlines()
    blocks = [list(block) for is_block, block in groupby(lines, key=is_alternative) if is_block]

    assert [block for block in blocks if len(block) > MAXIMUM_ALTERNATIVE_LINES] == []


@pytest.mark.parametrize("path", [path for path, text in modules().items() if not has_twin(text)])
def test_no_import_is_conditional(path: str) -> None:
    depth = 0
    found = []
    for number, line in enumerate(modules()[path].splitlines(), start=1):
        keyword = directive(line)
        depth += (keyword in OPENING) - (keyword in CLOSING)
        if depth and IMPORT.match(line):
            found.append(f"{path}:{number}: {line}")

    assert found == []


def is_alternative(line: str) -> bool:
    return ALTERNATIVE.match(line) is not None


def directive(line: str) -> str:
    found = DIRECTIVE.match(line)
    return found["keyword"] if found else ""
