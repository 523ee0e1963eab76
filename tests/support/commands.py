"""Run commands in the shared environment, and show the output of those that fail."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# A render must not see the settings of the shell that runs the tests.
INHERITED = ("GIT_CONFIG_GLOBAL", "HOME", "LANG", "PATH", "TMPDIR")
SHOWN_LINES = 80
TIMEOUT_SECONDS = 600


@dataclass(frozen=True)
class Finished:
    """A finished command. `output` has both of its streams."""

    command: str
    code: int
    output: str = field(repr=False)

    def report(self) -> str:
        shown = self.output.splitlines()[-SHOWN_LINES:]
        return "\n".join([f"$ {self.command}", *shown, f"exit code {self.code}"])


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a minimal environment with these variables. It disables coloured output."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return {**inherited, "NO_COLOR": "1", **(extra or {})}


def attempt(
    *command: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    answers: str = "",
) -> Finished:
    """Run a command with `answers` as its input and return its result, even if it fails."""
    finished = subprocess.run(
        command,
        cwd=cwd,
        env=environment(env),
        input=answers,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    return Finished(shlex.join(command), finished.returncode, finished.stdout)


def run(*command: str, cwd: Path, env: Mapping[str, str] | None = None) -> str:
    """Run a command and return its output. Raise AssertionError if it fails."""
    finished = attempt(*command, cwd=cwd, env=env)
    assert finished.code == 0, finished.report()
    return finished.output


def module(*command: str) -> tuple[str, ...]:
    """Return the command that runs a module of the shared environment."""
    return (sys.executable, "-m", *command)
