"""docs/tutorial.md, followed literally in an empty folder.

By default, `uv` and `uvx` run programs of the shared environment. With `--real-uv` they are the
real ones, and download what a reader downloads. The end of a run has the time of each step.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from time import perf_counter

import pytest

from support import checks, documents, templates
from support.documents import Block
from support.editing import edit
from support.servers import Command, free_port, is_ready, launched
from support.templates import ROOT
from support.waiting import wait_until

PAGE = ROOT / "docs/tutorial.md"
SERVE = "uv run fastapi dev\n"
ADDRESS = "http://127.0.0.1:8000"
COPY, UPDATE = "1. Copy the template", "8. Update"
# Variables with which the real uv reaches its index.
NETWORK = re.compile(r"SSL_|UV_|\w+_proxy$", re.IGNORECASE)
NEWER = '"""The factory of the application."""'


@dataclass
class Reader:
    """Follows the page. The server runs from its command to the next change of a file."""

    folder: Path
    template: Path
    tools: documents.Tools
    port: int = field(default_factory=free_port)
    running: ExitStack = field(default_factory=ExitStack)
    output: dict[str, str] = field(default_factory=dict)

    @property
    def project(self) -> Path:
        return self.folder / "shelf"

    @property
    def env(self) -> dict[str, str]:
        network = {name: os.environ[name] for name in os.environ if NETWORK.match(name)}
        own = {"KIT": str(self.template), "PORT": str(self.port), **checks.OWN_TEST_ENVIRONMENT}
        return own if self.tools else {**network, **own}

    def follow(self, title: str, block: Block) -> None:
        text = block.text.replace(ADDRESS, f"http://127.0.0.1:{self.port}")
        if block.text == SERVE:
            self.serve()
        elif block.language == "sh":
            place = self.folder if title == COPY else self.project
            text = text.replace("uv run pytest", f"uv run pytest {PLUGINS}")
            self.output[title] = self.output.get(title, "") + self.run(text, place)
        else:
            self.stop()
            documents.change_file(self.project, block)

    def run(self, commands: str, place: Path) -> str:
        return documents.run_commands(place, commands, self.env, self.tools)

    def serve(self) -> None:
        command: Command = lambda *_: ("sh", "-c", f"exec {SERVE}")  # noqa: E731
        env = {**self.env, "PATH": documents.search_path(self.project, self.tools)}
        log = self.folder / "log"
        self.running.enter_context(
            launched(self.project, log, env=env, command=command, port=self.port)
        )
        wait_until(lambda: is_ready(f"http://127.0.0.1:{self.port}"), "the server is ready")

    def stop(self) -> None:
        self.running.close()


PLUGINS = " ".join(f"-p {plugin}" for plugin in checks.OWN_TEST_PLUGINS)


@pytest.fixture
def reader(tmp_path: Path, pytestconfig: pytest.Config) -> Iterator[Reader]:
    template = templates.snapshot(tmp_path / "template", "1.0.0")
    folder = tmp_path / "empty"
    folder.mkdir()
    tools = {} if pytestconfig.getoption("--real-uv") else documents.COMMANDS
    reader = Reader(folder, template, tools)
    yield reader
    reader.stop()


def test_tutorial_can_be_followed(
    reader: Reader, record_property: Callable[[str, object], None]
) -> None:
    times = {}
    for title, blocks in groupby(documents.blocks(PAGE), lambda block: block.title):
        if title == UPDATE:
            reader.stop()
            release_newer_version(reader.template)
        begin = perf_counter()
        for block in blocks:
            reader.follow(title, block)
        times[title] = perf_counter() - begin

    steps = [f"{seconds:6.1f} s  {title}" for title, seconds in times.items()]
    record_property("tutorial", "\n".join(steps))
    assert '"email":"ann@example.com"' in reader.output["3. Register, verify, sign in"]
    assert "204\n" in reader.output["3. Register, verify, sign in"]
    assert "12 passed" in reader.output["6. Test it"]
    assert reader.output["7. A second client"].count("Middlemarch") == 1
    assert "app/main.py" in reader.output[UPDATE]
    assert NEWER in (reader.project / "app/main.py").read_text()
    checks.is_formatted(reader.project)
    checks.is_linted(reader.project)


def release_newer_version(template: Path) -> None:
    edit(template / "template/project/app/main.py", '"""Application factory."""', NEWER)
    templates.release(template, "1.1.0")
