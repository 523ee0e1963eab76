"""Users that exist before the move."""

from app.database import Base, SessionLocal, engine
from app.models import Item, User
from app.security import passwords

Base.metadata.create_all(engine)
with SessionLocal() as session:
    for name, disabled in (("ann", False), ("gone", True)):
        session.add(
            User(
                username=name,
                email=f"{name}@example.com",
                full_name=name.title(),
                hashed_password=passwords.hash("secret"),
                disabled=disabled,
            )
        )
    session.flush()
    session.add(Item(owner_id=1, title="Lamp"))
    session.commit()
