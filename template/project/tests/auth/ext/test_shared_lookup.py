# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Questions that are asked together have one answer; later ones have one of their own."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from app.auth.errors import StorageUnavailable
from app.auth.ext.shared_lookup import LARGEST, SharedUserLookup
from app.auth.protocols import UserProtocol

NOW = datetime(2030, 1, 1, tzinfo=UTC)


class Storage:
    """Live sessions and their users; a query sees what is live when it begins."""

    def __init__(self, sessions: dict[str, int]) -> None:
        self.sessions = sessions
        self.queries: list[tuple[Sequence[str], datetime]] = []
        self.started = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.error: Exception | None = None
        # {% if concurrency == "sync" %}
        #| self.loop = asyncio.get_running_loop()
        # {% endif %}

    async def answer(
        self,
        session_ids: Sequence[str],
        now: datetime,
    ) -> Mapping[str, UserProtocol]:
        self.queries.append((session_ids, now))
        live = {key: self.sessions[key] for key in session_ids if key in self.sessions}
        self.started.set()
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        return {key: cast(UserProtocol, SimpleNamespace(id=user)) for key, user in live.items()}

    # {% if concurrency == "async" %}
    find_all = answer
    # {% else %}
    #| def find_all(self, session_ids: Sequence[str], now: datetime) -> Mapping[str, UserProtocol]:
    #|     """Keep the thread that asks until the test lets the answer go."""
    #|     answer = self.answer(session_ids, now)
    #|     return asyncio.run_coroutine_threadsafe(answer, self.loop).result()
    # {% endif %}


class Asking:
    def __init__(self, storage: Storage) -> None:
        self._lookup = SharedUserLookup(storage.find_all)

    def __call__(self, user_id: int, session_id: str, now: datetime = NOW) -> asyncio.Task[Any]:
        found = self._lookup.find(user_id=user_id, session_id=session_id, now=now)
        return asyncio.create_task(found)


async def test_requests_that_wait_together_share_a_query() -> None:
    storage = Storage({"a": 1, "b": 2})
    ask = Asking(storage)

    users = await asyncio.gather(ask(1, "a"), ask(2, "b"))

    assert [user.id for user in users] == [1, 2]
    assert len(storage.queries) == 1


async def test_a_question_that_comes_later_is_asked_anew() -> None:
    storage = Storage({"a": 1})
    ask = Asking(storage)
    storage.may_answer.clear()
    first = ask(1, "a")
    await storage.started.wait()

    del storage.sessions["a"]
    second = ask(1, "a")
    storage.may_answer.set()

    assert (await first).id == 1
    assert await second is None


async def test_a_session_that_is_not_live_has_no_user() -> None:
    ask = Asking(Storage({"a": 1}))

    _, nobody = await asyncio.gather(ask(1, "a"), ask(2, "gone"))

    assert nobody is None


async def test_a_session_of_another_user_is_not_found() -> None:
    ask = Asking(Storage({"a": 1}))

    owner, stranger = await asyncio.gather(ask(1, "a"), ask(2, "a"))

    assert owner.id == 1
    assert stranger is None


async def test_a_failing_query_fails_everybody_who_shares_it() -> None:
    storage = Storage({"a": 1, "b": 2})
    storage.error = StorageUnavailable()
    ask = Asking(storage)

    failures = await asyncio.gather(ask(1, "a"), ask(2, "b"), return_exceptions=True)

    assert [type(failure) for failure in failures] == [StorageUnavailable, StorageUnavailable]


async def test_a_failure_does_not_stay() -> None:
    storage = Storage({"a": 1})
    storage.error = StorageUnavailable()
    ask = Asking(storage)
    with pytest.raises(StorageUnavailable):
        await ask(1, "a")

    storage.error = None

    assert (await ask(1, "a")).id == 1


async def test_a_caller_who_goes_away_leaves_the_others_their_answer() -> None:
    storage = Storage({"a": 1, "b": 2})
    ask = Asking(storage)
    storage.may_answer.clear()
    leaving, staying = ask(1, "a"), ask(2, "b")
    await storage.started.wait()

    leaving.cancel()
    storage.may_answer.set()

    assert (await staying).id == 2
    assert leaving.cancelled()


async def test_a_caller_who_goes_away_before_a_failure_harms_nobody() -> None:
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


async def test_expiry_is_judged_by_the_latest_of_the_clocks() -> None:
    storage = Storage({"a": 1})
    ask = Asking(storage)
    later = NOW + timedelta(seconds=1)

    await asyncio.gather(ask(1, "a", later), ask(1, "a", NOW))

    assert [now for _, now in storage.queries] == [later]


@pytest.mark.parametrize(
    ("questions", "queries"),
    [(1, 1), (LARGEST, 1), (LARGEST + 1, 2), (3 * LARGEST, 3)],
)
async def test_a_query_has_a_bounded_number_of_questions(questions: int, queries: int) -> None:
    storage = Storage({str(number): number for number in range(questions)})
    ask = Asking(storage)

    users = await asyncio.gather(*(ask(number, str(number)) for number in range(questions)))

    assert [user.id for user in users] == list(range(questions))
    assert len(storage.queries) == queries


# {% endcall %}
