"""Users that exist before the move: one hash of each kind that fastapi-users has written."""

import asyncio

import bcrypt
from app.database import Base, engine, new_session
from app.models import Post, User
from app.users import hash_password


async def main() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    old = bcrypt.hashpw(b"secret", bcrypt.gensalt(4)).decode()
    async with new_session() as session:
        ann = User(
            email="ann@example.com",
            hashed_password=hash_password("secret"),
            is_verified=True,
            is_superuser=True,
        )
        gone = User(
            email="gone@example.com", hashed_password=hash_password("secret"), is_active=False
        )
        session.add_all([ann, gone, User(email="old@example.com", hashed_password=old)])
        await session.flush()
        session.add(Post(author_id=ann.id, title="Camelot"))
        await session.commit()
    await engine.dispose()


asyncio.run(main())
