"""Yardstick of the cost of authentication: what somebody in a hurry for speed writes.

One dependency, `jwt.decode`, and one joined SELECT through the pool of the driver, without an ORM.
"""

import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, Any

import asyncpg
from fastapi import Depends, FastAPI, HTTPException, Request

from benchmarks.apps.tables import DATABASE_URL, POOL, UserResponse
from benchmarks.apps.tokens import read_claims

USER = """SELECT users.id, email, username, is_active, is_staff, is_superuser,
    to_timestamp(users.created_at / 1000.0) AS created_at
    FROM auth_session JOIN users ON users.id = auth_session.user_id
    WHERE auth_session.id = $1 AND users.id = $2 AND is_active AND revoked_at IS NULL
    AND idle_expires_at > $3 AND absolute_expires_at > $3"""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    url, size = DATABASE_URL.replace("+asyncpg", ""), POOL["pool_size"]
    async with asyncpg.create_pool(url, min_size=1, max_size=size) as app.state.pool:
        yield


async def current_user(request: Request) -> dict[str, Any]:
    claims, now = read_claims(request), time.time_ns() // 1_000_000
    user = await request.app.state.pool.fetchrow(USER, claims["sid"], int(claims["sub"]), now)
    if user is None:
        raise HTTPException(401)
    return dict(user)


app = FastAPI(lifespan=lifespan)


@app.get("/me", response_model=UserResponse)
async def me(user: Annotated[dict[str, Any], Depends(current_user)]) -> dict[str, Any]:
    return user
