"""Timing of failed logins: unknown user, wrong password, disabled user, device tokens (SEC-21).

`uv run python -m benchmarks.timing.logins` renders and serves an async project, and measures 200
failed logins of each kind over HTTP, interleaved. It exits with 1 if a median differs by more than
a tenth.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from benchmarks.timing.rendered import PASSWORD, add_accounts, compare, serving, timed

SAMPLES = 200
TOLERANCE = 0.1
FOREIGN, OWN = "foreign device", "own device"
FAILURES = ("wrong password", "unknown user", "disabled user")
KINDS = (*FAILURES, *(f"{kind}, {FOREIGN}" for kind in FAILURES), f"wrong password, {OWN}")
SETTINGS = {"AUTH_LIMIT_LOGIN": "1000000/minute"}


def main() -> int:
    with TemporaryDirectory() as name, serving(Path(name), SETTINGS) as client:
        for kind in KINDS:
            if not kind.startswith("unknown"):
                names = [get_username(kind, number) for number in range(SAMPLES)]
                active = kind.startswith("wrong")
                add_accounts(Path(name), names, active=active, verified=False)
        tokens = device_tokens(client)

        def fail(kind: str, number: int) -> float:
            password = PASSWORD if kind.startswith("disabled") else "not the right password"
            body = {"username_or_email": get_username(kind, number), "password": password}
            body |= {"device_token": tokens[kind][number]} if kind in tokens else {}
            return timed(client, "/auth/login", body, 401)

        return compare(KINDS, SAMPLES, TOLERANCE, fail)


def get_username(kind: str, number: int) -> str:
    """Return a name that is tried once, so that no account is throttled."""
    return f"person{KINDS.index(kind)}-{number}"


def device_tokens(client: httpx2.Client) -> dict[str, list[str]]:
    """Return the device tokens that attempts of a kind send: of a stranger, or their own."""
    own = next(kind for kind in KINDS if OWN in kind)
    names = {kind: ["first"] * SAMPLES for kind in KINDS if FOREIGN in kind}
    names[own] = [get_username(own, number) for number in range(SAMPLES)]
    return {
        kind: [device_token(client, name) for name in of_kind] for kind, of_kind in names.items()
    }


def device_token(client: httpx2.Client, username: str) -> str:
    body = {"username_or_email": username, "password": PASSWORD}
    return str(client.post("/auth/login", json=body).raise_for_status().json()["device_token"])


if __name__ == "__main__":
    sys.exit(main())
