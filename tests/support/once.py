"""Create files once per session, in the first test process that needs them."""

import fcntl
from collections.abc import Callable
from pathlib import Path


def made_once(place: Path, make: Callable[[Path], object]) -> Path:
    """Return a file or folder. The first process creates it, and the others wait.

    A failed attempt leaves no file that a later one would mistake for a finished one. It is not
    repeated, as many tests can wait for the same render.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.with_name(f"{place.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            unfinished = place.with_name(f"{place.name}.unfinished")
            failed = place.with_name(f"{place.name}.failed")
            assert not failed.exists(), f"another test has shown: {failed.read_text()}"
            try:
                make(unfinished)
            except Exception as error:
                failed.write_text(str(error))
                raise
            unfinished.rename(place)
    return place
