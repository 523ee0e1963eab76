# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Commands that look after a deployment."""

import secrets
from typing import Annotated

import typer

from app.auth.totp.administration import (
    # {% if "totp" in features %}
    FactorAdministration,
    # {% endif %}
)
from app.cli.running import (
    checked,
    # {% if "totp" in features %}
    fail,
    # {% endif %}
    run,
)
from app.doctor.checklist import examine
from app.doctor.findings import Verdict
from app.settings import load_settings

SECRET_BYTES = 64  # enough for every algorithm
COLOURS = {
    Verdict.FINE: typer.colors.GREEN,
    Verdict.WARNING: typer.colors.YELLOW,
    Verdict.FAILURE: typer.colors.RED,
}

commands = typer.Typer()


@commands.command()
def generate_secret() -> None:
    """Print a new random value for AUTH_SECRET_KEY."""
    typer.echo(secrets.token_hex(SECRET_BYTES))


@commands.command()
def purge() -> None:
    """Delete sessions and other rows that ended more than a week ago; run it daily."""
    purged = run(lambda auth: auth.administration.purge())
    for kind, count in purged.items():
        typer.echo(f"Deleted {count} {kind}.")


# {% if "totp" in features %}
@commands.command()
def rewrap() -> None:
    """Encrypt the seeds of authenticators with AUTH_SECRET_KEY, after a change of the key."""
    rewrapped = run(lambda auth: FactorAdministration(auth.tools).rewrap())
    typer.echo(f"Encrypted {rewrapped.sealed} seeds.")
    if rewrapped.lost:
        fail(f"{rewrapped.lost} seeds need a key that is not in AUTH_SECRET_KEY_PREVIOUS.")


# {% endif %}
@commands.command()
def send_mails() -> None:
    """Send the mails that are due, also those that failed before; run it each minute."""
    sent = run(lambda auth: auth.tools.outbox.deliver_due())
    typer.echo(f"Sent {sent} mails.")


@commands.command()
def doctor(strict: Annotated[bool, typer.Option(help="Fail on warnings too.")] = False) -> None:
    """Check this deployment; exit with 1 if it should not go live."""
    settings = load_settings()
    findings = checked(lambda: list(examine(settings)))
    for finding in findings:
        typer.secho(f"{finding.verdict:8} {finding.text}", fg=COLOURS[finding.verdict])
    verdicts = {finding.verdict for finding in findings}
    if Verdict.FAILURE in verdicts or (strict and Verdict.WARNING in verdicts):
        raise typer.Exit(1)


# {% endcall %}
