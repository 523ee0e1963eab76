"""Lower bound of a refresh in sync code: prebuilt statements only."""

import time

from fastapi import FastAPI, HTTPException
from sqlalchemy import create_engine

from benchmarks.apps.statements import READ, STEP, Refresh, Tokens, answer, parameters
from benchmarks.apps.tables import DATABASE_URL, POOL

engine = create_engine(DATABASE_URL, **POOL)
app = FastAPI()


@app.post("/refresh")
def refresh(body: Refresh) -> Tokens:
    values = parameters(body.refresh_token, time.time_ns() // 1_000_000)
    with engine.begin() as connection:
        if connection.execute(STEP, values).rowcount != 1:
            raise HTTPException(401)
        row = connection.execute(READ, {"session": values["session"]}).one()
    return answer(row)
