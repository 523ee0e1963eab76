"""The hash limit: how many passwords a second can be verified with nothing else to do.

`python -m benchmarks.hashing SECONDS` runs in the folder of a render and prints it for the
render's own parameters, with as many threads as its own pool has.
"""

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


if __name__ == "__main__":
    print(limit(float(sys.argv[1])))
