"""Write app/auth/leaked.txt: fingerprints of public passwords and secrets that no rule refuses.

    uv run python -m scripts.leaked PASSWORDS SECRETS

PASSWORDS is a list of common passwords, one a line, such as Django's `common-passwords.txt`.
SECRETS is a list of public JWT secrets, such as `jwt.secrets.list` of wallarm/jwt-secrets.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr

PROJECT = Path(__file__).parents[1] / "template" / "project"
sys.path.insert(0, str(PROJECT))

from app.auth import guessing  # noqa: E402
from app.auth.identifiers import fold  # noqa: E402
from app.auth.passwords import FEWEST_GUESSES  # noqa: E402
from app.auth.setting_types import refuse_weak_secret  # noqa: E402

SHORTEST_PASSWORD = 8
PER_LINE = 11


def lines(file: str) -> list[str]:
    return Path(file).read_text(errors="replace").split("\n")


def missed_passwords(file: str) -> Iterator[str]:
    for password in map(fold, lines(file)):
        if len(password) >= SHORTEST_PASSWORD and guessing.guesses(password) >= FEWEST_GUESSES:
            yield password


def missed_secrets(file: str) -> Iterator[str]:
    for secret in lines(file):
        try:
            refuse_weak_secret("", SecretStr(secret), "HS256")
        except ValueError:
            continue
        yield secret


def main(passwords: str, secrets: str) -> None:
    guessing.LEAKED.write_text("")
    missed = {*missed_passwords(passwords), *missed_secrets(secrets)}
    found = sorted(map(guessing.fingerprint, missed))
    rows = [" ".join(found[start : start + PER_LINE]) for start in range(0, len(found), PER_LINE)]
    guessing.LEAKED.write_text("\n".join([*rows, ""]))


if __name__ == "__main__":
    main(*sys.argv[1:])
