"""The yardstick for sync code: a route, one query by primary key, a response model.

The session is no dependency: a generator's end waits for a thread, and with more requests than
threads all of these wait for the connections that such ends would give back.
"""

from fastapi import FastAPI
from sqlalchemy import create_engine, select
from sqlalchemy.orm import sessionmaker

from benchmarks.apps.tables import DATABASE_URL, POOL, User, UserResponse

engine = create_engine(DATABASE_URL, **POOL)
open_session = sessionmaker(engine, expire_on_commit=False)
app = FastAPI()


@app.get("/me", response_model=UserResponse)
def me() -> User:
    with open_session() as session:
        return session.scalars(select(User).where(User.id == 1)).one()
