"""What hashing costs: how many passwords a second, and each parameter's price.

`python -m benchmarks.hashing SECONDS` runs in the folder of a render and prints how many
passwords its own hashing verifies a second, on all processors, with nothing else to do.
"""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import Any

PASSWORD = "correct horse battery staple"


def limit(seconds: float) -> float:
    settings = import_module("app.settings").load_settings().auth
    context = import_module("app.auth.hashing").password_context(settings)
    return rate(context, seconds, settings.hash_workers)


def rate(context: Any, seconds: float, threads: int) -> float:
    """Return how many verifications end in a second."""
    stored = context.hash(PASSWORD)
    begin = time.perf_counter()

    def work(_: int) -> int:
        done = 0
        while time.perf_counter() < begin + seconds:
            context.verify(PASSWORD, stored)
            done += 1
        return done

    with ThreadPoolExecutor(threads) as pool:
        done = sum(pool.map(work, range(threads)))
    return done / (time.perf_counter() - begin)


def costs() -> dict[str, float]:
    """Return the milliseconds of one verification for the parameters that are worth a thought."""
    from passlib.hash import argon2, bcrypt_sha256

    schemes: dict[str, Any] = {
        **{
            f"bcrypt, {rounds} rounds": bcrypt_sha256.using(rounds=rounds)
            for rounds in (10, 11, 12, 13)
        },
        **{
            f"argon2id, {mebibytes} MiB, {passes} passes": argon2.using(
                type="ID",
                memory_cost=mebibytes * 1024,
                time_cost=passes,
                parallelism=1,
            )
            for mebibytes, passes in ((19, 2), (46, 1), (64, 3), (128, 3))
        },
    }
    return {name: cost(scheme) for name, scheme in schemes.items()}


def cost(scheme: Any) -> float:
    stored = scheme.hash(PASSWORD)
    times = []
    for _ in range(5):
        begin = time.perf_counter()
        scheme.verify(PASSWORD, stored)
        times.append(time.perf_counter() - begin)
    return min(times) * 1e3


if __name__ == "__main__":
    assert os.path.exists("app"), "run this in the folder of a render"
    print(limit(float(sys.argv[1])))
