"""Read the template's source: its modules, token table and prose."""

import ast
import io
import re
import tokenize
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from support.templates import PROJECT, ROOT, sources

INCLUDES = ROOT / "template" / "includes"
DIRECTIVE = re.compile(r"^\s*# {%[-+]? *(?P<keyword>\w+)")
QUOTED_CODE = re.compile(r"`[^`]+`")
ALTERNATIVE = re.compile(r"^\s*#\| ?")
WRAPPED = re.compile(r"# {% call python\(\) %}\n(?P<text>.*)# {% endcall %}\n\Z", re.DOTALL)


@dataclass(frozen=True)
class Row:
    """One row of the token table, async to sync."""

    find: str
    replace: str

    def apply(self, text: str) -> str:
        return re.sub(self.find, self.replace, text)


def token_table() -> list[Row]:
    rows = yaml.safe_load((INCLUDES / "sync.yml").read_text())
    return [Row(**row) for row in rows]


def project_files() -> list[Path]:
    """List the template's files in the running project."""
    return [ROOT / file for file in sources() if (ROOT / file).is_relative_to(PROJECT)]


@cache
def modules() -> dict[str, str]:
    """Return the text of each Python module by its path in the project."""
    python = [file for file in project_files() if file.suffix == ".py"]
    return {str(file.relative_to(PROJECT)): file.read_text() for file in python}


def wrapped(text: str) -> str | None:
    """Return the part of the module that passes through the token table, or None."""
    found = WRAPPED.search(text)
    return found["text"] if found else None


def derived_texts() -> list[str]:
    """Return every text that passes through the token table, including `include` files."""
    included = [file.read_text() for file in sorted(INCLUDES.glob("*.py"))]
    return [*filter(None, map(wrapped, modules().values())), *included]


def has_twin(text: str) -> bool:
    """Return whether the module has a second version in an included file."""
    return '# {% include "template/includes/' in text


def prose(text: str) -> list[tuple[int, str]]:
    """Return the comments and docstrings of a module without quoted code."""
    written = sorted([*comments(text), *docstrings(text)])
    return [(line, QUOTED_CODE.sub("``", words)) for line, words in written]


def comments(text: str) -> list[tuple[int, str]]:
    """Return the comments except directives and alternatives."""
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [
        (token.start[0], token.string)
        for token in tokens
        if token.type == tokenize.COMMENT
        and not DIRECTIVE.match(token.string)
        and not ALTERNATIVE.match(token.string)
    ]


def docstrings(text: str) -> list[tuple[int, str]]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        (node.body[0].lineno, ast.get_docstring(node) or "")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, documented) and ast.get_docstring(node)
    ]
