"""Tables, and what the routes accept and return."""

from uuid import UUID, uuid4

from sqlmodel import Field, Relationship, SQLModel


class UserPublic(SQLModel):
    id: UUID
    email: str
    full_name: str | None = None
    is_active: bool = True
    is_superuser: bool = False


class UserRegister(SQLModel):
    email: str
    password: str
    full_name: str | None = None


class User(SQLModel, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    email: str = Field(unique=True, index=True, max_length=255)
    is_active: bool = True
    is_superuser: bool = False
    full_name: str | None = Field(default=None, max_length=255)
    hashed_password: str
    items: list["Item"] = Relationship(back_populates="owner", cascade_delete=True)


class Item(SQLModel, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    title: str = Field(max_length=255)
    owner_id: UUID = Field(foreign_key="user.id", nullable=False, ondelete="CASCADE")
    owner: User | None = Relationship(back_populates="items")


class ItemPublic(SQLModel):
    id: UUID
    title: str
    owner_id: UUID
