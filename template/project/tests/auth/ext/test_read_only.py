"""The current user behaves like your model, except for relationships and changes."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import ForeignKey
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from app.auth.ext.models import UserMixin
from app.auth.ext.read_only import read_only
from app.auth.identifiers import UserId
from tests.user_ids import USER_ID

HOW_TO_LOAD = r"read-only.*session\.get_one\(Person, current\.id\)"


class Base(DeclarativeBase):
    pass


class Person(UserMixin, Base):
    __tablename__ = "people"

    nickname: Mapped[str | None]
    notes: Mapped[list["Note"]] = relationship(
        back_populates="owner",
        foreign_keys="Note.owner_id",
    )

    @property
    def shown_name(self) -> str:
        return self.nickname or self.email

    @shown_name.setter
    def shown_name(self, name: str) -> None:
        self.nickname = name

    @hybrid_property
    def is_nameless(self) -> bool:
        return self.nickname is None

    def greeting(self) -> str:
        return f"Hello, {self.shown_name}!"


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[UserId] = mapped_column(ForeignKey(Person.id))
    author_id: Mapped[UserId] = mapped_column(ForeignKey(Person.id))
    owner: Mapped[Person] = relationship(foreign_keys=owner_id, back_populates="notes")
    author: Mapped[Person] = relationship(foreign_keys=author_id)


@pytest.fixture
def current() -> Person:
    Base.registry.configure()
    user_type = read_only(Person)
    current = user_type.__new__(user_type)
    vars(current).update(id=USER_ID, email="ann@example.com", nickname=None, is_staff=False)
    return current


def test_current_user_is_an_instance_of_the_model(current: Person) -> None:
    assert isinstance(current, Person)
    assert repr(current).startswith(f"<{Person.__module__}.Person object")


def test_columns_properties_and_methods_work(current: Person) -> None:
    assert (current.id, current.nickname, current.is_staff) == (USER_ID, None, False)
    assert (current.shown_name, current.is_nameless) == ("ann@example.com", True)
    assert current.greeting() == "Hello, ann@example.com!"


def test_id_refers_to_the_current_user(current: Person) -> None:
    assert Note(owner_id=current.id).owner_id == USER_ID


USES: dict[str, Callable[[Any], object]] = {
    "change of a column": lambda current: setattr(current, "nickname", "Annie"),
    "change by a property": lambda current: setattr(current, "shown_name", "Annie"),
    "change of another attribute": lambda current: setattr(current, "mood", "happy"),
    "deletion of a column": lambda current: delattr(current, "nickname"),
    "relationship": lambda current: current.notes,
    "password hash": lambda current: current.password_hash,
    "owner": lambda current: Note(owner=current),
    "author": lambda current: Session().add(Note(author=current)),
    "add": lambda current: Session().add(current),
    "delete": lambda current: Session().delete(current),
    "merge": lambda current: Session().merge(current),
    "refresh": lambda current: Session().refresh(current),
}


@pytest.mark.parametrize("use", USES)
def test_unsupported_use_explains_how_to_load_the_user(
    current: Person,
    use: str,
) -> None:
    with pytest.raises(InvalidRequestError, match=HOW_TO_LOAD):
        USES[use](current)

    assert current.nickname is None
    assert "mood" not in vars(current)
