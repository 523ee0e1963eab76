"""Mail servers on loopback: one that receives mails, and some that do not."""

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Event, Thread
from typing import Any

from aiosmtpd.controller import Controller

from support.servers import free_port
from support.waiting import wait_until

TOKEN = re.compile(r"#token=(\S+)")
LINK = "https://app.example.com/{kind}#token={token}"
# What a hostile server does with a connection until the event is set.
Hostility = Callable[[socket.socket, Event], None]


@dataclass
class Inbox:
    """The mails that have arrived, with their recipients."""

    port: int
    recipients: list[str] = field(default_factory=list)
    messages: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.messages.append(message_from_bytes(envelope.content, policy=default))
        self.recipients.extend(envelope.rcpt_tos)
        return "250 OK"

    def wait_for(self, count: int) -> None:
        wait_until(lambda: len(self.messages) >= count, f"{count} mails have arrived")

    def token(self, number: int) -> str:
        """Wait for the mail with this number, and return its token."""
        self.wait_for(number + 1)
        [token] = TOKEN.findall(self.messages[number].get_content())
        return str(token)


@contextmanager
def receiving(port: int | None = None) -> Iterator[Inbox]:
    inbox = Inbox(port or free_port())
    controller = Controller(inbox, hostname="127.0.0.1", port=inbox.port)
    controller.start()
    try:
        yield inbox
    finally:
        controller.stop()


@dataclass
class Trap:
    """A hostile server. `caught` is set once it has a connection."""

    port: int
    caught: Event


@contextmanager
def hostile(hostility: Hostility) -> Iterator[Trap]:
    """Treat each connection with hostility, until the end."""
    stopped, caught = Event(), Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        threads: list[Thread] = []

        def meet(connection: socket.socket) -> None:
            with connection:
                hostility(connection, stopped)

        def accept() -> None:
            while not stopped.is_set():
                try:
                    connection, _ = listener.accept()
                except TimeoutError:
                    continue
                caught.set()
                threads.append(Thread(target=meet, args=[connection]))
                threads[-1].start()

        accepting = Thread(target=accept)
        accepting.start()
        try:
            yield Trap(listener.getsockname()[1], caught)
        finally:
            stopped.set()
            accepting.join()
            for thread in threads:
                thread.join()


def say_nothing(_: socket.socket, stopped: Event) -> None:
    stopped.wait()


def dribble(connection: socket.socket, stopped: Event) -> None:
    while not stopped.wait(0.05):
        try:
            connection.send(b"2")
        except OSError:
            return


def refuse(connection: socket.socket, _: Event) -> None:
    connection.sendall(b"554 no mail from you\r\n")


def hang_up(_: socket.socket, __: Event) -> None:
    return


HOSTILE = {"silent": say_nothing, "dribbling": dribble, "refusing": refuse, "gone": hang_up}


def settings(port: int) -> dict[str, str]:
    return {
        "MAIL_HOST": "127.0.0.1",
        "MAIL_PORT": str(port),
        "MAIL_SECURITY": "none",
        "MAIL_SENDER": "Shop <shop@example.com>",
        "MAIL_LINK": LINK,
    }
