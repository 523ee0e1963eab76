"""Commands for operators and developers: `uv run manage --help`."""

import typer

from app.cli import accounts, deployment, development, roles

app = typer.Typer(
    help="Look after accounts, sessions and keys.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
for module in (accounts, roles, deployment, development):
    app.add_typer(module.commands)
