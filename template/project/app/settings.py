# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The application's settings, from the environment and `.env`."""

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from app.auth.mail.settings import MailSettings
from app.auth.setting_types import CommaSeparated, HeaderName, Origin
from app.auth.settings import AuthSettings
from app.database.settings import DatabaseSettings
from app.environment import SharedEnvironment, misspelt_variables
from app.logs import LogFormat, LogLevel
from app.proxies import Proxy

# The variable to name if none of its group is set.
FIRST_OF_GROUP = {"AUTH": "AUTH_SECRET_KEY", "DATABASE": "DATABASE_URL"}
YEAR_SECONDS = 365 * 24 * 60 * 60
# {% if transport == "both" %}
UNKNOWN = "this project has no such setting (its transport is both)"
# {% elif transport == "header" %}
#| UNKNOWN = "this project has no such setting (its transport is header)"
# {% else %}
#| UNKNOWN = "this project has no such setting (its transport is cookie)"
# {% endif %}


def in_development(values: dict[str, Any]) -> bool:
    return values.get("environment") == "development"


def default_hsts_seconds(values: dict[str, Any]) -> int:
    """A year in production (ASVS 3.4.1). Development uses plain HTTP."""
    return 0 if in_development(values) else YEAR_SECONDS


def default_log_format(values: dict[str, Any]) -> LogFormat:
    """JSON in production, where programs read the log."""
    return "text" if values.get("environment") == "development" else "json"


def uses_plain_http(origins: Iterable[str]) -> bool:
    return any(origin.startswith("http:") for origin in origins)


def share_of_internet(networks: Iterable[object]) -> float:
    """Return which part of all IPv4 or of all IPv6 addresses the networks cover together."""
    ipv4 = [network for network in networks if isinstance(network, IPv4Network)]
    ipv6 = [network for network in networks if isinstance(network, IPv6Network)]
    return max(
        sum(2.0**-network.prefixlen for network in collapse_addresses(ipv4)),
        sum(2.0**-network.prefixlen for network in collapse_addresses(ipv6)),
    )


class Settings(BaseSettings):
    """All settings. AUTH_SECRET_KEY sets `auth.secret_key`, and so on."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    # Add your own settings here. Updates add none in this place.

    app_name: str = "App"
    environment: Literal["development", "production"] = "production"
    database: DatabaseSettings
    auth: AuthSettings
    mail: MailSettings = MailSettings()

    log_level: LogLevel = "INFO"
    log_format: LogFormat = Field(default_factory=default_log_format)

    # The API documentation shows an attacker every route (ASVS 13.4.5).
    docs: bool = Field(default_factory=in_development)
    hsts_seconds: int = Field(default_factory=default_hsts_seconds, ge=0)
    max_body_bytes: int = Field(default=64 * 1024, ge=1024)
    max_header_bytes: int = Field(default=16 * 1024, ge=4 * 1024)
    # Proxies that may set the client address, and origins whose pages may read responses.
    # If the addresses of the proxies are unknown, their number stands in for them.
    trusted_proxies: Annotated[tuple[Proxy, ...], *CommaSeparated] = ()
    trusted_hops: int = Field(default=0, ge=0, le=10)
    cors_origins: Annotated[tuple[Origin, ...], *CommaSeparated] = ()
    cors_headers: Annotated[tuple[HeaderName, ...], *CommaSeparated] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read unknown names as mistakes in `.env` only. Other programs share the environment."""
        return init_settings, SharedEnvironment(settings_cls), dotenv_settings, file_secret_settings

    @model_validator(mode="after")
    def _refuse_two_kinds_of_proxies(self) -> Self:
        if self.trusted_hops and self.trusted_proxies:
            raise ValueError("TRUSTED_PROXIES and TRUSTED_HOPS are both set: set one of them")
        return self

    @model_validator(mode="after")
    def _refuse_insecure_production(self) -> Self:
        if self.environment == "production":
            problems = [*self._insecure_settings(), *self.mail.insecure_settings()]
            if problems:
                raise ValueError("\n  ".join(problems))
        return self

    def _insecure_settings(self) -> Iterator[str]:
        # {% if transport != "header" %}
        if not self.auth.cookie_secure:
            yield "auth_cookie_secure is off, which is for development only"
        if uses_plain_http(self.auth.trusted_origins):
            yield "an origin of auth_trusted_origins uses http instead of https"
        # {% endif %}
        if uses_plain_http(self.cors_origins):
            yield "an origin of CORS_ORIGINS uses http instead of https"
        if share_of_internet(self.trusted_proxies) >= 0.5:
            yield "TRUSTED_PROXIES covers half of the internet: name your own proxies"

    # {% if transport != "header" %}
    @model_validator(mode="after")
    def _refuse_readers_without_trust(self) -> Self:
        # {% if transport == "both" %}
        if not self.auth.accept_cookie:
            return self
        # {% endif %}
        # Pages of these origins can read responses to requests with cookies. An origin that is not
        # trusted cannot sign anybody in, so one of the two settings is a mistake.
        if not set(self.cors_origins) <= set(self.auth.trusted_origins):
            raise ValueError("an origin of CORS_ORIGINS is not in auth_trusted_origins")
        return self

    # {% endif %}


def load_settings() -> Settings:
    """Read the settings. Raise SystemExit with a message that names each wrong variable."""
    try:
        return Settings.model_validate({})
    except ValidationError as error:
        raise SystemExit(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    heading = "Invalid settings. Fix these environment variables (or .env):"
    # A default that depends on a wrong value is not a separate problem.
    items = [item for item in error.errors() if item["type"] != "default_factory_not_called"]
    lines = [heading, *(f"  {_problem(item)}" for item in items)]
    lines += [f"  {advice}" for advice in misspelt_variables(Settings)]
    if any(item["type"] == "missing" for item in items) and not Path(".env").exists():
        lines.append("For development, `uv run manage init` writes a .env.")
    return "\n".join(lines)


def _problem(item: ErrorDetails) -> str:
    message = UNKNOWN if item["type"] == "extra_forbidden" else _named(item["msg"])
    variable = "_".join(part for part in item["loc"] if isinstance(part, str)).upper()
    if item["type"] == "value_error" and variable in ("", "AUTH"):
        return message  # it names the variables
    return f"{FIRST_OF_GROUP.get(variable, variable)}: {message}"


def _named(message: str) -> str:
    """Replace the names of authentication settings by their variables."""
    names = "|".join(AuthSettings.model_fields)
    message = message.removeprefix("Value error, ")
    return re.sub(rf"\b(?:auth_)?({names})\b", lambda match: f"AUTH_{match[1].upper()}", message)


# {% endcall %}
