# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""`manage doctor` reports each weak spot of a deployment, and fails for what must not go live."""

from pathlib import Path

import pytest
from alembic import command
from typer.testing import Result

from app.auth.mail.smtp import SmtpMailer
from app.database.settings import DatabaseSettings
from app.doctor import BOUNDS
from app.migrate import configuration, upgrade
from app.settings import load_settings
from tests.auth.key_pairs import key_pair
from tests.commands import manage
from tests.conftest import SECRET_KEY


@pytest.fixture(autouse=True)
def environment(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    database_settings: DatabaseSettings,
) -> None:
    """Production settings without a `.env`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("DATABASE_URL", database_settings.url)
    monkeypatch.setenv("AUTH_SECRET_KEY", SECRET_KEY)
    # {% if password_hash == "bcrypt" %}
    monkeypatch.setenv("AUTH_BCRYPT_ROUNDS", "10")
    # {% endif %}
    monkeypatch.setenv("MAIL_HOST", "mail.example.com")
    monkeypatch.setenv("MAIL_SENDER", "shop@example.com")
    monkeypatch.setenv("MAIL_LINK", "https://shop.example.com/{kind}#token={token}")
    monkeypatch.setattr(SmtpMailer, "check", lambda mailer: None)


def run_doctor(*options: str) -> Result:
    return manage("doctor", *options)


def test_correct_deployment_may_go_live() -> None:
    result = run_doctor()

    assert result.exit_code == 0
    assert "failure" not in result.output
    assert "The database is at the newest revision." in result.output


def warnings_of(result: Result) -> list[str]:
    lines = result.output.splitlines()
    return [line.removeprefix("warning  ") for line in lines if line.startswith("warning ")]


def exceeded() -> list[str]:
    """Return the variables beyond their bounds."""
    settings = load_settings()
    return [bound.variable for bound in BOUNDS if bound.is_exceeded(settings)]


# The value directly beyond each bound, and other settings that it needs.
BEYOND: dict[str, dict[str, str]] = {
    "ENVIRONMENT": {"ENVIRONMENT": "development", "HSTS_SECONDS": "31536000", "DOCS": "false"},
    "DOCS": {"DOCS": "true"},
    "HSTS_SECONDS": {"HSTS_SECONDS": "31535999"},
    "LOG_LEVEL": {"LOG_LEVEL": "WARNING"},
    "MAX_BODY_BYTES": {"MAX_BODY_BYTES": "1048577"},
    "TRUSTED_PROXIES": {"TRUSTED_PROXIES": "64.0.0.0/6,128.0.0.0/8"},
    "TRUSTED_HOPS": {"TRUSTED_HOPS": "4"},
    "AUTH_SECRET_KEY_PREVIOUS": {"AUTH_SECRET_KEY_PREVIOUS": SECRET_KEY[::-1]},
    "AUTH_ACCESS_MINUTES": {"AUTH_ACCESS_MINUTES": "61"},
    "AUTH_REFRESH_DAYS": {"AUTH_REFRESH_DAYS": "31", "AUTH_SESSION_DAYS": "90"},
    "AUTH_SESSION_DAYS": {"AUTH_SESSION_DAYS": "91"},
    "AUTH_REFRESH_GRACE_SECONDS": {"AUTH_REFRESH_GRACE_SECONDS": "61"},
    "AUTH_MAX_SESSIONS": {"AUTH_MAX_SESSIONS": "101"},
    "AUTH_LIMIT_LOGIN": {"AUTH_LIMIT_LOGIN": "1000/minute;1001/hour"},
    "AUTH_LIMIT_REGISTER": {"AUTH_LIMIT_REGISTER": "1000000/second"},
    "AUTH_LIMIT_REFRESH": {"AUTH_LIMIT_REFRESH": "601/minute"},
    "AUTH_LIMIT_MAIL": {"AUTH_LIMIT_MAIL": "101/hour"},
    "AUTH_RECENT_LOGIN_MINUTES": {"AUTH_RECENT_LOGIN_MINUTES": "61"},
    "AUTH_PASSWORD_MIN_LENGTH": {"AUTH_PASSWORD_MIN_LENGTH": "14"},
    "AUTH_HASH_QUEUE": {"AUTH_HASH_QUEUE": "257"},
    # {% if transport != "header" %}
    "AUTH_COOKIE_SAMESITE": {"AUTH_COOKIE_SAMESITE": "none"},
    # {% endif %}
}
# Production does not start with these.
PLAIN_HTTP: dict[str, dict[str, str]] = {
    # {% if transport != "header" %}
    "AUTH_TRUSTED_ORIGINS": {"AUTH_TRUSTED_ORIGINS": "http://app.example.com"},
    "CORS_ORIGINS": {
        "CORS_ORIGINS": "http://app.example.com",
        "AUTH_TRUSTED_ORIGINS": "https://app.example.com",
    },
    # {% else %}
    #| "CORS_ORIGINS": {"CORS_ORIGINS": "http://app.example.com"},
    # {% endif %}
}


@pytest.mark.parametrize(("variable", "environment_of_row"), BEYOND.items(), ids=BEYOND)
def test_setting_beyond_its_bound_is_one_more_warning(
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    environment_of_row: dict[str, str],
) -> None:
    before = exceeded()
    for name, value in environment_of_row.items():
        monkeypatch.setenv(name, value)

    assert (before, exceeded()) == ([], [variable])


def test_misspelt_variable_is_one_more_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    before = warnings_of(run_doctor())
    monkeypatch.setenv("AUTH_ACCES_MINUTES", "5")
    monkeypatch.setenv("AUTH_SERVICE_HOST", "10.0.0.7")

    added = set(warnings_of(run_doctor())).difference(before)

    assert added == {"AUTH_ACCES_MINUTES is ignored: is AUTH_ACCESS_MINUTES meant?"}


def test_exceeded_bound_is_one_more_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    before = warnings_of(run_doctor())
    monkeypatch.setenv("LOG_LEVEL", "ERROR")

    result = run_doctor()

    [warning] = set(warnings_of(result)).difference(before)
    assert warning.startswith("LOG_LEVEL: set INFO.")
    assert result.exit_code == 0
    assert run_doctor("--strict").exit_code == 1


@pytest.mark.parametrize("environment_of_row", PLAIN_HTTP.values(), ids=PLAIN_HTTP)
def test_plain_http_in_production_is_a_failure(
    monkeypatch: pytest.MonkeyPatch,
    environment_of_row: dict[str, str],
) -> None:
    for name, value in environment_of_row.items():
        monkeypatch.setenv(name, value)

    result = run_doctor()

    assert result.exit_code == 1
    assert "uses http instead of https" in result.output


@pytest.mark.parametrize(
    ("variable", "value", "text"),
    [
        ("TRUSTED_PROXIES", "10.0.0.5,10.1.0.0/16", "come from 2 named proxies."),
        ("TRUSTED_HOPS", "2", "Each request passes 2 proxies, and no client can avoid them."),
        ("TRUSTED_PROXIES", "", "No proxy is trusted: clients connect directly, or all of them"),
    ],
)
def test_proxies_are_shown(
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    text: str,
) -> None:
    monkeypatch.setenv(variable, value)

    assert text in run_doctor().output


def test_every_bound_is_tested() -> None:
    assert [bound.variable for bound in BOUNDS] == list(dict.fromkeys(b.variable for b in BOUNDS))
    assert {bound.variable for bound in BOUNDS} == BEYOND.keys() | PLAIN_HTTP.keys()


def test_settings_at_their_bounds_are_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    at_the_bound = {
        "HSTS_SECONDS": "31536000",
        "LOG_LEVEL": "DEBUG",
        "MAX_BODY_BYTES": "1048576",
        "TRUSTED_PROXIES": "64.0.0.0/6",
        "AUTH_ACCESS_MINUTES": "60",
        "AUTH_REFRESH_DAYS": "30",
        "AUTH_SESSION_DAYS": "90",
        "AUTH_REFRESH_GRACE_SECONDS": "60",
        "AUTH_MAX_SESSIONS": "100",
        "AUTH_LIMIT_LOGIN": "1000/hour;1/second",
        "AUTH_LIMIT_REGISTER": "500/hour",
        "AUTH_LIMIT_REFRESH": "600/minute",
        "AUTH_LIMIT_MAIL": "100/hour",
        "AUTH_RECENT_LOGIN_MINUTES": "60",
        "AUTH_PASSWORD_MIN_LENGTH": "15",
        "AUTH_HASH_QUEUE": "256",
    }
    for name, value in at_the_bound.items():
        monkeypatch.setenv(name, value)

    output = run_doctor().output

    assert exceeded() == []
    assert f"fine     All {len(BOUNDS)} settings with a bound are within it." in output


@pytest.mark.parametrize(
    ("variable", "value", "warning"),
    [
        ("WEB_CONCURRENCY", "2", "to a Redis that all processes share"),
        ("AUTH_LIMIT_STORAGE", "redis://127.0.0.1:1", "does not answer"),
    ],
)
def test_separate_counts_are_a_warning(
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    warning: str,
) -> None:
    monkeypatch.setenv(variable, value)

    assert [line for line in warnings_of(run_doctor()) if warning in line]


@pytest.mark.parametrize("mode", [0o640, 0o604])
def test_readable_secrets_are_a_warning(tmp_path: Path, mode: int) -> None:
    env = tmp_path / ".env"
    env.touch()
    env.chmod(mode)
    before = run_doctor().output

    env.chmod(0o600)

    assert "chmod 600 .env" in before
    assert "chmod 600 .env" not in run_doctor().output


@pytest.mark.parametrize(
    ("mode", "folder", "warnings"),
    [
        (0o600, "elsewhere", 0),
        (0o644, "elsewhere", 1),
        (0o640, "elsewhere", 1),
        (0o600, "project", 1),
        (0o600, "project/keys", 1),
    ],
)
def test_private_key_in_the_project_or_for_others_is_a_warning(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    mode: int,
    folder: str,
    warnings: int,
) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / folder).mkdir(exist_ok=True)
    private, _ = key_pair("EdDSA").files(tmp_path / folder)
    private.chmod(mode)
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv("AUTH_ALGORITHM", "EdDSA")
    monkeypatch.setenv("AUTH_PRIVATE_KEY_FILE", str(private))

    about_the_key = [line for line in warnings_of(run_doctor()) if str(private) in line]

    assert len(about_the_key) == warnings


# {% if database == "sqlite" %}
def test_readable_database_is_a_warning(database_settings: DatabaseSettings) -> None:
    file = Path(database_settings.url.partition("///")[2])
    mode = file.stat().st_mode
    try:
        file.chmod(0o644)
        readable = run_doctor().output
        file.chmod(0o600)
        private = run_doctor().output
    finally:
        file.chmod(mode)

    assert f"chmod 600 {file}" in readable
    assert f"chmod 600 {file}" not in private


# {% endif %}
def test_outdated_database_must_not_go_live(database_settings: DatabaseSettings) -> None:
    command.downgrade(configuration(database_settings), "base")
    try:
        result = run_doctor()
    finally:
        upgrade(database_settings)

    assert result.exit_code == 1
    assert "run `uv run alembic upgrade head`" in result.output


def test_missing_database_must_not_go_live(monkeypatch: pytest.MonkeyPatch) -> None:
    # {% if database == "sqlite" and concurrency == "async" %}
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:////nowhere/app.db")
    # {% elif database == "sqlite" %}
    #| monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/app.db")
    # {% elif database == "postgresql" and concurrency == "async" %}
    #| monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    # {% elif database == "postgresql" %}
    #| monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    # {% elif concurrency == "async" %}
    #| monkeypatch.setenv("DATABASE_URL", "mysql+asyncmy://nobody@127.0.0.1:1/nothing")
    # {% else %}
    #| monkeypatch.setenv("DATABASE_URL", "mysql+pymysql://nobody@127.0.0.1:1/nothing")
    # {% endif %}

    result = run_doctor()

    assert result.exit_code == 1
    assert "DATABASE_URL" in result.output.splitlines()[-1]
    assert "Traceback" not in result.output


# {% endcall %}
