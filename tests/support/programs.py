"""Programs of the operating system that some tests start."""

import os
import shutil

import pytest


def required(*names: str, places: str = "/usr/sbin") -> str:
    """Return the path of the first program there is, on the PATH or in other places.

    Skip the test without it. On CI, fail it.
    """
    for name in names:
        if path := shutil.which(name, path=f"{os.environ['PATH']}:{places}"):
            return path
    reason = f"{' or '.join(names)} is not installed"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
