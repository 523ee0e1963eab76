"""Timing of requests for a new password, for each state of an account (SEC-97).

`uv run python -m benchmarks.timing.forgotten_passwords` renders and serves an async project that
sends its mails to a server on loopback. It measures 200 requests of each kind over HTTP,
interleaved, and exits with 1 if a median differs by more than 15 %.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aiosmtpd.controller import Controller

from benchmarks.timing.rendered import add_accounts, compare, free_port, serving, timed

SAMPLES = 200
TOLERANCE = 0.15
KINDS = ("unknown", "verified", "unverified", "disabled")
SETTINGS = {
    "AUTH_LIMIT_MAIL": "1000000/minute",
    "MAIL_HOST": "127.0.0.1",
    "MAIL_SECURITY": "none",
    "MAIL_SENDER": "app@example.com",
    "MAIL_LINK": "https://app.example.com/{kind}#token={token}",
}


class Inbox:
    """Accepts every mail and drops it."""

    async def handle_DATA(self, *_: Any) -> str:
        return "250 OK"


def main() -> int:
    port = free_port()
    server = Controller(Inbox(), hostname="127.0.0.1", port=port)
    server.start()
    settings = {**SETTINGS, "MAIL_PORT": str(port)}
    try:
        with TemporaryDirectory() as name, serving(Path(name), settings) as client:
            for kind in KINDS[1:]:
                names = [get_username(kind, number) for number in range(SAMPLES)]
                active, verified = kind != "disabled", kind != "unverified"
                add_accounts(Path(name), names, active=active, verified=verified)

            def ask(kind: str, number: int) -> float:
                body = {"email": f"{get_username(kind, number)}@example.com"}
                return timed(client, "/auth/password/forgotten", body, 202)

            return compare(KINDS, SAMPLES, TOLERANCE, ask)
    finally:
        server.stop()


def get_username(kind: str, number: int) -> str:
    """Return a name that is used once, so that no address is throttled."""
    return f"{kind}-{number}"


if __name__ == "__main__":
    sys.exit(main())
