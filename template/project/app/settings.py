# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The application's settings, from the environment and `.env`."""

import re
from typing import (
    Annotated,
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
from app.auth.values import CommaSeparated, Origin
from app.database_settings import DatabaseSettings
from app.logs import LogFormat, LogLevel
from app.proxies import ProxyNetwork

# What to set when nothing of a group is set.
FIRST_OF_GROUP = {"AUTH": "AUTH_SECRET_KEY", "DATABASE": "DATABASE_URL"}
YEAR_SECONDS = 365 * 24 * 60 * 60


def in_development(values: dict[str, Any]) -> bool:
    return values.get("environment") == "development"


def hsts_of(values: dict[str, Any]) -> int:
    """Production is HTTPS, and stays so for a year (ASVS 3.4.1); a machine of ours is not."""
    return 0 if in_development(values) else YEAR_SECONDS


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

    # Settings of your own go here, where no update adds any.

    app_name: str = "App"
    environment: Literal["development", "production"] = "production"
    database: DatabaseSettings
    auth: AuthSettings

    log_level: LogLevel = "INFO"
    log_format: LogFormat = Field(default_factory=log_format_of)

    # OpenAPI and its pages tell an attacker where to look (ASVS 13.4.5).
    docs: bool = Field(default_factory=in_development)
    hsts_seconds: int = Field(default_factory=hsts_of, ge=0)
    max_body_bytes: int = Field(default=64 * 1024, ge=1024)
    # Proxies that tell the address of their clients, and pages of other origins that may read.
    trusted_proxies: Annotated[tuple[ProxyNetwork, ...], *CommaSeparated] = ()
    cors_origins: Annotated[tuple[Origin, ...], *CommaSeparated] = ()

    # {% if transport != "header" %}
    @model_validator(mode="after")
    def _refuse_insecure_production(self) -> Self:
        if self.environment == "production" and not self.auth.cookie_secure:
            raise ValueError("auth_cookie_secure is off, which is for development only")
        return self

    @model_validator(mode="after")
    def _refuse_readers_without_trust(self) -> Self:
        # {% if transport == "both" %}
        if not self.auth.accept_cookie:
            return self
        # {% endif %}
        # A page of these origins reads answers with the cookies of its visitor, but without
        # trust it could not sign anybody in: one of the two settings is a mistake.
        if not set(self.cors_origins) <= set(self.auth.trusted_origins):
            raise ValueError("an origin of CORS_ORIGINS is not in auth_trusted_origins")
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
    # A default that rests on a wrong value is no problem of its own.
    items = [item for item in error.errors() if item["type"] != "default_factory_not_called"]
    return "\n".join([heading, *(f"  {_problem(item)}" for item in items)])


def _problem(item: ErrorDetails) -> str:
    message = _named(item["msg"])
    variable = "_".join(part for part in item["loc"] if isinstance(part, str)).upper()
    if item["type"] == "value_error" and variable in ("", "AUTH"):
        return message  # about several variables, which it names
    return f"{FIRST_OF_GROUP.get(variable, variable)}: {message}"


def _named(message: str) -> str:
    """Write the names of authentication settings as the variables that set them."""
    names = "|".join(AuthSettings.model_fields)
    message = message.removeprefix("Value error, ")
    return re.sub(rf"\b(?:auth_)?({names})\b", lambda match: f"AUTH_{match[1].upper()}", message)


# {% endcall %}
