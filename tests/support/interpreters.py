"""The Python versions that renders support, and their interpreters."""

import subprocess
from pathlib import Path

import pytest

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# uv searches the PATH and its own versions. pyenv adds only the selected ones to the PATH.
PYENV = Path.home() / ".pyenv" / "versions"


def interpreter(version: str) -> str:
    """Return the path of an interpreter, or skip the test if there is none."""
    command = ("uv", "python", "find", "--no-python-downloads", "--no-project", version)
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode == 0:
        return found.stdout.strip()
    for python in sorted(PYENV.glob(f"{version}.*/bin/python")):
        return str(python)
    pytest.skip(f"there is no Python {version} on this machine")
