"""The table that derives sync code is short, has no unused row, and changes no prose."""

import ast
import re

import pytest

from support.asynchrony import IN_BOTH, coroutines
from support.source import (
    INCLUDES,
    Row,
    derived_texts,
    has_twin,
    modules,
    prose,
    token_table,
    wrapped,
)

# Beyond this, decision 2 requires a script instead.
MAXIMUM_ROWS = 24
ASYNC_WORD = re.compile(r"\b(await\w*|async\w*)\b")


def test_table_is_short() -> None:
    assert len(token_table()) <= MAXIMUM_ROWS


def test_every_group_of_rows_has_a_comment() -> None:
    blocks = (INCLUDES / "sync.yml").read_text().strip().split("\n\n")

    assert [block for block in blocks if not block.startswith("#")] == []


def test_every_row_is_needed() -> None:
    texts = derived_texts()
    unused = []
    for row in token_table():
        derived = [row.apply(text) for text in texts]
        if derived == texts:
            unused.append(row.find)
        texts = derived

    assert unused == []


def test_every_asynchronous_module_is_derived() -> None:
    bare = [
        path
        for path, text in modules().items()
        if list(coroutines(ast.parse(text))) and wrapped(text) is None and not has_twin(text)
        if path not in IN_BOTH
    ]

    assert bare == []


def test_every_derived_module_needs_the_table() -> None:
    rows = token_table()
    idle = [
        path
        for path, text in modules().items()
        if (body := wrapped(text)) and derive(body, rows) == body and not has_twin(text)
    ]

    assert idle == []


@pytest.mark.parametrize("path", modules())
def test_no_row_alters_prose_about_asynchrony(path: str) -> None:
    text = modules()[path]
    rows = token_table()
    altered = [
        f"{path}:{line}: {written}"
        for line, written in (prose(text) if wrapped(text) else [])
        if ASYNC_WORD.findall(written) and derive(written, rows) != written
    ]

    assert altered == []


def derive(text: str, rows: list[Row]) -> str:
    for row in rows:
        text = row.apply(text)
    return text
