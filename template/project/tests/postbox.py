"""A mail server for tests."""

import re
from email.message import EmailMessage

TOKEN = re.compile(r"#token=(\S+)")


class Postbox:
    """Keeps the mails that it is handed, or refuses them."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.is_down = False

    def send(self, message: EmailMessage) -> None:
        if self.is_down:
            raise ConnectionRefusedError("nobody listens")
        self.messages.append(message)

    def texts_to(self, address: str) -> list[str]:
        """Return the texts of the mails to an address, the oldest first."""
        return [text_of(message) for message in self.messages if message["To"] == address]

    def subjects_to(self, address: str) -> list[str]:
        return [message["Subject"] for message in self.messages if message["To"] == address]

    def token_to(self, address: str) -> str:
        """Return the token in the newest mail with a link to an address."""
        return self.tokens_to(address)[-1]

    def tokens_to(self, address: str) -> list[str]:
        return [found[1] for text in self.texts_to(address) if (found := TOKEN.search(text))]


def text_of(message: EmailMessage) -> str:
    text: str = message.get_content()
    return text
