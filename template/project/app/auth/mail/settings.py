"""Settings of outgoing mail."""

from collections.abc import Iterator
from email.utils import parseaddr
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from app.auth.errors import InvalidField
from app.auth.identifiers import check_email
from app.auth.settings import PREFIX

LINK = "http://127.0.0.1:8000" + PREFIX + "/links/{kind}#token={token}"


def check_sender(value: str) -> str:
    """Raise ValueError unless the value is empty or an address, with or without a name."""
    try:
        if value:
            check_email(parseaddr(value)[1], reserved=True)
    except InvalidField:
        raise ValueError("must look like shop@example.com, or Shop <shop@example.com>") from None
    if not value.isprintable():
        raise ValueError("contains a control character")
    return value


def check_link(value: str) -> str:
    """Raise ValueError unless the token is in the fragment, which no server logs (SEC-101)."""
    before, fragment, after = value.partition("#token={token}")
    if not fragment or after or "{" in before.replace("{kind}", ""):
        raise ValueError("must end with #token={token}, with {kind} before it if you need it")
    return value


class MailSettings(BaseModel):
    """Where mails go out. Without a host nothing is sent.

    `link` is the page that a mail links to, with `{kind}` and `{token}` in it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    sender: Annotated[str, AfterValidator(check_sender)] = ""
    link: Annotated[str, AfterValidator(check_link)] = LINK

    @model_validator(mode="after")
    def _refuse_missing_sender(self) -> Self:
        if self.host and not self.sender:
            raise ValueError("mail_sender is not set: it is the address that mails come from")
        return self

    def insecure_settings(self) -> Iterator[str]:
        """Say what production must not have."""
        if self.host and not self.link.startswith("https://"):
            yield "MAIL_LINK must use https: the page of the link sends the token"
        if self.host and self.security == "none" and self.username:
            yield "MAIL_SECURITY=none would send the password in clear: set starttls"
