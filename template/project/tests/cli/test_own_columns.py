# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""An account that a column of your own refuses is a message for the operator."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.database import Database
from app.database.settings import DatabaseSettings
from tests.cli.steps import options
from tests.commands import manage
from tests.other_users import OtherUser
from tests.steps import account_named


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_N_name)s"})


class Tagged(OtherUser, Base):
    __tablename__ = "tagged_of_tests"

    tag: Mapped[str] = mapped_column(String(8), unique=True, default="same")


class Phoned(OtherUser, Base):
    __tablename__ = "phoned_of_tests"

    phone: Mapped[str] = mapped_column(String(20))


async def change(settings: DatabaseSettings, tables: Callable[[Connection], None]) -> None:
    database = Database(settings)
    async with database.writer.begin() as connection:
        await connection.run_sync(tables)
    await database.dispose()


@pytest.fixture(autouse=True)
def tables(database_settings: DatabaseSettings) -> Iterator[None]:
    asyncio.run(change(database_settings, Base.metadata.create_all))
    yield
    asyncio.run(change(database_settings, Base.metadata.drop_all))


@pytest.mark.parametrize("command", ["create-user", "create-superuser"])
@pytest.mark.parametrize(
    ("model", "message"),
    [(Phoned, "User.phone needs a value: give it a default"), (Tagged, "tag")],
)
def test_column_that_refuses_an_account_is_named(
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    model: type[OtherUser],
    message: str,
) -> None:
    monkeypatch.setattr("app.cli.running.User", model)

    for name in ("ann", "bob"):
        account = account_named(name)
        result = manage(command, *options(account), typed=f"{account.password}\n" * 2)

    *_, line = result.stderr.splitlines()
    assert message in line
    assert (result.exit_code, "Traceback" in result.output) == (1, False)


# {% endcall %}
