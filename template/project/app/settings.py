# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The application's settings, from the environment and `.env`."""

import re
from typing import (
    Any,
    Literal,
    # {% if transport != "header" %}
    Self,
    # {% endif %}
)

from pydantic import (
    Field,
    ValidationError,
    # {% if transport != "header" %}
    model_validator,
    # {% endif %}
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.auth.settings import AuthSettings
from app.database_settings import DatabaseSettings
from app.logs import LogFormat, LogLevel

# What to set when nothing of a group is set.
FIRST_OF_GROUP = {"AUTH": "AUTH_SECRET_KEY", "DATABASE": "DATABASE_URL"}


def log_format_of(values: dict[str, Any]) -> LogFormat:
    """Programs read the log in production, people in development."""
    return "text" if values.get("environment") == "development" else "json"


class Settings(BaseSettings):
    """One object for the whole application: AUTH_SECRET_KEY sets `auth.secret_key`, and so on."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    app_name: str = "App"
    environment: Literal["development", "production"] = "production"
    database: DatabaseSettings
    auth: AuthSettings

    log_level: LogLevel = "INFO"
    log_format: LogFormat = Field(default_factory=log_format_of)

    # {% if transport != "header" %}
    @model_validator(mode="after")
    def _refuse_insecure_production(self) -> Self:
        if self.environment == "production" and not self.auth.cookie_secure:
            raise ValueError("auth_cookie_secure is off, which is for development only")
        return self

    # {% endif %}


def load_settings() -> Settings:
    """Read the settings, or stop the program with a message that names each wrong variable."""
    try:
        return Settings.model_validate({})
    except ValidationError as error:
        raise SystemExit(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    heading = "The settings are not usable. Mend these environment variables (or .env):"
    return "\n".join([heading, *(f"  {_problem(item)}" for item in error.errors())])


def _problem(item: ErrorDetails) -> str:
    message = _named(item["msg"])
    variable = "_".join(str(part) for part in item["loc"]).upper()
    if item["type"] == "value_error" and variable in ("", "AUTH"):
        return message  # about several variables, which it names
    return f"{FIRST_OF_GROUP.get(variable, variable)}: {message}"


def _named(message: str) -> str:
    """Write the names of authentication settings as the variables that set them."""
    names = "|".join(AuthSettings.model_fields)
    message = message.removeprefix("Value error, ")
    return re.sub(rf"\b(?:auth_)?({names})\b", lambda match: f"AUTH_{match[1].upper()}", message)


# {% endcall %}
