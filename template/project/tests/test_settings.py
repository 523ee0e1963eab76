# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Settings are read from the environment and `.env`. Invalid ones prevent startup."""

import logging
import os
import runpy
from pathlib import Path

import pytest

from app.database.settings import DatabaseSettings
from app.environment import misspelt_variables
from app.settings import Settings, load_settings
from tests.auth.key_pairs import key_pair
from tests.conftest import SECRET_KEY

OURS = (
    *("APP_", "AUTH", "CORS_", "DATABASE_", "DOCS"),
    *("ENVIRONMENT", "HSTS_", "LOG_", "MAIL", "MAX_", "TRUSTED_"),
)

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

INEXACT_ORIGINS = [
    *("*", "https://*.example.com", "https://example.com/", "https://example.com/app"),
    *("example.com", "HTTPS://Example.com", "null", "ftp://example.com", "https://a@example.com"),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory and an environment without settings."""
    for name in os.environ:
        if name.upper().startswith(OURS):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def environment(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    database_settings: DatabaseSettings,
) -> pytest.MonkeyPatch:
    """An environment in which the application starts."""
    monkeypatch.setenv("DATABASE_URL", database_settings.url)
    monkeypatch.setenv("AUTH_SECRET_KEY", SECRET_KEY)
    return monkeypatch


def refusal_message() -> str:
    with pytest.raises(SystemExit) as refusal:
        load_settings()
    return str(refusal.value)


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


@pytest.mark.parametrize(
    "origin",
    [
        *("capacitor://localhost", "ionic://localhost", "tauri://localhost"),
        *("chrome-extension://abcdefghijklmnop", "moz-extension://1f2e-3d4c"),
    ],
)
def test_origin_of_an_app_is_accepted(environment: pytest.MonkeyPatch, origin: str) -> None:
    # {% if transport != "header" %}
    environment.setenv("AUTH_TRUSTED_ORIGINS", origin)
    # {% endif %}
    environment.setenv("CORS_ORIGINS", origin)

    assert load_settings().cors_origins == (origin,)


@pytest.mark.parametrize("origins", INEXACT_ORIGINS)
def test_origin_that_is_not_exact_is_refused(
    environment: pytest.MonkeyPatch,
    origins: str,
) -> None:
    """SEC-75."""
    environment.setenv("CORS_ORIGINS", f"https://good.example,{origins}")

    message = refusal_message()

    reasons = ("CORS_ORIGINS: name each origin", "CORS_ORIGINS: an origin is a scheme, a host")
    assert any(reason in message for reason in reasons)


NO_ADDRESS = "must be an address, a network or unix:"
EVERY_ADDRESS = "this network is every address: name the addresses of your proxies"


@pytest.mark.parametrize(
    ("proxies", "reason"),
    [
        *((name, NO_ADDRESS) for name in ("*", "proxy.example.com", "10.0.0.1:80", "unix")),
        *((network, NO_ADDRESS) for network in ("10.0.0.0/33", "10.0.0.1/8")),
        *((network, EVERY_ADDRESS) for network in ("0.0.0.0/0", "::/0")),
    ],
)
def test_proxy_that_is_not_an_address_is_refused(
    environment: pytest.MonkeyPatch,
    proxies: str,
    reason: str,
) -> None:
    """SEC-24. uvicorn would treat an unreadable name as a literal, and `*` as every address."""
    environment.setenv("TRUSTED_PROXIES", f"10.0.0.5,{proxies}")

    [_, line] = refusal_message().splitlines()
    assert line.endswith(f"TRUSTED_PROXIES: {reason}")


def test_lists_are_separated_by_commas(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("TRUSTED_PROXIES", "10.0.0.5, 10.1.0.0/16")
    environment.setenv("CORS_ORIGINS", "https://a.example, https://localhost:5173")
    # {% if transport != "header" %}
    environment.setenv("AUTH_TRUSTED_ORIGINS", "https://a.example, https://localhost:5173")
    # {% endif %}

    settings = load_settings()

    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.5/32", "10.1.0.0/16"]
    assert settings.cors_origins == ("https://a.example", "https://localhost:5173")


@pytest.mark.parametrize(
    "proxies",
    ["0.0.0.0/1,128.0.0.0/1", "0.0.0.0/1", "10.0.0.0/8,64.0.0.0/2,128.0.0.0/2", "8000::/1"],
)
def test_proxies_that_are_half_the_internet_are_refused(
    environment: pytest.MonkeyPatch,
    proxies: str,
) -> None:
    environment.setenv("TRUSTED_PROXIES", proxies)

    assert "TRUSTED_PROXIES covers half of the internet" in refusal_message()


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


def test_proxies_are_named_or_counted(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("TRUSTED_HOPS", "1")
    hops = load_settings().trusted_hops
    environment.setenv("TRUSTED_PROXIES", "10.0.0.5")

    assert hops == 1
    assert "TRUSTED_PROXIES and TRUSTED_HOPS are both set" in refusal_message()


def test_private_networks_may_be_trusted(environment: pytest.MonkeyPatch) -> None:
    private = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,fc00::/7"
    environment.setenv("TRUSTED_PROXIES", f"{private},10.0.0.0/9,10.0.0.0/8")

    assert len(load_settings().trusted_proxies) == 6


# {% if transport == "header" %}
#| HTTP_ORIGINS = {"CORS_ORIGINS": "an origin of CORS_ORIGINS uses http instead of https"}
# {% else %}
HTTP_ORIGINS = {
    "AUTH_TRUSTED_ORIGINS": "an origin of AUTH_TRUSTED_ORIGINS uses http instead of https",
    "CORS_ORIGINS": "an origin of CORS_ORIGINS uses http instead of https",
}
# {% endif %}


@pytest.mark.parametrize(("name", "message"), HTTP_ORIGINS.items())
def test_origin_without_tls_is_for_development(
    environment: pytest.MonkeyPatch,
    name: str,
    message: str,
) -> None:
    # {% if transport != "header" %}
    environment.setenv("AUTH_TRUSTED_ORIGINS", "https://app.example.com")
    # {% endif %}
    environment.setenv(name, "https://app.example.com,http://app.example.com")

    assert message in refusal_message()


def test_development_may_be_without_tls(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ENVIRONMENT", "development")
    environment.setenv("TRUSTED_PROXIES", "0.0.0.0/1,128.0.0.0/1")
    for name in HTTP_ORIGINS:
        environment.setenv(name, "http://localhost:5173")

    assert load_settings().cors_origins == ("http://localhost:5173",)


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


# {% if transport != "header" %}
def test_cors_origin_must_be_trusted(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CORS_ORIGINS", "https://a.example,https://b.example")
    environment.setenv("AUTH_TRUSTED_ORIGINS", "https://a.example")

    message = refusal_message()

    assert "an origin of CORS_ORIGINS is not in AUTH_TRUSTED_ORIGINS" in message


# {% endif %}
def test_private_key_that_is_not_set_is_named(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AUTH_ALGORITHM", "EdDSA")

    message = refusal_message()

    assert "AUTH_PRIVATE_KEY_FILE is not set, and EdDSA signs with it" in message


def test_every_wrong_key_file_is_named_at_once(
    environment: pytest.MonkeyPatch,
    folder: Path,
) -> None:
    private, public = key_pair("ES256").files(folder)
    environment.setenv("AUTH_ALGORITHM", "EdDSA")
    environment.setenv("AUTH_PRIVATE_KEY_FILE", str(private))
    environment.setenv("AUTH_PUBLIC_KEY_FILES", f"{public},{private}")

    problems = refusal_message().splitlines()

    assert [problem for problem in problems if problem.startswith("  AUTH_")] == [
        "  AUTH_PRIVATE_KEY_FILE: the file has no key for EdDSA, which requires an Ed25519 key",
        "  AUTH_PUBLIC_KEY_FILES: file 1 has no key for EdDSA, which requires an Ed25519 key",
    ]


def test_key_files_are_read(environment: pytest.MonkeyPatch, folder: Path) -> None:
    private, public = key_pair("EdDSA").files(folder)
    environment.setenv("AUTH_ALGORITHM", "EdDSA")
    environment.setenv("AUTH_PRIVATE_KEY_FILE", private.name)
    environment.setenv("AUTH_PUBLIC_KEY_FILES", f"{public.name},{public}")

    settings = load_settings()

    assert settings.auth.private_key_file == Path(private.name)
    assert settings.auth.public_key_files == (Path(public.name), public)


def test_example_cannot_start_the_application(folder: Path) -> None:
    example = Path(__file__).parents[1] / ".env.example"
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
