# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Settings are read from the environment and `.env`. Invalid ones prevent startup."""

from pathlib import Path

import pytest

from app.database.settings import DatabaseSettings
from app.settings import load_settings
from tests.conftest import SECRET_KEY
from tests.settings.steps import refusal_message

WRONG_VARIABLES = {
    "ENVIRONMENT": "staging-55f1",
    "DOCS": "sometimes-55f1",
    "HSTS_SECONDS": "-55",
    "MAX_BODY_BYTES": "64k-55f1",
    "TRUSTED_PROXIES": "proxy-55f1",
    "TRUSTED_HOPS": "one-55f1",
    "CORS_ORIGINS": "https://example.com/55f1",
    "CORS_HEADERS": "traceparent,*55f1",
    "DATABASE_URL": "oracle://user:55f1@host/name",
    "DATABASE_POOL_SIZE": "many-55f1",
    "AUTH_SECRET_KEY": "too-short-55f1",
    "AUTH_SECRET_KEY_PREVIOUS": "too-short-55f1",
    "AUTH_ALGORITHM": "none-55f1",
    "AUTH_PRIVATE_KEY_FILE": "55f1.pem",
    "AUTH_PUBLIC_KEY_FILES": "55f1.pem",
    "AUTH_ACCESS_MINUTES": "fifteen-55f1",
    "AUTH_REFRESH_DAYS": "365",
    # {% if transport != "header" %}
    "AUTH_COOKIE_SECURE": "false",
    "AUTH_COOKIE_SAMESITE": "sometimes-55f1",
    "AUTH_TRUSTED_ORIGINS": "https://example.com/55f1",
    # {% endif %}
}


def test_variables_of_the_environment_are_read(
    environment: pytest.MonkeyPatch,
    database_settings: DatabaseSettings,
) -> None:
    environment.setenv("AUTH_ACCESS_MINUTES", "5")
    environment.setenv("AUTH_SECRET_KEY_PREVIOUS", f"{SECRET_KEY[::-1]},{SECRET_KEY}")

    settings = load_settings()

    previous = [secret.get_secret_value() for secret in settings.auth.secret_key_previous]
    assert settings.database == database_settings
    assert settings.auth.access_minutes == 5
    assert previous == [SECRET_KEY[::-1], SECRET_KEY]


def test_variables_of_the_file_are_read(folder: Path, database_settings: DatabaseSettings) -> None:
    url = f"DATABASE_URL={database_settings.url}"
    (folder / ".env").write_text(f"{url}\nAUTH_SECRET_KEY={SECRET_KEY}\nAPP_NAME=Mine\n")

    settings = load_settings()

    assert settings.app_name == "Mine"
    assert settings.auth.secret_key.get_secret_value() == SECRET_KEY


def test_environment_overrides_the_file(environment: pytest.MonkeyPatch, folder: Path) -> None:
    (folder / ".env").write_text("AUTH_ACCESS_MINUTES=5\nAUTH_REFRESH_DAYS=3\n")
    environment.setenv("AUTH_ACCESS_MINUTES", "10")

    settings = load_settings()

    assert (settings.auth.access_minutes, settings.auth.refresh_days) == (10, 3)


def test_lists_are_separated_by_commas(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("TRUSTED_PROXIES", "10.0.0.5, 10.1.0.0/16")
    environment.setenv("CORS_ORIGINS", "https://a.example, https://localhost:5173")
    # {% if transport != "header" %}
    environment.setenv("AUTH_TRUSTED_ORIGINS", "https://a.example, https://localhost:5173")
    # {% endif %}

    settings = load_settings()

    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.5/32", "10.1.0.0/16"]
    assert settings.cors_origins == ("https://a.example", "https://localhost:5173")


def test_unset_environment_is_production(environment: pytest.MonkeyPatch) -> None:
    assert load_settings().environment == "production"


def test_missing_settings_are_named(folder: Path) -> None:
    message = refusal_message()

    assert "DATABASE_URL: Field required" in message
    assert "AUTH_SECRET_KEY: Field required" in message


def test_missing_secret_is_named(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("AUTH_SECRET_KEY")
    environment.setenv("AUTH_ACCESS_MINUTES", "5")

    assert "AUTH_SECRET_KEY: Field required" in refusal_message()


@pytest.mark.parametrize(("name", "value"), WRONG_VARIABLES.items(), ids=WRONG_VARIABLES)
def test_wrong_variable_is_named_without_its_value(
    environment: pytest.MonkeyPatch,
    name: str,
    value: str,
) -> None:
    environment.setenv(name, value)

    message = refusal_message()

    assert name in message
    assert "55f1" not in message


def test_every_wrong_variable_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ENVIRONMENT", "staging")
    environment.setenv("AUTH_ACCESS_MINUTES", "0")
    environment.setenv("AUTH_HASH_WORKERS", "0")

    _, *problems = refusal_message().splitlines()

    names = [problem.partition(":")[0].strip() for problem in problems]
    assert names == ["ENVIRONMENT", "AUTH_ACCESS_MINUTES", "AUTH_HASH_WORKERS"]


def test_all_insecure_settings_are_named_at_once(environment: pytest.MonkeyPatch) -> None:
    insecure = {
        "TRUSTED_PROXIES": "0.0.0.0/1",
        "MAIL_HOST": "mail.example.com",
        "MAIL_SENDER": "shop@example.com",
        "MAIL_LINK": "http://shop.example.com/#token={token}",
    }
    for variable, value in insecure.items():
        environment.setenv(variable, value)

    lines = refusal_message().splitlines()

    assert [line.split()[0] for line in lines[1:]] == ["TRUSTED_PROXIES", "MAIL_LINK"]


def test_example_cannot_start_the_application(folder: Path) -> None:
    example = Path(__file__).parents[2] / ".env.example"
    (folder / ".env").write_text(example.read_text())

    assert "AUTH_SECRET_KEY is a placeholder" in refusal_message()  # SEC-85


# {% if database == "sqlite" %}
@pytest.mark.parametrize("path", ["", ":memory:", "?mode=memory"])
def test_database_in_memory_is_refused(environment: pytest.MonkeyPatch, path: str) -> None:
    environment.setenv("DATABASE_URL", f"sqlite+aiosqlite:///{path}")

    assert "DATABASE_URL" in refusal_message()


# {% endif %}


# {% if transport != "header" %}
def test_cookies_over_plain_http_are_for_development(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AUTH_COOKIE_SECURE", "false")

    message = refusal_message()
    environment.setenv("ENVIRONMENT", "development")
    settings = load_settings()

    assert "AUTH_COOKIE_SECURE is off, which is for development only" in message
    assert not settings.auth.cookie_secure


# {% endif %}


# {% endcall %}
