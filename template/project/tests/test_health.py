# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Health routes for load balancers and orchestrators."""

from collections.abc import Iterator

import pytest
from alembic import command
from httpx2 import AsyncClient
from sqlalchemy import Column, Integer, MetaData, Table

from app.database.settings import DatabaseSettings
from app.migrate import configuration, upgrade
from app.models import Base
from tests.steps import code_of


@pytest.fixture
def unmigrated(client: AsyncClient, database_settings: DatabaseSettings) -> Iterator[None]:
    """The database has no tables while the application runs."""
    command.downgrade(configuration(database_settings), "base")
    yield
    upgrade(database_settings)


@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_running_application_is_healthy(client: AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_monitor_may_ask_with_head(client: AsyncClient, path: str) -> None:
    response = await client.head(path)

    assert response.status_code == 200


@pytest.mark.usefixtures("unmigrated")
async def test_process_is_not_ready_before_the_migration(client: AsyncClient) -> None:
    response = await client.get("/ready")

    assert code_of(response) == (503, "unavailable")


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
async def test_process_is_not_ready_without_a_column(
    client: AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    table: Table,
) -> None:
    """A revision that was not applied: the model has a column that the database lacks."""
    newer = table.to_metadata(MetaData())
    newer.append_column(Column("newer", Integer))
    tables = [newer if each is table else each for each in Base.metadata.sorted_tables]
    monkeypatch.setattr(MetaData, "sorted_tables", tables)

    response = await client.get("/ready")

    assert code_of(response) == (503, "unavailable")


@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_health_routes_do_not_accept_post(client: AsyncClient, path: str) -> None:
    response = await client.post(path)

    assert response.status_code == 405


# {% endcall %}
