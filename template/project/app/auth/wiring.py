# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Assembles the authentication, once per application."""

from dataclasses import dataclass
from typing import TypedDict

from app.auth.address_limits import AddressLimits
from app.auth.administration import Administration
from app.auth.authenticator import Authenticator
from app.auth.clock import Clock, utc_now
from app.auth.events import EventRecorder, EventSink, LoggedEvents
from app.auth.hashing import PasswordContext, PasswordHasher
from app.auth.key_ring import Signer
from app.auth.login_throttle import LoginThrottle
from app.auth.mail.outbox import Mailing, Outbox
from app.auth.protocols import AfterRegister
from app.auth.service import AsyncAuthService
from app.auth.settings import AuthSettings
from app.auth.storage import Storage
from app.auth.tokens import Tokens
from app.auth.toolbox import Toolbox
from app.auth.totp.secret_box import (
    # {% if "totp" in features %}
    SecretBox,
    # {% endif %}
)


class Parts(TypedDict, total=False):
    """What an application or a test can pass to `build_auth`. Each part has a default.

    - `clock` tells the time, in UTC.
    - `password_context` hashes passwords.
    - `event_sink` receives events instead of the logger `app.auth.events`.
    - `signer` replaces the private key file, for example with a KMS.
    - `after_register` is called with each new user after the account is stored.
    - `mailing` has the mail server and the texts. Without it, mails are stored and not sent.
    """

    clock: Clock
    password_context: PasswordContext | None
    event_sink: EventSink | None
    signer: Signer | None
    after_register: AfterRegister | None
    mailing: Mailing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth:
    """The parts that request handlers and commands use."""

    settings: AuthSettings
    tools: Toolbox
    service: AsyncAuthService
    administration: Administration
    authenticator: Authenticator
    limits: AddressLimits

    def close(self) -> None:
        """Stop the threads for hashing and mail."""
        self.tools.hasher.close()
        self.tools.outbox.close()


def build_auth(
    settings: AuthSettings,
    storage: Storage,
    *,
    clock: Clock = utc_now,
    password_context: PasswordContext | None = None,
    event_sink: EventSink | None = None,
    signer: Signer | None = None,
    after_register: AfterRegister | None = None,
    mailing: Mailing | None = None,
) -> Auth:
    """Build the authentication and start its threads; call `close` to stop them."""
    events = EventRecorder(settings, clock, event_sink or LoggedEvents())
    tools = Toolbox(
        settings=settings,
        tokens=Tokens(settings, clock, signer),
        hasher=PasswordHasher(settings, password_context),
        throttle=LoginThrottle(settings, clock),
        transactions=storage.transactions,
        clock=clock,
        events=events,
        outbox=Outbox(settings, mailing or Mailing(), storage.transactions, clock, events),
        # {% if "totp" in features %}
        secret_box=SecretBox(settings),
        # {% endif %}
    )
    return Auth(
        settings=settings,
        tools=tools,
        service=AsyncAuthService(tools, after_register),
        administration=Administration(tools),
        authenticator=Authenticator(tools.tokens, storage.users, clock),
        limits=AddressLimits(settings, clock, tools.events),
    )


# {% endcall %}
