"""HAProxy before two instances, which it can take out of the balance."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.programs import required
from support.redis import accepts
from support.servers import free_port, stop
from support.waiting import wait_until

CONFIGURATION = """\
global
    stats socket {control} mode 600 level admin
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend clients
    bind 127.0.0.1:{port}
    default_backend app
backend app
    option httpchk GET /ready
    default-server check inter 200ms fall 1 rise 1
    server first 127.0.0.1:{first}
    server second 127.0.0.1:{second}
"""


@dataclass(frozen=True)
class Balancer:
    """A running HAProxy. Its servers are `first` and `second`."""

    url: str
    control: Path

    def drain(self, server: str) -> None:
        """Send a server no new requests, and wait until it has answered the others."""
        self._tell(f"set server app/{server} state drain")
        wait_until(lambda: self._value(server, "scur") == "0", f"{server} has no requests")

    def restore(self, server: str) -> None:
        """Send requests to a server again, and wait until it is found ready."""
        self._tell(f"set server app/{server} state ready")
        self.wait_for(server)

    def wait_for(self, server: str) -> None:
        wait_until(lambda: self._value(server, "check_status") == "L7OK", f"{server} is ready")

    def served(self, server: str) -> int:
        return int(self._value(server, "hrsp_2xx"))

    def _value(self, server: str, column: str) -> str:
        heading, *rows = (line.split(",") for line in self._tell("show stat").splitlines() if line)
        [row] = [row for row in rows if row[:2] == ["app", server]]
        return row[heading.index(column)]

    def _tell(self, command: str) -> str:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.control))
            connection.sendall(f"{command}\n".encode())
            with connection.makefile() as answer:
                return answer.read()


@contextmanager
def haproxy(folder: Path, first: int, second: int) -> Iterator[Balancer]:
    """Start HAProxy before servers at two ports."""
    binary, port = required("haproxy"), free_port()
    control, file = folder / "control", folder / "haproxy.cfg"
    file.write_text(CONFIGURATION.format(control=control, port=port, first=first, second=second))
    with (folder / "haproxy.log").open("wb") as log:
        process = subprocess.Popen((binary, "-db", "-f", file), stdout=log, stderr=log)
    try:
        wait_until(lambda: accepts(port), "HAProxy accepts connections")
        yield Balancer(f"http://127.0.0.1:{port}", control)
    finally:
        stop(process)
