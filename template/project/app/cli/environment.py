# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The `.env` of a developer's machine."""

import os
import re
import secrets
from pathlib import Path

from app.cli.deployment import SECRET_BYTES

EXAMPLE = Path(".env.example")
ENVIRONMENT = Path(".env")
OWNER_ONLY = 0o600


def write_environment() -> None:
    """Write `.env` with the values of `.env.example`, for development and with a fresh key.

    Raise FileExistsError if there is one, and FileNotFoundError outside the project's folder.
    """
    text = for_development(EXAMPLE.read_text(encoding="utf-8"))
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with open(os.open(ENVIRONMENT, flags, OWNER_ONLY), "w", encoding="utf-8") as file:
        file.write(text)


def for_development(example: str) -> str:
    """Replace the values of an example that is for production."""
    values = {
        "ENVIRONMENT": "development",
        "AUTH_SECRET_KEY": secrets.token_hex(SECRET_BYTES),
        # {% if transport != "header" %}
        "AUTH_COOKIE_SECURE": "false",  # plain HTTP
        # {% endif %}
    }
    for name, value in values.items():
        example, found = re.subn(rf"(?m)^#?{name}=.*$", f"{name}={value}", example)
        if not found:
            example = f"{example}{name}={value}\n"
    return example


# {% endcall %}
