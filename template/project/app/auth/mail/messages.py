"""Messages from the texts of the application."""

from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from string import Template

import idna

from app.auth.identifiers import check_email


def compose(text: Path, values: Mapping[str, str], *, sender: str, recipient: str) -> EmailMessage:
    """Return a message: the first line of the text is the subject.

    Raise InvalidField for a recipient that is not one address, and ValueError for a line break in
    another header (SEC-103).
    """
    subject, _, body = text.read_text("utf-8").partition("\n")
    name, _, domain = check_email(recipient, reserved=True).rpartition("@")
    message = EmailMessage(policy=SMTP)
    message["Subject"] = Template(subject).substitute(values)
    message["From"] = sender
    # With the domain in ASCII, a server needs SMTPUTF8 only for names in other scripts.
    message["To"] = Address(username=name, domain=idna.encode(domain, uts46=True).decode())
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies
    message.set_content(Template(body.strip()).substitute(values) + "\n")
    return message
