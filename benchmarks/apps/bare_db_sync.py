"""Baseline of `me` in sync code: one query by primary key and a response model.

The session is not a dependency, because the end of a generator needs a thread. With more requests
than threads, all threads would wait for connections that only these generators can return.
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
