"""Register generated e-mails and usernames in a render, and sign in with the same text.

`python -m support.normal_forms EXAMPLES` runs in the folder of a render. It migrates the database
first, and prints the number of texts that were registered, taken and refused.
"""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Mapping
from functools import partial
from inspect import iscoroutine
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from support.commands import module, run
from support.journeys import PASSWORD
from support.seeding import TESTS, application

CHEAP = {"argon2__memory_cost": 8, "argon2__parallelism": 1, "argon2__time_cost": 1}
SPACES = st.sampled_from(["", "", " ", "\n", "\u3000"])
# Letters of one script, and characters that change in normalisation, combine or are invisible.
ALLOWED = "abcxyzABCXYZ019._-"
ODD = (
    "\u00df\u1e9e\u0131\u0130\u03c3\u03c2\u03f2\u212a"
    "\uff41\ufb03\u00a8\u0301\u0345\u0430\ufe0f\u200d"
)
NAMES = st.text(ALLOWED + ODD, min_size=1, max_size=6)
ANY_NAMES = NAMES | st.text(
    st.characters(categories=["L", "M", "N", "S", "P"]), min_size=1, max_size=6
)
LABELS = st.sampled_from(
    [
        *("example", "EXAMPLE", "\uff45xample", "ex\u00e4mple", "exa\u0308mple", "EX\u00c4MPLE"),
        *("xn--exmple-cua", "XN--EXMPLE-CUA", "stra\u00dfe", "STRA\u1e9eE", "xn--strae-oqa"),
        *(
            "\u03c3\u03c2",
            "\u03f2",
            "\U0001d6d3",
            "\u212aelvin",
            "\u043f\u0440\u0438\u043c\u0435\u0440",
        ),
    ],
)
ANY_LABELS = st.text(
    st.characters(categories=["Ll", "Lu", "Lo", "Mn", "Nd"]),
    min_size=1,
    max_size=5,
)
TOP_LEVELS = st.sampled_from(["com", "DE", "\u0440\u0444", "xn--p1ai", "\u4e2d\u56fd"])
FULL_STOPS = st.sampled_from([".", ".", "\u3002", "\uff0e", "\uff61"])


@st.composite
def emails(draw: st.DrawFn) -> str:
    labels = [*draw(st.lists(ANY_LABELS, max_size=1)), draw(LABELS), draw(TOP_LEVELS)]
    address = f"{draw(ANY_NAMES)}@{draw(FULL_STOPS).join(labels)}"
    return f"{draw(SPACES)}{address}{draw(SPACES)}"


@st.composite
def usernames(draw: st.DrawFn) -> str:
    return f"{draw(SPACES)}{draw(st.text(ALLOWED, min_size=3, max_size=6))}{draw(SPACES)}"


def signed_in(project: Path, examples: int, *, env: Mapping[str, str]) -> dict[str, Counter[str]]:
    """Try generated e-mails and usernames. Return the number of each registration outcome."""
    output = run(
        *module("support.normal_forms", str(examples)),
        cwd=project,
        env={**env, "PYTHONPATH": str(TESTS)},
    )
    outcomes = json.loads(output.splitlines()[-1])
    return {field: Counter(counted) for field, counted in outcomes.items()}


class Accounts:
    """The service of a render and its database, in either flavour."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._numbers = count()
        loaded = application("settings").load_settings()
        application("migrate").upgrade(loaded.database)
        self._auth = build_auth(loaded)
        self._errors = application("auth.errors")

    def register(self, **typed: str) -> str:
        """Register with the typed text. The other identifier is unique."""
        other = f"other{next(self._numbers)}"
        free = {"email": f"{other}@example.com", "username": other}
        user = application("auth.protocols").NewUser(**free | typed)
        try:
            self._result(self._auth.service.register(user, PASSWORD))
        except self._errors.InvalidField:
            return "refused"
        except (self._errors.EmailTaken, self._errors.UsernameTaken):
            return "taken"
        return "registered"

    def sign_in(self, typed: str) -> None:
        client = application("auth.login").Client()
        login = partial(self._auth.service.login, password=PASSWORD, client=client)
        self._result(login(username_or_email=typed))

    def _result(self, called: Any) -> Any:
        return self._runner.run(called) if iscoroutine(called) else called


def build_auth(loaded: Any) -> Any:
    """Build the authentication of a render with a fast hash."""
    from passlib.context import CryptContext

    models = application("models")
    database = application("database").Database(loaded.database)
    storage = application("auth.ext.storage").sqlalchemy_storage(
        database.session,
        database.reader,
        models.User,
        models.AUTH_MODELS,
    )
    context = CryptContext(["argon2"], **CHEAP)
    build = application("auth.wiring").build_auth
    return build(loaded.auth, storage, password_context=context)


def count_outcomes(accounts: Accounts, field: str, texts: st.SearchStrategy[str]) -> Counter[str]:
    outcomes: Counter[str] = Counter()

    @settings(max_examples=int(sys.argv[1]), derandomize=True, database=None, deadline=None)
    @given(texts)
    def registered_text_signs_in(text: str) -> None:
        outcome = accounts.register(**{field: text})
        if outcome != "refused":
            accounts.sign_in(text)
        outcomes[outcome] += 1

    registered_text_signs_in()
    return outcomes


if __name__ == "__main__":
    with asyncio.Runner() as everything:
        people = Accounts(everything)
        texts = {"email": emails(), "username": usernames()}
        counted = {field: count_outcomes(people, field, text) for field, text in texts.items()}
    print(json.dumps(counted))
