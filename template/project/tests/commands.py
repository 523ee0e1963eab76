"""Run the commands of `manage` in this process."""

import logging

from typer.testing import CliRunner, Result

from app.cli import app


def manage(*arguments: str, typed: str | bytes = "") -> Result:
    """Run a command and answer its prompts. Its logging ends with it, like its streams."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        return CliRunner().invoke(app, arguments, input=typed)
    finally:
        logging.basicConfig(level=level, handlers=handlers, force=True)
