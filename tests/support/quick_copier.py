"""Copier without the work that it repeats for each file and each render.

`python -m support.quick_copier` is its command.
"""

from types import CodeType
from typing import Any

import pytest
from copier._cli import CopierApp
from copier._main import Worker
from jinja2 import Environment


def install(patch: pytest.MonkeyPatch) -> None:
    """Compile each template once, and do not start Git for each file.

    Copier asks Git for a setting that matters on Windows. The renders are no repositories.
    """
    compile_template = Environment.compile
    compiled: dict[tuple[Any, ...], str | CodeType] = {}

    def compile_once(
        environment: Environment,
        source: Any,
        name: str | None = None,
        filename: str | None = None,
    ) -> str | CodeType:
        # Environments with the same delimiters have the same lexer. `filename` is of a clone.
        known = (environment.lexer, source, name)
        # Jinja computes constants when it compiles, also those of the secret in `.env`.
        if known not in compiled or "random" in source:
            compiled[known] = compile_template(environment, source, name, filename)
        return compiled[known]

    patch.setattr(Environment, "compile", compile_once)
    patch.setattr(Worker, "_sync_git_index_executable_bit", lambda *_: None)


if __name__ == "__main__":
    install(pytest.MonkeyPatch())
    CopierApp.run()
