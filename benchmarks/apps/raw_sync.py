"""Yardstick of the cost of authentication in sync code, as `raw` is in async code.

Only what waits for the database runs in a thread.
"""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from benchmarks.apps.tables import DATABASE_URL, POOL, UserResponse
from benchmarks.apps.tokens import read_claims

USER = """SELECT users.id, email, username, is_active, is_staff, is_superuser,
    to_timestamp(users.created_at / 1000.0) AS created_at
    FROM auth_session JOIN users ON users.id = auth_session.user_id
    WHERE auth_session.id = %(session)s AND users.id = %(user)s AND is_active
    AND revoked_at IS NULL AND idle_expires_at > %(now)s AND absolute_expires_at > %(now)s"""
OPTIONS = {"autocommit": True, "row_factory": dict_row}


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    url, size = DATABASE_URL.replace("+psycopg", ""), POOL["pool_size"]
    with ConnectionPool(url, min_size=1, max_size=size, kwargs=OPTIONS) as app.state.pool:
        yield


def current_user(request: Request) -> dict[str, Any]:
    claims, now = read_claims(request), time.time_ns() // 1_000_000
    given = {"session": claims["sid"], "user": int(claims["sub"]), "now": now}
    with request.app.state.pool.connection() as connection:
        user: dict[str, Any] | None = connection.execute(USER, given).fetchone()
    if user is None:
        raise HTTPException(401)
    return user


app = FastAPI(lifespan=lifespan)


@app.get("/me", response_model=UserResponse)
async def me(user: Annotated[dict[str, Any], Depends(current_user)]) -> dict[str, Any]:
    return user
