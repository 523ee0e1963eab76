"""Caddy with the Caddyfile of a render's page, on this machine and without TLS."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.commands import environment
from support.editing import edit
from support.programs import required
from support.redis import accepts
from support.servers import free_port, stop
from support.waiting import wait_until


@contextmanager
def caddy(folder: Path, *, to: int) -> Iterator[str]:
    """Start Caddy before the application at port `to`, and yield its URL."""
    binary, port = required("caddy"), free_port()
    file = folder / "Caddyfile"
    edit(file, "\n{\n", "\n{\n\tadmin off\n")
    edit(file, "api.example.com", f"http://127.0.0.1:{port}")
    edit(file, "app:8000", f"127.0.0.1:{to}")
    with (folder / "caddy.log").open("wb") as log:
        process = subprocess.Popen(
            (binary, "run", "--config", file, "--adapter", "caddyfile"),
            env=environment({"HOME": str(folder)}),
            stdout=log,
            stderr=log,
        )
    try:
        wait_until(lambda: accepts(port), "Caddy accepts connections")
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(process)
