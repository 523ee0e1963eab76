# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Concurrent look-ups share a query. Later ones start another query."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.auth.authenticator import Identity
from app.auth.errors import StorageUnavailable
from app.auth.ext.user_lookup import MAX_BATCH, SharedUserLookup
from app.auth.protocols import UserProtocol
from tests.user_ids import user_id

NOW = datetime(2030, 1, 1, tzinfo=UTC)


class Storage:
    """Live sessions and their users. A query sees the sessions that are live when it starts."""

    def __init__(self, sessions: dict[str, int]) -> None:
        self.sessions = sessions
        self.queries: list[tuple[Sequence[str], datetime]] = []
        self.started = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.error: Exception | None = None

    async def find_all(
        self,
        session_ids: Sequence[str],
        now: datetime,
    ) -> Mapping[str, Identity]:
        self.queries.append((session_ids, now))
        live = {key: self.sessions[key] for key in session_ids if key in self.sessions}
        self.started.set()
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        return {key: identity(user, key) for key, user in live.items()}


def identity(number: int, session_id: str) -> Identity:
    user = cast(UserProtocol, SimpleNamespace(id=user_id(number)))
    return Identity(user, session_id, authenticated_at=NOW, methods=("pwd",))


class Asking:
    def __init__(self, storage: Storage) -> None:
        self._lookup = SharedUserLookup(storage.find_all)

    def __call__(self, number: int, session_id: str, now: datetime = NOW) -> asyncio.Task[Any]:
        found = self._lookup.find(user_id=user_id(number), session_id=session_id, now=now)
        return asyncio.create_task(found)


async def test_concurrent_requests_share_a_query() -> None:
    storage = Storage({"a": 1, "b": 2})
    ask = Asking(storage)

    found = await asyncio.gather(ask(1, "a"), ask(2, "b"))

    assert list(found) == [identity(1, "a"), identity(2, "b")]
    assert len(storage.queries) == 1


async def test_a_later_look_up_starts_another_query() -> None:
    storage = Storage({"a": 1})
    ask = Asking(storage)
    storage.may_answer.clear()
    first = ask(1, "a")
    await storage.started.wait()

    del storage.sessions["a"]
    second = ask(1, "a")
    storage.may_answer.set()

    assert await first == identity(1, "a")
    assert await second is None


async def test_a_session_that_is_not_live_has_no_user() -> None:
    ask = Asking(Storage({"a": 1}))

    _, missing = await asyncio.gather(ask(1, "a"), ask(2, "gone"))

    assert missing is None


async def test_a_session_of_another_user_is_not_found() -> None:
    ask = Asking(Storage({"a": 1}))

    owner, stranger = await asyncio.gather(ask(1, "a"), ask(2, "a"))

    assert owner == identity(1, "a")
    assert stranger is None


async def test_a_failing_query_fails_all_its_callers() -> None:
    storage = Storage({"a": 1, "b": 2})
    storage.error = StorageUnavailable()
    ask = Asking(storage)

    failures = await asyncio.gather(ask(1, "a"), ask(2, "b"), return_exceptions=True)

    assert [type(failure) for failure in failures] == [StorageUnavailable, StorageUnavailable]


async def test_a_failure_does_not_affect_the_next_query() -> None:
    storage = Storage({"a": 1})
    storage.error = StorageUnavailable()
    ask = Asking(storage)
    with pytest.raises(StorageUnavailable):
        await ask(1, "a")

    storage.error = None

    assert await ask(1, "a") == identity(1, "a")


async def test_a_cancelled_caller_does_not_affect_the_others() -> None:
    storage = Storage({"a": 1, "b": 2})
    ask = Asking(storage)
    storage.may_answer.clear()
    leaving, staying = ask(1, "a"), ask(2, "b")
    await storage.started.wait()

    leaving.cancel()
    storage.may_answer.set()

    assert await staying == identity(2, "b")
    assert leaving.cancelled()


async def test_a_caller_cancelled_before_a_failure_does_not_affect_the_others() -> None:
    storage = Storage({"a": 1})
    storage.error = StorageUnavailable()
    ask = Asking(storage)
    storage.may_answer.clear()
    leaving, staying = ask(1, "a"), ask(1, "a")
    await storage.started.wait()

    leaving.cancel()
    storage.may_answer.set()

    with pytest.raises(StorageUnavailable):
        await staying


async def test_expiry_is_checked_at_the_latest_time_of_the_callers() -> None:
    storage = Storage({"a": 1})
    ask = Asking(storage)
    later = NOW + timedelta(seconds=1)

    await asyncio.gather(ask(1, "a", later), ask(1, "a", NOW))

    assert [now for _, now in storage.queries] == [later]


@pytest.mark.parametrize(
    ("questions", "queries"),
    [(1, 1), (MAX_BATCH, 1), (MAX_BATCH + 1, 2), (3 * MAX_BATCH, 3)],
)
async def test_a_query_has_a_bounded_number_of_sessions(questions: int, queries: int) -> None:
    storage = Storage({str(number): number for number in range(questions)})
    ask = Asking(storage)

    found = await asyncio.gather(*(ask(number, str(number)) for number in range(questions)))

    assert found == [identity(number, str(number)) for number in range(questions)]
    assert len(storage.queries) == queries


# {% endcall %}
