"""Give the people of a seeded database a second factor, and begin logins of theirs.

`python -m support.second_factors LOGINS` runs in the folder of a render, after support.seeding. It
prints the factors as JSON.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import NullPool, create_engine, insert, make_url, select

from support.commands import module, run
from support.seeding import DRIVERS, TESTS, application


@dataclass(frozen=True)
class Factor:
    """A seed in base32, a recovery code, and the challenge tokens of logins on as many devices."""

    seed: str
    recovery_code: str
    challenges: list[str]


def factors(project: Path, logins: int, *, env: Mapping[str, str]) -> list[Factor]:
    """Add a second factor to everybody in the database from the environment."""
    output = run(
        *module("support.second_factors", str(logins)),
        cwd=project,
        env={**env, "PYTHONPATH": str(TESTS)},
    )
    return [Factor(**factor) for factor in json.loads(output.splitlines()[-1])]


def add_factors(logins: int) -> list[Factor]:
    settings = application("settings").load_settings()
    tokens = application("auth.tokens").Tokens(settings.auth)
    challenges = application("auth.totp.challenge").Challenges(
        SimpleNamespace(settings=settings.auth, tokens=tokens)
    )
    user, url = application("models").User, make_url(settings.database.url)
    drivername = DRIVERS[url.get_backend_name()]
    engine = create_engine(url.set(drivername=drivername), poolclass=NullPool)
    with engine.begin() as connection:
        return [
            Factor(
                *add_factor(connection, user_id, settings.auth),
                [begin(challenges, user_id, password_hash, number) for number in range(logins)],
            )
            for user_id, password_hash in connection.execute(
                select(user.id, user.password_hash).order_by(user.id)
            ).all()
        ]


def add_factor(connection: Any, user_id: int, settings: Any) -> tuple[str, str]:
    """Store a confirmed authenticator and a recovery code. Return its seed, and the code."""
    codes, models = application("auth.totp.codes"), application("models")
    box = application("auth.totp.secret_box").SecretBox(settings)
    seed, recovery_code, now = codes.new_seed(), codes.new_recovery_codes()[0], datetime.now(UTC)
    totp = {
        **{"user_id": user_id, "secret": box.seal(seed, user_id), "kid": box.kid},
        **{"created_at": now, "confirmed_at": now, "last_step": 0},
    }
    connection.execute(insert(models.AuthTotp), [totp])
    code_hash = codes.hash_recovery_code(recovery_code)
    recovery = {"user_id": user_id, "code_hash": code_hash, "used_at": None}
    connection.execute(insert(models.AuthRecoveryCode), [recovery])
    return codes.encode_seed(seed), recovery_code


def begin(challenges: Any, user_id: int, password_hash: str, device: int) -> str:
    """Return what a login with the password answers on a device, which counts its own attempts."""
    attempt = application("auth.login_throttle").Attempt(
        (f"{user_id:032x}{device:032x}",), is_trusted=True
    )
    token: str = challenges.issue(
        user_id, password_hash, methods=("pwd",), attempt=attempt, replaces=None
    )
    return token


if __name__ == "__main__":
    print(json.dumps([asdict(factor) for factor in add_factors(int(sys.argv[1]))]))
