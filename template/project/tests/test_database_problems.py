# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""A database that is away, missing, empty or ahead of the code is one line with the next step."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from alembic import command
from alembic.util import CommandError
from sqlalchemy import make_url, text
from starlette.types import Message

from app.database import Database
from app.database.settings import DatabaseSettings
from app.lifespan import CannotStart
from app.main import create_app
from app.migrate import configuration, upgrade
from app.settings import Settings
from tests.commands import manage
from tests.conftest import SECRET_KEY

PASSWORD = "never-shown-9f2c"
# {% if database == "sqlite" %}
CANNOT_CONNECT: dict[str, tuple[dict[str, Any], str]] = {
    "no folder": (
        {"database": "/no/such/folder/app.db"},
        "The file /no/such/folder/app.db cannot be opened: create its folder, or change",
    ),
    "another file": (
        {"database": str(Path(__file__))},
        f"The file {__file__} is no SQLite database: name another one in DATABASE_URL.",
    ),
}
# {% else %}
#| CANNOT_CONNECT: dict[str, tuple[dict[str, Any], str]] = {
#|     "no server": ({"host": "127.0.0.1", "port": 9}, " answers at 127.0.0.1:9 ("),
#|     "no database": ({"database": "no_such"}, "has no database no_such: create it (CREATE"),
#| }
# {% endif %}


# {% if database == "sqlite" and concurrency == "async" %}
# The driver's thread reports a failed connection to an event loop that has ended.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")


# {% endif %}
@pytest.fixture(autouse=True)
def driver_threads_end_here() -> Iterator[None]:
    """Wait for the driver's threads, which report failed connections with a delay."""
    yield
    for thread in threading.enumerate():
        if thread.daemon:
            thread.join(5)


@pytest.fixture(autouse=True)
def environment_of_commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a `.env`, and without log lines to a stream that ends with the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("app.cli.running.configure_logging", lambda *_: None)


def settings_with(url: str, **changes: Any) -> Settings:
    return Settings.model_validate(
        {
            "_env_file": None,
            "environment": "development",
            "database": {"url": make_url(url).set(**changes).render_as_string(hide_password=False)},
            "auth": {"secret_key": SECRET_KEY},
        }
    )


def run(monkeypatch: pytest.MonkeyPatch, settings: Settings, *arguments: str) -> list[str]:
    """Return the lines that a command writes."""
    monkeypatch.setenv("DATABASE_URL", settings.database.url)
    monkeypatch.setenv("AUTH_SECRET_KEY", SECRET_KEY)
    monkeypatch.setenv("ENVIRONMENT", "production")
    result = manage(*arguments)
    assert result.exit_code == 1
    return result.output.splitlines()


async def change(settings: DatabaseSettings, statement: str) -> None:
    database = Database(settings)
    # {% if concurrency == "async" %}
    async with database.writer.begin() as connection:
        await connection.execute(text(statement))
    await database.dispose()
    # {% else %}
    #| with database.writer.begin() as connection:
    #|     connection.execute(text(statement))
    #| database.dispose()
    # {% endif %}


def start(settings: Settings) -> Message:
    """Start the application as a server does, and return its answer."""
    answers: list[Message] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        answers.append(message)

    async def serve() -> None:
        app = create_app(settings)
        with pytest.raises(CannotStart):
            await app({"type": "lifespan", "app": app}, receive, send)

    anyio.run(serve)
    [answer] = answers
    return answer


@pytest.fixture(params=list(CANNOT_CONNECT.values()), ids=list(CANNOT_CONNECT))
def stranded(request: pytest.FixtureRequest, database_url: str) -> tuple[Settings, str]:
    """Settings whose database cannot be used, and a part of the advice."""
    changes, advice = request.param
    # {% if database != "sqlite" %}
    #| if "host" in changes:  # otherwise the server would refuse the password
    #|     changes = {**changes, "password": PASSWORD}
    # {% endif %}
    return settings_with(database_url, **changes), advice


def test_start_reports_one_line(stranded: tuple[Settings, str]) -> None:
    settings, advice = stranded

    answer = start(settings)

    assert answer["type"] == "lifespan.startup.failed"
    assert advice in answer["message"]
    assert "\n" not in answer["message"]
    assert PASSWORD not in answer["message"]


def test_alembic_reports_one_line(stranded: tuple[Settings, str]) -> None:
    settings, advice = stranded

    with pytest.raises(CommandError) as failure:
        upgrade(settings.database)

    assert advice in str(failure.value)
    assert PASSWORD not in str(failure.value)


def test_commands_report_one_line(
    monkeypatch: pytest.MonkeyPatch,
    stranded: tuple[Settings, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings, advice = stranded

    [line] = run(monkeypatch, settings, "unlock", "ann")

    assert advice in line
    assert PASSWORD not in line
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_doctor_reports_one_line(
    monkeypatch: pytest.MonkeyPatch,
    stranded: tuple[Settings, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings, advice = stranded

    lines = run(monkeypatch, settings, "doctor")

    assert lines[-1].startswith("failure  ")
    # {% if database == "sqlite" %}
    assert advice in lines[-1] or "There is no database in /no/such/folder" in lines[-1]
    # {% else %}
    #| assert advice in lines[-1]
    # {% endif %}
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_empty_database_needs_an_upgrade(
    monkeypatch: pytest.MonkeyPatch,
    database_settings: DatabaseSettings,
) -> None:
    settings = settings_with(database_settings.url)
    command.downgrade(configuration(settings.database), "base")

    try:
        [line] = run(monkeypatch, settings, "unlock", "ann")
        checked = run(monkeypatch, settings, "doctor")
    finally:
        upgrade(settings.database)

    assert line.endswith("is not at the newest revision: run `uv run alembic upgrade head`.")
    assert checked[-1].endswith("is not at the newest revision: run `uv run alembic upgrade head`.")


def test_database_ahead_of_the_code_names_its_revision(
    monkeypatch: pytest.MonkeyPatch,
    database_settings: DatabaseSettings,
) -> None:
    settings = settings_with(database_settings.url)
    config = configuration(settings.database)
    rename = "UPDATE alembic_version SET version_num = '653a6ec1031e'"
    anyio.run(change, database_settings, rename)

    try:
        answer = start(settings)
        checked = run(monkeypatch, settings, "doctor")
    finally:
        command.stamp(config, "head", purge=True)

    for line in (answer["message"], checked[-1]):
        assert "653a6ec1031e" in line
        assert "is ahead of this code. Switch to the branch that has this revision" in line


# {% endcall %}
