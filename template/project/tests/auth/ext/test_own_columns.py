# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Constraints of your own columns are refusals, not defects."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.auth.errors import DuplicateIdentity, InvalidField
from app.auth.ext.users import SQLAlchemyAsyncUserProtocol
from app.auth.protocols import NewUser
from app.database import Database
from tests.other_users import OtherUser
from tests.steps import account_named, profile
from tests.test_models import MOMENT


class Base(DeclarativeBase):
    pass


class Member(OtherUser, Base):
    __tablename__ = "members_of_tests"

    nickname: Mapped[str | None] = mapped_column(String(32), unique=True)
    motto: Mapped[str] = mapped_column(String(32))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember(NewUser):
    nickname: str | None = None
    motto: str | None = None


@pytest.fixture
async def members(database: Database) -> AsyncGenerator[Database]:
    """A database with a table of members."""
    create, drop = Base.metadata.create_all, Base.metadata.drop_all
    async with database.writer.begin() as connection:
        await connection.run_sync(create)
    yield database
    async with database.writer.begin() as connection:
        await connection.run_sync(drop)


async def create(
    members: Database,
    name: str,
    *,
    nickname: str | None = None,
    motto: str | None = "Per aspera",
) -> None:
    names: dict[str, Any] = profile(account_named(name))
    member = NewMember(**names, nickname=nickname, motto=motto)
    async with members.session() as session:
        users = SQLAlchemyAsyncUserProtocol(session, Member)
        await users.create_user(member, password_hash="$hash$", created_at=MOMENT)
        await session.commit()


async def test_taken_value_is_a_duplicate(members: Database) -> None:
    await create(members, "ann", nickname="al")

    with pytest.raises(DuplicateIdentity):
        await create(members, "bob", nickname="al")


async def test_missing_value_names_its_column(members: Database) -> None:
    with pytest.raises(InvalidField) as refusal:
        await create(members, "ann", motto=None)

    assert (refusal.value.field, refusal.value.reason) == ("motto", "A value is required.")


# {% endcall %}
