"""Logins work in the workers of `gunicorn --preload`, which fork after the import."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from support import journeys
from support.matrix import Cell
from support.servers import preloading_gunicorn
from support.stage import staged
from support.waiting import wait_until

WORKERS = 2
LOGINS = 5
PATIENCE = 60  # seconds; a slower login counts as hanging
FAST_HASHING = {"AUTH_BCRYPT_ROUNDS": "10"}
EVENT = '"message": "authn_login_success"'
CELLS = [Cell("async", "sqlite", "header"), Cell("sync", "sqlite", "header")]


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_workers_log_in_and_write_their_events(
    cell: Cell,
    render: Callable[[Cell], Path],
    tmp_path: Path,
) -> None:
    with (
        staged(render(cell), cell, tmp_path, people=1) as stage,
        stage.launch(FAST_HASHING, command=preloading_gunicorn, workers=WORKERS) as server,
    ):
        answers = Counter(log_in(server.url, stage.people[0].username) for _ in range(LOGINS))
        assert answers == {200: LOGINS}
        wait_until(
            lambda: server.output().count(EVENT) == LOGINS,
            "each login is in the log",
        )


def log_in(url: str, username: str) -> int:
    """Log in over a new connection, which any worker may take, and return the status."""
    with httpx2.Client(base_url=url, timeout=PATIENCE) as client:
        return journeys.log_in(client, username).status_code
