# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Constraints and defaults of your tables."""

from datetime import UTC, datetime
from itertools import chain
from typing import Any

import pytest
from sqlalchemy import (
    Constraint,
    Index,
    # {% if database == "mysql" %}
    #| PrimaryKeyConstraint,
    # {% endif %}
    delete,
)
from sqlalchemy.exc import IntegrityError

from app.auth.ext.models import AuthSessionMixin, UserMixin
from app.database import Database
from app.models import AuthSession, Base, User
from tests.steps import account_named, profile, rows_of
from tests.user_ids import user_id

MOMENT = datetime(2030, 1, 1, 12, 30, 15, 250_000, tzinfo=UTC)


def new_user(name: str = "ann", **changes: Any) -> User:
    columns: dict[str, Any] = {
        **profile(account_named(name)),
        "password_hash": "$irrelevant$",
        "created_at": MOMENT,
    }
    return User(**columns | changes)


def new_session(user: User) -> AuthSession:
    return AuthSession(
        id="0" * 32,
        user_id=user.id,
        generation=1,
        kid="key",
        created_at=MOMENT,
        authenticated_at=MOMENT,
        methods=("pwd",),
        rotated_at=MOMENT,
        idle_expires_at=MOMENT,
        absolute_expires_at=MOMENT,
    )


async def store(database: Database, row: Base) -> None:
    async with database.session() as session:
        session.add(row)
        await session.commit()


async def delete_users(database: Database) -> None:
    async with database.session() as session:
        await session.execute(delete(User))
        await session.commit()


def test_models_inherit_the_mixins() -> None:
    assert issubclass(User, UserMixin)
    assert issubclass(AuthSession, AuthSessionMixin)


def test_every_constraint_has_a_name() -> None:
    """A later revision can change only a constraint with a name."""
    named = [
        one
        for table in Base.metadata.sorted_tables
        for one in chain[Constraint | Index](table.constraints, table.indexes)
        # {% if database == "mysql" %}
        #| if not isinstance(one, PrimaryKeyConstraint)  # its name is always PRIMARY
        # {% endif %}
    ]

    assert [str(one) for one in named if one.name is None] == []


async def test_new_user_has_no_privileges(database: Database) -> None:
    await store(database, new_user())

    [user] = await rows_of(database, User)
    assert (user.is_active, user.is_staff, user.is_superuser) == (True, False, False)
    assert user.created_at == MOMENT


@pytest.mark.parametrize(
    "same",
    [{"username": " ANN"}, {"email": "Ann@Example.com"}],
    ids=["username", "e-mail"],
)
async def test_keys_are_unique(database: Database, same: dict[str, str]) -> None:
    await store(database, new_user())

    with pytest.raises(IntegrityError):
        await store(database, new_user("bob", **same))


async def test_id_of_a_deleted_user_is_never_reused(database: Database) -> None:
    """Otherwise the tokens of a deleted user would be valid for a new one."""
    first = new_user()
    await store(database, first)
    await delete_users(database)

    second = new_user()
    await store(database, second)

    assert second.id != first.id


async def test_sessions_are_deleted_with_their_user(database: Database) -> None:
    user = new_user()
    await store(database, user)
    await store(database, new_session(user))

    await delete_users(database)

    sessions = await rows_of(database, AuthSession)
    assert sessions == []


async def test_session_needs_a_user(database: Database) -> None:
    with pytest.raises(IntegrityError):
        await store(database, new_session(User(id=user_id(4711))))


def test_hash_is_not_shown() -> None:
    user = new_user(password_hash="$2b$12$abcdefgh")

    assert "$2b$" not in repr(user)


# {% endcall %}
