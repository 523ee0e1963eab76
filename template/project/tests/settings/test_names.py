# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Variables of other programs are ignored, and misspelt ones are named."""

import logging
import runpy
from pathlib import Path

import pytest

from app.environment import misspelt_variables
from app.settings import Settings, load_settings
from tests.conftest import SECRET_KEY
from tests.settings.steps import refusal_message

# What Kubernetes sets for a service, what other programs read, and the mailbox of a login shell.
FOREIGN = {
    "": "/var/mail/root",
    "_PORT": "tcp://10.0.0.7:80",
    "_PORT_80_TCP": "tcp://10.0.0.7:80",
    "_PORT_80_TCP_ADDR": "10.0.0.7",
    "_PORT_80_TCP_PORT": "80",
    "_PORT_80_TCP_PROTO": "tcp",
    "_SERVICE_HOST": "10.0.0.7",
    "_SERVICE_PORT": "80",
    "_SERVICE_PORT_HTTP": "80",
    "_SECRET": "value-55f1",
    "_TRUST_HOST": "true",
    "_NAME": "shop",
    "_USER": "shop",
}

# {% if transport == "both" %}
UNKNOWN = "this project has no such setting (its transport is both)"
# {% elif transport == "header" %}
#| UNKNOWN = "this project has no such setting (its transport is header)"
# {% else %}
#| UNKNOWN = "this project has no such setting (its transport is cookie)"
# {% endif %}


@pytest.mark.parametrize("name", ["AUTH_ACCES_MINUTES", "AUTH_TRANSPORT", "DATABASE_POOLSIZE"])
def test_unknown_setting_of_the_file_is_explained(
    environment: pytest.MonkeyPatch,
    folder: Path,
    name: str,
) -> None:
    (folder / ".env").write_text(f"{name}=value-55f1\n")

    heading, problem = refusal_message().splitlines()

    assert heading.startswith("Invalid settings.")
    assert problem == f"  {name}: {UNKNOWN}"


@pytest.mark.parametrize("group", ["AUTH", "DATABASE", "MAIL"])
def test_variables_of_other_programs_are_ignored(
    environment: pytest.MonkeyPatch,
    group: str,
) -> None:
    settings = load_settings()
    for name, value in FOREIGN.items():
        environment.setenv(f"{group}{name}", value)

    assert load_settings() == settings
    assert list(misspelt_variables(Settings)) == []


def test_service_of_kubernetes_leaves_the_port_to_the_file(
    environment: pytest.MonkeyPatch,
    folder: Path,
) -> None:
    (folder / ".env").write_text("MAIL_PORT=25\n")
    environment.setenv("MAIL_PORT", "tcp://10.0.0.7:465")

    assert load_settings().mail.port == 25


MISSPELT = {
    "AUTH_ACCES_MINUTES": "AUTH_ACCESS_MINUTES",
    "DATABASE_POOLSIZE": "DATABASE_POOL_SIZE",
    "MAIL_SENDR": "MAIL_SENDER",
}


def advice_on_names() -> list[str]:
    return [f"{name} is ignored: is {meant} meant?" for name, meant in MISSPELT.items()]


def test_misspelt_variable_is_named_at_the_start(
    environment: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    environment.setattr("app.logs.configure_logging", lambda *_: None)
    for name in MISSPELT:
        environment.setenv(name, "5")

    runpy.run_module("app.asgi")

    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert sorted(record.getMessage() for record in warnings) == advice_on_names()


def test_misspelt_variable_is_named_with_the_missing_one(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("AUTH_SECRET_KEY")
    environment.setenv("AUTH_SECRETKEY", SECRET_KEY)

    message = refusal_message()

    assert "AUTH_SECRET_KEY: Field required" in message
    assert "AUTH_SECRETKEY is ignored: is AUTH_SECRET_KEY meant?" in message


# {% endcall %}
