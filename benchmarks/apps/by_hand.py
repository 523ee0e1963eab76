"""Baseline of a refresh: one UPDATE, one SELECT, one durable commit, no tokens."""

from fastapi import FastAPI, HTTPException
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from benchmarks.apps.sessions import Refresh, Tokens, answer, matched, read, step
from benchmarks.apps.tables import DATABASE_URL, POOL

engine = create_async_engine(DATABASE_URL, **POOL)
open_session = async_sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


@app.post("/refresh")
async def refresh(body: Refresh) -> Tokens:
    async with open_session() as session:
        stepped = await session.execute(step(body.refresh_token))
        if matched(stepped) != 1:
            raise HTTPException(401)
        found = await session.execute(read(body.refresh_token))
        row, user = found.one()
        if not user.is_active:
            raise HTTPException(401)
        await session.commit()
    return answer(row)
