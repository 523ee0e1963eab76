# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Mails that are owed: written with their cause, sent after the response (SEC-98, SEC-99)."""

import asyncio
import logging
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path

from app.auth.clock import Clock
from app.auth.errors import StorageUnavailable
from app.auth.events import EventName, EventRecorder
from app.auth.mail.kinds import WITH_TOKEN, MailKind, MailTokens, lifetime, new_mail_id
from app.auth.mail.messages import compose
from app.auth.mail.protocols import Mailer, MailProtocol, NewMail
from app.auth.mail.settings import MailSettings
from app.auth.protocols import Repositories, Transactions, UserProtocol
from app.auth.request_context import current_request
from app.auth.settings import AuthSettings

SENDERS = 2  # threads of each process, so that slow mail servers hold nothing else
BATCH = 20
NO_SENDER = "no-reply@localhost"  # without a mail server
# Longer than an attempt takes. A failed mail waits for this long, then twice as long, and so on.
PAUSE = timedelta(minutes=1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """How mails go out: without a mailer, they are only stored. `texts` is a folder."""

    settings: MailSettings = field(default_factory=MailSettings)
    texts: Path = Path()
    mailer: Mailer | None = None


class Outbox:
    """Each mail is sent at least once, by one sender at a time, until it expires."""

    def __init__(
        self,
        settings: AuthSettings,
        mailing: Mailing,
        transactions: Transactions,
        clock: Clock,
        events: EventRecorder,
    ) -> None:
        self.tokens = MailTokens(settings)
        self._settings = settings
        self._mailing = mailing
        self._transactions = transactions
        self._clock = clock
        self._events = events
        self._owing: set[str] = set()  # requests
        self._owed = False
        self._senders = threading.Semaphore(SENDERS)
        self._pool = ThreadPoolExecutor(SENDERS, "mail")

    async def owe(
        self,
        kind: MailKind,
        user: UserProtocol | None,
        store: Repositories,
        *,
        address: str = "",
    ) -> None:
        """Store a mail to a user, or to another address, in the caller's transaction.

        A token replaces the earlier ones of its kind. A token for nobody is stored with the same
        statements, and not sent (SEC-97).
        """
        now, has_token = self._clock(), kind in WITH_TOKEN
        user_id = None if user is None else user.id
        if has_token:
            await store.mails.void(user_id, kind, now=now)
        mail = NewMail(
            id=new_mail_id(),
            kind=kind,
            user_id=user_id,
            address=address or (user.email if user is not None else ""),
            created_at=now,
            expires_at=now + lifetime(kind, self._settings),
            owed=user is not None or not has_token,
        )
        await store.mails.add(mail)
        self._owing.add(current_request.get().id)

    async def deliver_owed(self) -> None:
        """Send what is due if this request has owed a mail. Raise nothing: the mails are stored."""
        request = current_request.get().id
        if request in self._owing:
            self._owing.discard(request)
            # Only now: a sender who looked before the commit has not seen the mail.
            self._owed = True
        while self._owed and self._senders.acquire(blocking=False):
            self._owed = False
            try:
                await self.deliver_due()
            except StorageUnavailable:
                logger.warning("The database is unavailable: mails wait.")
            finally:
                self._senders.release()

    async def deliver_due(self) -> int:
        """Send all mails that are due; return how many were sent."""
        sent = 0
        while self._mailing.mailer is not None:
            due = await self._transactions.run(self._list_due)
            for mail in due:
                claimed = await self._transactions.run(partial(self._claim, mail))
                if claimed and await self._deliver(mail, self._mailing.mailer):
                    sent += 1
            if len(due) < BATCH:
                break
        return sent

    async def list_messages(self, limit: int) -> list[EmailMessage]:
        """Return the newest mails that were sent, for the mailbox page of development."""
        mails = await self._transactions.run(lambda store: store.mails.list_attempted(limit=limit))
        kinds = set(MailKind)  # the project may have had more of them
        return [self.compose(mail) for mail in mails if mail.kind in kinds]

    def read_page(self) -> str:
        """Return the HTML of the page that links lead to."""
        return (self._mailing.texts / "link.html").read_text("utf-8")

    def compose(self, mail: MailProtocol) -> EmailMessage:
        settings, kind = self._mailing.settings, MailKind(mail.kind)
        values = {"address": mail.address}
        if kind in WITH_TOKEN:
            token = self.tokens.issue(mail.id, kind)
            values["until"] = f"{mail.expires_at:%Y-%m-%d %H:%M} UTC"
            values["link"] = settings.link.format(kind=kind, token=token)
        return compose(
            self._mailing.texts / f"{kind}.txt",
            values,
            sender=settings.sender or NO_SENDER,
            recipient=mail.address,
        )

    def close(self) -> None:
        """Stop the threads. A mail that is being sent is finished."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _list_due(self, store: Repositories) -> Sequence[MailProtocol]:
        return await store.mails.list_due(now=self._clock(), limit=BATCH)

    async def _claim(self, mail: MailProtocol, store: Repositories) -> bool:
        now = self._clock()
        return await store.mails.claim(mail, now=now, until=now + PAUSE * (mail.attempts + 1))

    async def _deliver(self, mail: MailProtocol, mailer: Mailer) -> bool:
        future = self._pool.submit(self._hand_over, mail, mailer)
        if not await asyncio.wrap_future(future):
            return False
        await self._transactions.run(
            lambda store: store.mails.mark_sent(mail.id, now=self._clock()),
        )
        return True

    def _hand_over(self, mail: MailProtocol, mailer: Mailer) -> bool:
        try:
            mailer.send(self.compose(mail))
        except Exception as error:
            # Only its type: a server may answer with the text of the mail, which has a token.
            reason = type(error).__name__
            logger.warning("A mail of kind %s was not sent: %s", mail.kind, reason)
            self._events.record(EventName.MAIL_FAILED, user_id=mail.user_id, reason=reason)
            return False
        return True


# {% endcall %}
