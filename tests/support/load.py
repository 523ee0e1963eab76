"""A bounded mixed load over HTTP, and a journal of the acknowledged operations."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from support.journeys import PASSWORD
from support.seeding import Person

# Per hundred operations.
MIX = {"look": 70, "refresh": 20, "log_in": 8, "register": 2}
# Seconds between two attempts of an operation, and seconds for all of its attempts.
PAUSE = 0.05
PATIENCE = 90.0


@dataclass
class Journal:
    """The results so far. `unanswered` counts attempts with a 503 or without a response."""

    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    registered: list[str] = field(default_factory=list)
    logins: list[dict[str, Any]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def acknowledged(self) -> int:
        return self.answers.total()

    async def note(self, counter: Counter[Any], key: Any) -> None:
        async with self.changed:
            counter[key] += 1
            self.changed.notify_all()

    async def grows(self, *, acknowledged: int = 0, unanswered: int = 0) -> None:
        """Wait for this many more acknowledged operations or failed attempts."""
        acknowledged += self.acknowledged
        unanswered += self.unanswered.total()
        async with asyncio.timeout(PATIENCE), self.changed:
            await self.changed.wait_for(
                lambda: self.acknowledged >= acknowledged and self.unanswered.total() >= unanswered
            )


class Visitor:
    """Performs operations in sequence, repeating each until it is acknowledged.

    Two visitors with the same `namesake` register the same names, capitalised differently.
    """

    def __init__(
        self,
        client: httpx2.AsyncClient,
        journal: Journal,
        people: Sequence[Person],
        namesake: str,
        seed: int,
    ) -> None:
        self._client = client
        self._journal = journal
        self._chance = random.Random(seed)
        self._capitals = seed % 2 == 1
        self._names = (f"{namesake}-{number}" for number in range(10_000))
        self._logins = list(people)
        # The newest tokens of each session, by the session's first access token.
        self.tokens = {
            person.access_token: {
                "access_token": person.access_token,
                "refresh_token": person.refresh_token,
            }
            for person in people
        }

    async def visit(self, enough: asyncio.Event) -> None:
        while not enough.is_set():
            (operation,) = self._chance.choices(list(MIX), list(MIX.values()))
            await getattr(self, operation)()

    async def look(self) -> None:
        tokens = self.tokens[self._chance.choice(list(self.tokens))]
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        await self._send("look", {200}, "GET", "/auth/me", headers=headers)

    async def refresh(self) -> None:
        session = self._chance.choice(list(self.tokens))
        sent = {"refresh_token": self.tokens[session]["refresh_token"]}
        answer = await self._send("refresh", {200}, "POST", "/auth/refresh", json=sent)
        self.tokens[session] = answer.json()

    async def log_in(self) -> None:
        person = self._chance.choice(self._logins)
        sent = {"username_or_email": person.username, "password": PASSWORD}
        tokens = (await self._send("log_in", {200}, "POST", "/auth/login", json=sent)).json()
        self.tokens[tokens["access_token"]] = tokens
        self._journal.logins.append(tokens)

    async def register(self) -> None:
        name = next(self._names)
        spelling = name.upper() if self._capitals else name
        account = {"username": spelling, "email": f"{spelling}@example.com", "password": PASSWORD}
        answer = await self._send("register", {201, 409}, "POST", "/auth/register", json=account)
        if answer.status_code == 201:
            self._journal.registered.append(name)

    async def _send(
        self,
        operation: str,
        accepted: set[int],
        method: str,
        path: str,
        **options: Any,
    ) -> httpx2.Response:
        """Repeat until acknowledged. The only refusal allowed is a 503 with `Retry-After`."""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    answer = await self._client.request(method, path, **options)
                except httpx2.TransportError:
                    await self._journal.note(self._journal.unanswered, "no answer")
                else:
                    if answer.status_code in accepted:
                        answered = (operation, answer.status_code)
                        await self._journal.note(self._journal.answers, answered)
                        return answer
                    shown = f"{operation}: {answer.status_code} {answer.text}"
                    assert answer.status_code == 503, shown
                    assert "retry-after" in answer.headers, shown
                    await self._journal.note(self._journal.unanswered, "503")
                await asyncio.sleep(PAUSE)
