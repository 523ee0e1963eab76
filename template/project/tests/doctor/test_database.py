# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""`manage doctor` fails if the database is not what the models need."""

import pytest
from alembic import command
from sqlalchemy import Column, Integer, Table

from app.database.settings import DatabaseSettings
from app.migrate import configuration, upgrade
from app.models import Base
from tests.doctor.steps import run_doctor

pytestmark = pytest.mark.usefixtures("deployment")


def test_correct_deployment_may_go_live() -> None:
    result = run_doctor()

    assert result.exit_code == 0
    assert "failure" not in result.output
    assert "The database is at the newest revision." in result.output


def test_outdated_database_must_not_go_live(database_settings: DatabaseSettings) -> None:
    command.downgrade(configuration(database_settings), "base")
    try:
        result = run_doctor()
    finally:
        upgrade(database_settings)

    assert result.exit_code == 1
    assert "run `uv run alembic upgrade head`" in result.output


def test_table_without_a_revision_must_not_go_live() -> None:
    table = Table("table_of_a_test", Base.metadata, Column("id", Integer, primary_key=True))
    try:
        result = run_doctor()
    finally:
        Base.metadata.remove(table)

    assert result.exit_code == 1
    assert "lacks tables of the models (table_of_a_test): run `uv run alembic" in result.output


# {% endcall %}
