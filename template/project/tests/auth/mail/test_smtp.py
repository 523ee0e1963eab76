"""Mail servers that answer, and those that do not."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from smtplib import SMTPServerDisconnected
from threading import Event, Thread

import pytest

from app.auth.mail import smtp
from app.auth.mail.kinds import MailKind
from app.auth.mail.messages import compose
from app.auth.mail.settings import MailSettings
from app.auth.mail.smtp import LogMailer, SmtpMailer, choose_mailer
from app.mailing import TEXTS

MESSAGE = compose(
    TEXTS / f"{MailKind.ACCOUNT_DELETED}.txt",
    {"address": "ann@example.com"},
    sender="shop@example.com",
    recipient="ann@example.com",
)
Conversation = Callable[[socket.socket, Event], None]


def settings_of(port: int, security: str = "none", **others: str) -> MailSettings:
    values = {"host": "127.0.0.1", "port": port, "security": security, "sender": "s@example.com"}
    return MailSettings.model_validate(values | others)


@contextmanager
def mail_server(converse: Conversation) -> Iterator[int]:
    """Answer one connection with a conversation; yield the port."""
    stopped = Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                converse(connection, stopped)

        thread = Thread(target=answer)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            stopped.set()
            thread.join()


def converse(lines: list[str], recipient_answer: bytes = b"250 OK") -> Conversation:
    """Follow the protocol and keep what the client says."""

    def follow(connection: socket.socket, _: Event) -> None:
        file = connection.makefile("rwb")
        in_data = False

        def say(answer: bytes) -> None:
            file.write(answer + b"\r\n")
            file.flush()

        say(b"220 test")
        for line in file:
            lines.append(line.decode().strip())
            if in_data:
                in_data = lines[-1] != "."
                if not in_data:
                    say(b"250 OK")
            elif lines[-1] == "data":
                in_data = True
                say(b"354 go on")
            elif lines[-1].lower().startswith("rcpt"):
                say(recipient_answer)
            elif lines[-1] == "quit":
                say(b"421 an answer that does not matter")
                return
            else:
                say(b"250 OK")

    return follow


def silent(_: socket.socket, stopped: Event) -> None:
    stopped.wait()


def dribbling(connection: socket.socket, stopped: Event) -> None:
    """Send a byte now and then: never a line, and never nothing for long."""
    while not stopped.wait(0.001):
        try:
            connection.send(b"2")
        except OSError:
            return


def test_mail_arrives_with_one_recipient() -> None:
    """SEC-103."""
    lines: list[str] = []
    with mail_server(converse(lines)) as port:
        SmtpMailer(settings_of(port)).send(MESSAGE)

    envelope = [line for line in lines if line.lower().startswith(("mail from", "rcpt to"))]
    assert [line.partition(":")[2].partition(" ")[0] for line in envelope] == [
        "<shop@example.com>",
        "<ann@example.com>",
    ]
    assert f"Subject: {MESSAGE['Subject']}" in lines
    assert not [line for line in lines if line.lower().startswith("bcc")]


def test_refused_recipient_is_an_error() -> None:
    with mail_server(converse([], b"550 unknown")) as port:
        with pytest.raises(OSError, match="550"):
            SmtpMailer(settings_of(port)).send(MESSAGE)


def test_server_that_is_away_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(OSError):  # noqa: PT011 -- the message depends on the system
        SmtpMailer(settings_of(port)).send(MESSAGE)


def test_silent_server_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """SEC-98."""
    monkeypatch.setattr(smtp, "READ_TIMEOUT", 0.05)

    with mail_server(silent) as port:
        with pytest.raises(OSError, match="timed out"):
            SmtpMailer(settings_of(port)).send(MESSAGE)


@pytest.mark.parametrize("use", [lambda mailer: mailer.send(MESSAGE), SmtpMailer.check])
def test_dribbling_server_is_cut_off(
    use: Callable[[SmtpMailer], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """SEC-98: the timeout of smtplib is for each read, and each read of this one succeeds."""
    monkeypatch.setattr(smtp, "TOTAL_TIMEOUT", 0.2)

    # Without the cut, it would end as an answer that is too long.
    with mail_server(dribbling) as port:
        with pytest.raises(SMTPServerDisconnected):
            use(SmtpMailer(settings_of(port)))


def test_server_that_does_not_encrypt_gets_neither_mail_nor_password() -> None:
    lines: list[str] = []
    account = {"username": "shop", "password": "the password"}
    with mail_server(converse(lines)) as port:
        with pytest.raises(OSError, match="STARTTLS"):
            SmtpMailer(settings_of(port, "starttls", **account)).send(MESSAGE)

    assert [line.split()[0].lower() for line in lines] == ["ehlo", "quit"]


def test_check_sends_no_mail() -> None:
    lines: list[str] = []
    with mail_server(converse(lines)) as port:
        SmtpMailer(settings_of(port)).check()

    assert [line.split()[0].lower() for line in lines] == ["noop", "quit"]


def test_without_a_host_mails_go_to_the_log_in_development_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    mailer = choose_mailer(MailSettings(), in_development=True)
    assert isinstance(mailer, LogMailer)
    with caplog.at_level("INFO"):
        mailer.send(MESSAGE)

    assert MESSAGE["Subject"] in caplog.text
    assert choose_mailer(MailSettings(), in_development=False) is None
    for in_development in (True, False):
        assert isinstance(choose_mailer(settings_of(25), in_development=in_development), SmtpMailer)
