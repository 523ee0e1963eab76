"""Cost of hash parameters: time and memory of one verification."""

import time
from typing import Any

from passlib.hash import argon2, bcrypt_sha256

from benchmarks.people import PASSWORD
from benchmarks.results import Results
from benchmarks.stage import Stage

BCRYPT_ROUNDS = (10, 11, 12, 13)
# Memory in MiB and passes: the first two are OWASP's, the third is RFC 9106's second.
ARGON2 = ((19, 2), (46, 1), (64, 3), (128, 3))
REPEATS = 3


def run(stage: Stage, results: Results) -> None:
    for _ in range(stage.plan.rounds):
        for rounds in BCRYPT_ROUNDS:
            scheme = bcrypt_sha256.using(rounds=rounds)
            results.add("hash", f"bcrypt, {rounds} rounds", ms=cost(scheme), memory_mib=0)
        for memory, passes in ARGON2:
            lane = {"type": "ID", "parallelism": 1}
            scheme = argon2.using(memory_cost=memory * 1024, time_cost=passes, **lane)
            name = f"argon2id, {memory} MiB, {passes} passes"
            results.add("hash", name, ms=cost(scheme), memory_mib=memory)


def cost(scheme: Any) -> float:
    """Return the milliseconds of the fastest of several verifications."""
    stored = scheme.hash(PASSWORD)
    times = []
    for _ in range(REPEATS):
        begin = time.perf_counter()
        scheme.verify(PASSWORD, stored)
        times.append(time.perf_counter() - begin)
    return min(times) * 1e3
