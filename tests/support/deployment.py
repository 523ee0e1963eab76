"""The files and commands of a render's deployment, from its Dockerfile and its documents."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from dotenv import dotenv_values

from support import documents
from support.commands import module
from support.servers import Command

PAGE = Path("docs/deployment.md")
SHOWN = ("text", "toml", "yaml")
COMPOSE = "compose.production.yaml"
MANIFESTS = ("kubernetes.yaml", "migrate.yaml")
ENVIRONMENT = ".env.production"


def dockerfile_command(project: Path) -> list[str]:
    [command] = instructions(project, r"CMD (\[.*\])")
    return list(json.loads(command))


def instructions(project: Path, pattern: str) -> list[str]:
    """Return the matches of a pattern at the start of a line of the Dockerfile."""
    return re.findall(rf"^{pattern}$", (project / "Dockerfile").read_text(), re.MULTILINE)


def local(arguments: list[str]) -> Command:
    """Return a documented command for this machine. Of a repeated option, the last one applies."""
    program, application, *options = arguments
    assert (program, application) == ("uvicorn", "app.asgi:app")

    def command(application: str, port: int, workers: int) -> tuple[str, ...]:
        here = ("--host", "127.0.0.1", "--port", str(port), "--workers", str(workers))
        return module("uvicorn", application, *options, *here)

    return command


@dataclass(frozen=True)
class Deployment:
    """A project with the files that its page shows, and like an image without a `.env`."""

    project: Path

    def __post_init__(self) -> None:
        (self.project / ".env").unlink()
        for block in documents.blocks(self.project / PAGE):
            named = documents.FILE.match(block.text.partition("\n")[0])
            if block.language in SHOWN and named:
                documents.change_file(self.project, block)

    @cached_property
    def command(self) -> list[str]:
        return dockerfile_command(self.project)

    def option(self, name: str) -> int:
        return int(self.command[self.command.index(name) + 1])

    @property
    def compose(self) -> dict[str, Any]:
        return dict(yaml.safe_load((self.project / COMPOSE).read_text()))

    @property
    def own_services(self) -> list[dict[str, Any]]:
        return [one for one in self.compose["services"].values() if "build" in one]

    @cached_property
    def fly(self) -> dict[str, Any]:
        return tomllib.loads((self.project / "fly.toml").read_text())

    @property
    def manifest_files(self) -> list[str]:
        return [name for name in MANIFESTS if (self.project / name).exists()]

    @cached_property
    def manifests(self) -> list[dict[str, Any]]:
        texts = [(self.project / name).read_text() for name in self.manifest_files]
        return [manifest for text in texts for manifest in yaml.safe_load_all(text)]

    @cached_property
    def pods(self) -> list[dict[str, Any]]:
        return list(pods_in(self.manifests))

    @cached_property
    def serving(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The pod that serves, and its container."""
        [pod] = [pod for pod in self.pods if pod["containers"][0]["name"] == "app"]
        return pod, pod["containers"][0]

    def write_environment(self) -> dict[str, str]:
        """Run the commands of the page that write the variables, and return these."""
        [block] = [one for one in documents.blocks(self.project / PAGE) if one.language == "sh"]
        documents.run_commands(self.project, block.text, {})
        values = dotenv_values(self.project / ENVIRONMENT, interpolate=False)
        return {name: value for name, value in values.items() if value is not None}


def pods_in(manifest: Any) -> Iterator[dict[str, Any]]:
    """Yield each part that lists containers."""
    if isinstance(manifest, dict):
        if "containers" in manifest:
            yield manifest
        manifest = list(manifest.values())
    if isinstance(manifest, list):
        for part in manifest:
            yield from pods_in(part)


def containers_of(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod.get("initContainers", ()), *pod["containers"]]
