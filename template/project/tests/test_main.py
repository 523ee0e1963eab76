# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""`create_app` accepts your own components."""

import pytest
import uvicorn

import app.main
from app.auth.events import EventName
from app.auth.hashing import PasswordContext
from app.database import Database
from app.main import create_app
from app.settings import Settings
from tests.auth.observing import SeenEvents
from tests.conftest import MovableClock
from tests.serving import serve
from tests.steps import register


async def test_events_go_to_your_own_sink(
    settings: Settings,
    database: Database,
    clock: MovableClock,
    password_context: PasswordContext,
) -> None:
    sink = SeenEvents()
    application = create_app(
        settings,
        database=database,
        clock=clock,
        password_context=password_context,
        event_sink=sink,
    )

    async with serve(application) as client:
        await register(client)

    assert [event.name for event in sink.events] == [EventName.USER_CREATED]


async def test_part_with_an_unknown_name_prevents_the_start(
    settings: Settings,
    database: Database,
) -> None:
    application = create_app(settings, database=database, event_snk=None)  # type: ignore[call-arg]

    with pytest.raises(TypeError, match="event_snk"):
        async with serve(application):
            pass


def test_server_with_the_wrong_module_says_where_the_application_is() -> None:
    with pytest.raises(SystemExit, match=r"The application is app\.asgi:app\."):
        uvicorn.Config("app.main:app").load()


def test_other_names_are_missing_as_usual() -> None:
    assert not hasattr(app.main, "no_such_name")


# {% endcall %}
