"""Mails are text, to one recipient, with nothing that a client chose but the address."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path
from string import Template

import pytest

from app.auth.errors import InvalidField
from app.auth.mail.kinds import WITH_TOKEN, MailKind
from app.auth.mail.messages import compose
from app.mailing import TEXTS

LINK = "https://shop.example.com/reset_password#token=" + "a" * 76
VALUES = {"address": "ann@example.com", "link": LINK, "until": "2030-01-01 12:00 UTC"}
SENDER = "Shop <shop@example.com>"


@pytest.mark.parametrize("kind", MailKind)
def test_every_kind_has_a_text(kind: MailKind) -> None:
    """SEC-105."""
    message = compose(TEXTS / f"{kind}.txt", VALUES, sender=SENDER, recipient="ann@example.com")

    assert message["Subject"]
    assert message.get_content_type() == "text/plain"
    assert (LINK in message.get_content()) == (kind in WITH_TOKEN)
    assert (message["To"], message["From"]) == ("ann@example.com", SENDER)
    assert message["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("kind", MailKind)
def test_texts_take_nothing_else(kind: MailKind) -> None:
    """SEC-105: no password, and no name or user agent that a client chose."""
    text = Template((TEXTS / f"{kind}.txt").read_text())

    assert set(text.get_identifiers()) <= set(VALUES)


def test_link_survives_the_encoding_of_a_mail() -> None:
    text = TEXTS / f"{MailKind.RESET_PASSWORD}.txt"
    message = compose(text, VALUES, sender=SENDER, recipient="ann@example.com")

    read = message_from_bytes(message.as_bytes(), policy=default)

    assert LINK in read.get_content().splitlines()


@pytest.mark.parametrize(
    "recipient",
    [
        "ann@example.com\r\nBcc: eve@example.com",
        "ann@example.com\nBcc: eve@example.com",
        "ann@example.com,eve@example.com",
        "ann@example.com;eve@example.com",
        "ann@example.com eve@example.com",
        "ann@example.com\0",
        "eve@evil.example <ann@example.com>",
        "",
    ],
)
def test_address_that_is_not_one_recipient_is_refused(recipient: str) -> None:
    """SEC-103."""
    text = TEXTS / f"{MailKind.RESET_PASSWORD}.txt"

    with pytest.raises(InvalidField):
        compose(text, VALUES, sender=SENDER, recipient=recipient)


def test_line_break_in_a_subject_is_refused(tmp_path: Path) -> None:
    """SEC-103."""
    text = tmp_path / "text.txt"
    text.write_text("For $address\ntext")

    with pytest.raises(ValueError, match=r"newline|linefeed|carriage"):
        compose(text, {"address": "a\r\nBcc: b"}, sender=SENDER, recipient="ann@example.com")


@pytest.mark.parametrize(
    ("address", "recipient"),
    [
        ("ann@m\u00fcnchen.de", "ann@xn--mnchen-3ya.de"),
        ("\u00e4nn@example.com", "\u00e4nn@example.com"),
    ],
)
def test_domain_is_sent_in_ascii(address: str, recipient: str) -> None:
    text = TEXTS / f"{MailKind.ACCOUNT_DELETED}.txt"
    message = compose(text, VALUES, sender=SENDER, recipient=address)

    assert [to.addr_spec for to in message["To"].addresses] == [recipient]
