"""The render's application with a clock that a test moves: `uvicorn support.clocked:app`.

Runs in the folder of a render with this folder's parent on PYTHONPATH. The file that SECONDS_AHEAD
names says by how much the clock is ahead.
"""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from support.seeding import application


def now() -> datetime:
    ahead = Path(os.environ["SECONDS_AHEAD"]).read_text()
    return datetime.now(UTC) + timedelta(seconds=int(ahead))


app = application("main").create_app(application("settings").load_settings(), clock=now)
