# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""A change of the schema under a running application needs no restart."""

from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from httpx2 import AsyncClient
from sqlalchemy import text

from app.database import Database
from app.database.settings import DatabaseSettings
from app.migrate import configuration, upgrade
from app.models import User
from tests.steps import AUTH, Account, credential, credentials, log_in, register, registration

# {% if database == "sqlite" %}
ALTER = f"ALTER TABLE {User.__tablename__} ADD COLUMN motto VARCHAR(32)"
UNDO = f"ALTER TABLE {User.__tablename__} DROP COLUMN motto"
# {% elif database == "postgresql" %}
#| ALTER = f"ALTER TABLE {User.__tablename__} ALTER COLUMN username TYPE varchar(64)"
#| UNDO = f"ALTER TABLE {User.__tablename__} ALTER COLUMN username TYPE varchar(32)"
# {% else %}
#| ALTER = f"ALTER TABLE {User.__tablename__} MODIFY username VARCHAR(64) NOT NULL"
#| UNDO = f"ALTER TABLE {User.__tablename__} MODIFY username VARCHAR(32) NOT NULL"
# {% endif %}
# More than the executions after which a driver prepares a statement.
OFTEN = 7


@pytest.fixture
async def altered(database: Database) -> AsyncGenerator[Database]:
    """The database, whose schema is as before after the test."""
    yield database
    await change(database, UNDO)


async def change(database: Database, statement: str) -> None:
    async with database.writer.begin() as connection:
        await connection.execute(text(statement))


async def test_requests_go_on_after_a_change_of_a_column(
    signed_in_client: AsyncClient,
    altered: Database,
) -> None:
    body = credentials(Account())
    for _ in range(OFTEN):
        await signed_in_client.get(f"{AUTH}/me")
        await signed_in_client.get("/ready")
        await signed_in_client.post(f"{AUTH}/login", json=body)

    await change(altered, ALTER)
    responses = [
        await signed_in_client.get("/ready"),
        await signed_in_client.get(f"{AUTH}/me"),
        await signed_in_client.post(f"{AUTH}/login", json=body),
    ]

    assert [response.is_success for response in responses] == [True] * 3


async def test_requests_go_on_after_all_tables_are_replaced(
    client: AsyncClient,
    database: Database,
    database_settings: DatabaseSettings,
) -> None:
    """As a restored dump does."""
    account = await register(client)
    tokens = await log_in(client, account)
    for _ in range(OFTEN):
        await client.get(f"{AUTH}/me", headers=credential(tokens.access))
        await client.get("/ready")
        await log_in(client, account)

    with ThreadPoolExecutor() as another:  # Alembic runs its own event loop
        another.submit(command.downgrade, configuration(database_settings), "base").result()
        away = await client.get("/ready")
        another.submit(upgrade, database_settings).result()
    ready = await client.get("/ready")
    me = await client.get(f"{AUTH}/me", headers=credential(tokens.access))
    again = await client.post(f"{AUTH}/register", json=registration(account))
    login = await client.post(f"{AUTH}/login", json=credentials(account))

    assert (away.status_code, ready.status_code, me.status_code) == (503, 200, 401)
    assert (again.status_code, login.is_success) == (201, True)


# {% endcall %}
