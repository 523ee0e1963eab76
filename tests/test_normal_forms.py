"""Users can sign in with exactly the text that registration accepted (SEC-16)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support import normal_forms
from support.matrix import DATABASES, Cell

EXAMPLES = 150


@pytest.mark.parametrize("database", DATABASES)
def test_registered_text_signs_in(
    database: str,
    render: Callable[[Cell], Path],
    new_database: Callable[[Cell], str],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    cell = Cell(database=database, password_hash="argon2id")
    # By default, Hypothesis writes into the working directory, which tests share.
    env = {"DATABASE_URL": new_database(cell), "HYPOTHESIS_STORAGE_DIRECTORY": str(tmp_path)}

    outcomes = normal_forms.signed_in(render(cell), EXAMPLES, env=env)

    record_property("normal forms", str(outcomes))
    for counted in outcomes.values():
        assert counted["registered"] + counted["taken"] >= EXAMPLES // 3, outcomes
