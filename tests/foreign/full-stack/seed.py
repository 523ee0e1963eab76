"""Users that exist before the move."""

from app.db import engine
from app.models import Item, User
from app.security import get_password_hash
from sqlmodel import Session, SQLModel

SQLModel.metadata.create_all(engine)
with Session(engine) as session:
    ann = User(
        email="ann@example.com",
        full_name="Ann",
        is_superuser=True,
        hashed_password=get_password_hash("secret"),
    )
    gone = User(
        email="gone@example.com", is_active=False, hashed_password=get_password_hash("secret")
    )
    session.add_all([ann, gone])
    session.flush()
    session.add(Item(title="Grail", owner_id=ann.id))
    session.commit()
