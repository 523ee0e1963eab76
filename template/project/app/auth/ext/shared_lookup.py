# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Requests that wait at the same moment share one query."""

import asyncio
from collections.abc import (
    # {% if concurrency == "async" %}
    Awaitable,
    # {% endif %}
    Callable,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from datetime import datetime

from app.auth.protocols import UserProtocol

# Questions in one query. Each number of them is a statement that connections keep prepared.
LARGEST = 32

# Takes session ids and the time; returns the users of those that are live, by session id.
# {% if concurrency == "async" %}
FindAll = Callable[[Sequence[str], datetime], Awaitable[Mapping[str, UserProtocol]]]
# {% else %}
#| FindAll = Callable[[Sequence[str], datetime], Mapping[str, UserProtocol]]
# {% endif %}


@dataclass(frozen=True, slots=True)
class Question:
    user_id: int
    session_id: str
    now: datetime
    answer: asyncio.Future[UserProtocol | None]


class SharedUserLookup:
    """Joins questions that have not been sent yet, so no answer is older than its question.

    A logout therefore counts as it would if every request asked alone.
    """

    def __init__(self, find_all: FindAll) -> None:
        self._find_all = find_all
        self._waiting: list[Question] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def find(self, *, user_id: int, session_id: str, now: datetime) -> UserProtocol | None:
        answer: asyncio.Future[UserProtocol | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(Question(user_id, session_id, now, answer))
        if len(self._waiting) % LARGEST == 1:
            # A task of its own, so that no caller who goes away takes the others with it.
            task = asyncio.create_task(self._ask())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await answer

    async def _ask(self) -> None:
        questions, self._waiting = self._waiting[:LARGEST], self._waiting[LARGEST:]
        session_ids = [question.session_id for question in questions]
        latest = max(question.now for question in questions)
        try:
            # {% if concurrency == "async" %}
            users = await self._find_all(session_ids, latest)
            # {% else %}
            #| # The event loop gathers questions, a thread waits for the answer.
            #| users = await asyncio.to_thread(self._find_all, session_ids, latest)
            # {% endif %}
        except Exception as error:
            for question in questions:
                if not question.answer.done():
                    question.answer.set_exception(error)
            return
        for question in questions:
            user = users.get(question.session_id)
            if not question.answer.done():  # else its caller has gone away
                question.answer.set_result(user if user and user.id == question.user_id else None)


# {% endcall %}
