# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Keys are derived from every change of a username or e-mail (SEC-16)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Executable, func, insert, literal, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.database import Database
from app.models import User
from tests.conftest import MovableClock
from tests.steps import rows_of

NOW = MovableClock().now
TABLE = User.metadata.tables[User.__tablename__]
ANN = {"email": "Ann@Example.com", "username": "Ann", "password_hash": "$irrelevant$"}
BOB = {"email": "bob@XN--EXMPLE-CUA.de", "username": "BOB ", "password_hash": "$irrelevant$"}
ANNS_KEYS = ("ann@example.com", "ann")
BOBS_KEYS = ("bob@ex\u00e4mple.de", "bob")
UNDERIVABLE: dict[str, tuple[Executable, list[dict[str, Any]]]] = {
    "update of an e-mail": (update(User).values(email="new@example.com"), []),
    "update of a username": (update(User).values({User.username: "new"}), []),
    "update by an expression": (update(User).values(email=func.lower(User.email)), []),
    "update by parameters": (update(User), [{"id": 1, "username": "new"}]),
    "update of the table": (update(TABLE).values(email="new"), []),
    "insert of an expression": (insert(User).values(ANN | {"email": func.lower("Ann")}), []),
    "insert from a select": (
        insert(User).from_select([*ANN], select(*(literal(value) for value in ANN.values()))),
        [],
    ),
}


async def keys(database: Database) -> list[tuple[str, str]]:
    users = await rows_of(database, User)
    return sorted((user.email_key, user.username_key) for user in users)


async def execute(
    database: Database,
    statement: Executable,
    parameters: list[dict[str, Any]] | None = None,
) -> None:
    async with database.session() as session:
        await session.execute(statement, parameters)
        await session.commit()


async def test_object_needs_neither_keys_nor_created_at(database: Database) -> None:
    async with database.session() as session:
        session.add(User(**ANN))
        await session.commit()

    (user,) = await rows_of(database, User)
    assert await keys(database) == [ANNS_KEYS]
    assert datetime.now(UTC) - user.created_at < timedelta(minutes=1)


async def test_keys_of_an_object_follow_its_columns(database: Database) -> None:
    async with database.session() as session:
        user = User(**ANN)
        session.add(user)
        await session.commit()

        user.email, user.username = BOB["email"], BOB["username"]
        await session.commit()

    assert await keys(database) == [BOBS_KEYS]


async def test_keys_of_an_object_cannot_be_overwritten(database: Database) -> None:
    async with database.session() as session:
        user = User(**ANN, email_key="bob@example.com", username_key="bob")
        session.add(user)
        await session.flush()
        user.username_key = "carol"
        await session.commit()

    assert await keys(database) == [ANNS_KEYS]


async def test_bulk_insert_derives_keys(database: Database) -> None:
    await execute(database, insert(User), [ANN, BOB])

    assert await keys(database) == [ANNS_KEYS, BOBS_KEYS]


async def test_insert_into_the_table_derives_keys(database: Database) -> None:
    await execute(database, insert(TABLE).values([ANN, BOB]))

    assert await keys(database) == [ANNS_KEYS, BOBS_KEYS]


async def test_another_email_is_not_verified(database: Database) -> None:
    async with database.session() as session:
        user = User(**ANN, email_verified_at=NOW)
        session.add(user)
        await session.commit()

        user.username = "another"
        await session.commit()
        assert user.email_verified_at == NOW

        user.email = BOB["email"]
        await session.commit()
        assert user.email_verified_at is None

        user.email, user.email_verified_at = "carol@example.com", NOW
        await session.commit()
        assert user.email_verified_at == NOW


@pytest.mark.parametrize(("statement", "rows"), UNDERIVABLE.values(), ids=UNDERIVABLE)
async def test_statement_that_cannot_derive_a_key_is_refused(
    database: Database,
    statement: Executable,
    rows: list[dict[str, Any]],
) -> None:
    await execute(database, insert(User), [ANN])

    with pytest.raises(SQLAlchemyError, match="derive"):
        await execute(database, statement, rows)

    assert await keys(database) == [ANNS_KEYS]


async def test_update_may_set_the_keys_as_well(database: Database) -> None:
    await execute(database, insert(User), [ANN])

    verified = {"email_verified_at": None}
    changed = {"email": "b@example.com", "email_key": "b@example.com", **verified}
    await execute(database, update(User).values(changed))

    assert await keys(database) == [("b@example.com", "ann")]


# {% endcall %}
