# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A database session ends with its request. Background work opens its own."""

from collections.abc import AsyncGenerator

import pytest
from fastapi import BackgroundTasks, FastAPI
from fastapi.responses import StreamingResponse
from httpx2 import AsyncClient
from sqlalchemy import func, select, update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Database
from app.dependencies import DatabaseDep, SessionDep
from app.models import User
from tests.steps import Account, log_in, rows_of


async def count_users(session: AsyncSession) -> int:
    users = await session.scalar(select(func.count()).select_from(User))
    return users or 0


async def stream_count(session: AsyncSession) -> AsyncGenerator[str]:
    users = await count_users(session)
    yield str(users)


async def promote_everybody(database: Database) -> None:
    async with database.session() as session:
        await session.execute(update(User).values(is_staff=True))
        await session.commit()


@pytest.fixture
def sessions() -> list[AsyncSession]:
    """References that keep sessions from the garbage collector, which would close them."""
    return []


@pytest.fixture
def app(app: FastAPI, sessions: list[AsyncSession]) -> FastAPI:
    @app.post("/task")
    async def task(tasks: BackgroundTasks, session: SessionDep) -> int:
        sessions.append(session)
        tasks.add_task(count_users, session)
        return await count_users(session)

    @app.get("/stream")
    async def stream(session: SessionDep) -> StreamingResponse:
        sessions.append(session)
        return StreamingResponse(stream_count(session))

    @app.post("/own")
    async def own(tasks: BackgroundTasks, database: DatabaseDep) -> None:
        tasks.add_task(promote_everybody, database)

    return app


@pytest.mark.parametrize(("method", "path"), [("POST", "/task"), ("GET", "/stream")])
async def test_session_of_a_request_cannot_be_used_after_it(
    client: AsyncClient,
    user: Account,
    sessions: list[AsyncSession],
    method: str,
    path: str,
) -> None:
    with pytest.raises(InvalidRequestError, match="permanently closed"):
        await client.request(method, path)

    assert len(sessions) == 1
    await log_in(client, user)  # no lock is left


async def test_background_task_stores_with_its_own_session(
    client: AsyncClient,
    database: Database,
    user: Account,
) -> None:
    response = await client.post("/own")

    [row] = await rows_of(database, User)
    assert (response.status_code, row.is_staff) == (200, True)


# {% endcall %}
