"""`manage doctor` fails if the database is away, and warns of what its server lacks."""

import re

import pytest

# {% if database == "postgresql" %}
from app.database.settings import DatabaseSettings
from app.database.url import uses_pooler
# {% endif %}
from app.doctor import connection
from tests.doctor.steps import run_doctor, warnings_of

pytestmark = pytest.mark.usefixtures("deployment")
# {% if database == "postgresql" %}


@pytest.fixture
def direct_url(database_settings: DatabaseSettings) -> str:
    if uses_pooler(database_settings.url):
        pytest.skip("behind a pooler, `manage doctor` does not check the server's connections")
    return database_settings.url
# {% endif %}


def test_missing_database_must_not_go_live(monkeypatch: pytest.MonkeyPatch) -> None:
    # {% if database == "postgresql" %}
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    # {% else %}
    monkeypatch.setenv("DATABASE_URL", "mysql://nobody@127.0.0.1:1/nothing")
    # {% endif %}

    result = run_doctor()

    assert result.exit_code == 1
    assert "DATABASE_URL" in result.output.splitlines()[-1]
    assert "Traceback" not in result.output


@pytest.mark.parametrize(("processes", "warnings"), [("1", 0), ("10000", 1)])
def test_more_connections_than_the_server_has_are_a_warning(
    monkeypatch: pytest.MonkeyPatch,
    # {% if database == "postgresql" %}
    direct_url: str,
    # {% endif %}
    processes: str,
    warnings: int,
) -> None:
    # {% if database == "postgresql" %}
    monkeypatch.setenv("DATABASE_URL", direct_url)
    # {% endif %}
    monkeypatch.setenv("WEB_CONCURRENCY", processes)
    monkeypatch.setenv("DATABASE_POOL_SIZE", "1")

    result = run_doctor()

    about = [line for line in warnings_of(result) if "set a smaller DATABASE_POOL_SIZE" in line]
    assert len(about) == warnings
    wanted = 2 * int(processes)
    assert f"With WEB_CONCURRENCY={processes}, this instance opens up to {wanted} " in result.output


def test_connection_that_others_can_read_is_a_warning(
    monkeypatch: pytest.MonkeyPatch,
    # {% if database == "postgresql" %}
    direct_url: str,
    # {% endif %}
) -> None:
    # {% if database == "postgresql" %}
    monkeypatch.setenv("DATABASE_URL", f"{direct_url}?sslmode=disable")
    # {% endif %}
    on_this_machine = warnings_of(run_doctor())
    monkeypatch.setattr(connection, "HERE", re.compile("nowhere"))

    [warning] = set(warnings_of(run_doctor())).difference(on_this_machine)

    assert warning.startswith("The connection to the database is not encrypted: ")


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        *(("localhost", True), ("127.0.0.1", True), ("::1", True), ("/run/server.sock", True)),
        # {% if database == "postgresql" %}
        *(("127.0.0.1:5433", True), ("localhost:5433", True), ("[::1]:5433", True)),
        # {% endif %}
        *(("10.0.0.7", False), ("localhost.example.com", False), ("database", False)),
    ],
)
def test_only_this_machine_is_here(host: str, is_here: bool) -> None:
    assert bool(connection.HERE.match(host)) == is_here
# {% if database == "postgresql" %}


@pytest.mark.parametrize(("milliseconds", "warnings"), [(0, 1), (60000, 0)])
def test_endless_transactions_behind_a_pooler_are_a_warning(
    monkeypatch: pytest.MonkeyPatch,
    direct_url: str,
    milliseconds: int,
    warnings: int,
) -> None:
    option = f"options=-cidle_in_transaction_session_timeout%3D{milliseconds}"
    monkeypatch.setenv("DATABASE_URL", f"{direct_url}?pgbouncer=true&{option}")

    result = run_doctor()

    about = [line for line in warnings_of(result) if "idle_in_transaction_session" in line]
    assert len(about) == warnings
    assert "this instance opens up to" not in result.output

# {% endif %}
