"""docs/troubleshooting.md quotes the texts that a project shows."""

import ast
from collections.abc import Callable
from pathlib import Path

from support import checks, documents
from support.matrix import Cell
from support.templates import ROOT

PAGE = ROOT / "docs/troubleshooting.md"


def test_quoted_texts_are_in_the_code(render: Callable[[Cell], Path]) -> None:
    texts = [
        node.value
        for file, tree in checks.python_files(render(Cell())).items()
        if file.parts[0] == "app"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    quoted = [
        part.strip(" :")
        for block in documents.blocks(PAGE)
        if block.language == "text"
        for part in block.text.strip().split(documents.UNKNOWN)
    ]

    missing = [part for part in quoted if not any(part in text for text in texts)]

    assert len(quoted) > 10
    assert missing == []
