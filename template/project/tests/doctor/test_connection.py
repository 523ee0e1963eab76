# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
# {% if database == "sqlite" %}
"""`manage doctor` fails if the database is away."""

from pathlib import Path

import pytest

from tests.doctor.steps import run_doctor

pytestmark = pytest.mark.usefixtures("deployment")


def test_missing_database_must_not_go_live(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/nowhere/app.db")

    result = run_doctor()

    assert result.exit_code == 1
    assert "DATABASE_URL" in result.output.splitlines()[-1]
    assert "Traceback" not in result.output


# {% else %}
# {% include "template/includes/test_doctor_connection.py" %}
# {% endif %}
# {% endcall %}
