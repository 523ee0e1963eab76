"""Baseline of a refresh in sync code: one UPDATE, one SELECT, one durable commit, no tokens."""

from fastapi import FastAPI, HTTPException
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from benchmarks.apps.sessions import Refresh, Tokens, answer, matched, read, step
from benchmarks.apps.tables import DATABASE_URL, POOL

engine = create_engine(DATABASE_URL, **POOL)
open_session = sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


@app.post("/refresh")
def refresh(body: Refresh) -> Tokens:
    with open_session() as session:
        if matched(session.execute(step(body.refresh_token))) != 1:
            raise HTTPException(401)
        row, user = session.execute(read(body.refresh_token)).one()
        if not user.is_active:
            raise HTTPException(401)
        session.commit()
    return answer(row)
