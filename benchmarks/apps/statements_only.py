"""Lower bound of a refresh: prebuilt statements only, without a session or entities."""

import time

from fastapi import FastAPI, HTTPException
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.apps.statements import READ, STEP, Refresh, Tokens, answer, parameters
from benchmarks.apps.tables import DATABASE_URL, POOL

engine = create_async_engine(DATABASE_URL, **POOL)
app = FastAPI()


@app.post("/refresh")
async def refresh(body: Refresh) -> Tokens:
    values = parameters(body.refresh_token, time.time_ns() // 1_000_000)
    async with engine.begin() as connection:
        stepped = await connection.execute(STEP, values)
        if stepped.rowcount != 1:
            raise HTTPException(401)
        found = await connection.execute(READ, {"session": values["session"]})
        row = found.one()
    return answer(row)
