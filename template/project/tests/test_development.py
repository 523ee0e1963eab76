# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Development warns of lost changes and of models without a revision."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import Column, Integer, Table, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.errors import NotFound
from app.dependencies import SessionDep
from app.models import Base, User
from tests.serving import serve
from tests.steps import Account, account_named, profile, with_app_settings

Work = Callable[[AsyncSession], Awaitable[Any]]
development = with_app_settings(environment="development")


async def ann(session: AsyncSession) -> User:
    found = await session.scalars(select(User))
    return found.one()


async def change(session: AsyncSession) -> None:
    user = await ann(session)
    user.is_staff = True


async def flush(session: AsyncSession) -> None:
    await change(session)
    await session.flush()


async def delete(session: AsyncSession) -> None:
    user = await ann(session)
    await session.delete(user)


async def add(session: AsyncSession) -> None:
    session.add(User(**profile(account_named("bob")), password_hash=""))


async def update_all(session: AsyncSession) -> None:
    await session.execute(update(User).values(is_staff=True))


async def commit(session: AsyncSession) -> None:
    await flush(session)
    await session.commit()


async def roll_back(session: AsyncSession) -> None:
    await flush(session)
    await session.rollback()


async def change_nothing(session: AsyncSession) -> None:
    user = await ann(session)
    user.is_staff = user.is_staff


async def refuse(session: AsyncSession) -> None:
    await flush(session)
    raise NotFound


LOSING = pytest.mark.parametrize("work", [change, flush, delete, add, update_all])
KEEPING = pytest.mark.parametrize("work", [ann, commit, roll_back, change_nothing, refuse])


@pytest.fixture
def route(app: FastAPI, user: Account, work: Work) -> None:
    """A route that does the work. There is one user."""

    @app.post("/work")
    async def route_of_a_test(session: SessionDep) -> None:
        await work(session)


def warnings_in(caplog: pytest.LogCaptureFixture) -> list[str]:
    names = ("app.database.uncommitted", "app.development")
    return [record.getMessage() for record in caplog.records if record.name in names]


@pytest.mark.usefixtures("route")
@development
@LOSING
async def test_route_that_loses_changes_is_named(
    client: AsyncClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await client.post("/work")

    [warning] = warnings_in(caplog)
    assert re.match(rf"{re.escape(__file__)}:\d+: .*route_of_a_test returned without", warning)


@pytest.mark.usefixtures("route")
@development
@KEEPING
async def test_other_routes_are_not_warned_of(
    client: AsyncClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await client.post("/work")

    assert warnings_in(caplog) == []


@pytest.mark.usefixtures("route")
@LOSING
async def test_production_does_not_warn(
    client: AsyncClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await client.post("/work")

    assert warnings_in(caplog) == []


@development
@pytest.mark.parametrize("is_in_models", [True, False])
async def test_model_without_a_revision_is_named(
    app: FastAPI,
    caplog: pytest.LogCaptureFixture,
    is_in_models: bool,
) -> None:
    metadata = Base.metadata
    table = Table("table_of_a_test", metadata, Column("id", Integer, primary_key=True))
    if not is_in_models:
        metadata.remove(table)
    try:
        async with serve(app):
            pass
    finally:
        metadata.remove(table)

    named = [text for text in warnings_in(caplog) if "table_of_a_test" in text]
    assert (len(named), len(warnings_in(caplog))) == (int(is_in_models), int(is_in_models))


# {% endcall %}
