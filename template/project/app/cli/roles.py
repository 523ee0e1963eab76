"""Commands that change the privileges of an account."""

from typing import Annotated

import typer

from app.auth.protocols import Role
from app.cli.running import UserName, run

RoleName = Annotated[Role, typer.Argument(metavar="ROLE", help="staff or superuser.")]

commands = typer.Typer()


@commands.command()
def grant(role: RoleName, user: UserName) -> None:
    """Make a user staff or a superuser from the next request on."""
    run(lambda auth: auth.administration.grant(user, role))
    typer.echo(f"{user} is {role} now.")


@commands.command()
def revoke(role: RoleName, user: UserName) -> None:
    """Withdraw a role from the next request on. The last superuser keeps theirs."""
    run(lambda auth: auth.administration.revoke(user, role))
    typer.echo(f"{user} is not {role} any more.")
