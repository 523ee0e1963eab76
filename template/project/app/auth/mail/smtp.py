"""Mail servers: SMTP, and the log during development."""

import logging
import smtplib
import socket
import ssl
from collections.abc import Generator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from threading import Timer

from app.auth.mail.protocols import Mailer
from app.auth.mail.settings import MailSettings

READ_TIMEOUT = 10  # seconds for each answer of the server
TOTAL_TIMEOUT = 30  # seconds for a mail; smtplib has no limit for a server that answers slowly

logger = logging.getLogger(__name__)


class SmtpMailer:
    """Opens a connection for each mail. Certificates are verified."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings

    def send(self, message: EmailMessage) -> None:
        """Raise OSError, or a subclass of SMTPException, which is one."""
        with self._connection() as smtp:
            smtp.send_message(message)

    def check(self) -> None:
        """Connect and sign in, without sending anything. Raise OSError."""
        with self._connection() as smtp:
            smtp.noop()

    @contextmanager
    def _connection(self) -> Generator[smtplib.SMTP]:
        settings, context = self._settings, ssl.create_default_context()
        if settings.security == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(timeout=READ_TIMEOUT, context=context)
        else:
            smtp = smtplib.SMTP(timeout=READ_TIMEOUT)
        deadline = Timer(TOTAL_TIMEOUT, _cut, [smtp])
        deadline.start()
        try:
            self._greet(smtp, context)
            yield smtp
        finally:
            with suppress(OSError):  # a mail that was accepted before is sent
                smtp.quit()
            smtp.close()
            deadline.cancel()

    def _greet(self, smtp: smtplib.SMTP, context: ssl.SSLContext) -> None:
        settings = self._settings
        # The name in the certificate. smtplib sets it only if its constructor connects, which
        # would be before there is a socket to cut.
        vars(smtp)["_host"] = settings.host
        smtp.connect(settings.host, settings.port)
        if settings.security == "starttls":
            smtp.starttls(context=context)
        if settings.username:
            smtp.login(settings.username, settings.password.get_secret_value())


class LogMailer:
    """Writes mails to the log, for development only: a mail can have a usable token."""

    def send(self, message: EmailMessage) -> None:
        text = message.get_content()
        logger.info("A mail to %s: %s\n%s", message["To"], message["Subject"], text)


def choose_mailer(settings: MailSettings, *, in_development: bool) -> Mailer | None:
    """Return None in production without MAIL_HOST: mails are kept until there is one."""
    if settings.host:
        return SmtpMailer(settings)
    return LogMailer() if in_development else None


def _cut(smtp: smtplib.SMTP) -> None:
    connection = smtp.sock
    if connection is not None:
        with suppress(OSError):  # it has just been closed
            connection.shutdown(socket.SHUT_RDWR)
