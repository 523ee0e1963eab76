"""The hash limit: passwords verified per second, with no other load.

Run `python -m benchmarks.hashing SECONDS` in the folder of a render. It prints the limit for the
hash parameters and the number of threads in the settings of the render.
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
    """Return the number of verifications per second."""
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
