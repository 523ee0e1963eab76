# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Put the parts together over SQLAlchemy, once per application."""

from dataclasses import dataclass

from app.auth.administration import Administration
from app.auth.authenticator import Authenticator
from app.auth.clock import Clock, utc_now
from app.auth.events import EventRecorder, EventSink, LoggedEvents
from app.auth.ext.access import OpenSession, Reader
from app.auth.ext.lookup import SQLAlchemyAsyncUserLookup
from app.auth.ext.models import AuthSessionMixin, AuthThrottleMixin, UserMixin
from app.auth.ext.shared_lookup import SharedUserLookup
from app.auth.ext.transactions import SQLAlchemyAsyncTransactions
from app.auth.hashing import PasswordContext, PasswordHasher
from app.auth.key_ring import Signer
from app.auth.limits import AddressLimits
from app.auth.opening import Opening
from app.auth.password_change import PasswordChange
from app.auth.rotation import Rotation
from app.auth.service import AsyncAuthService
from app.auth.settings import AuthSettings
from app.auth.throttle import LoginThrottle
from app.auth.tokens import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Where accounts live: how a session is opened, where single reads go, and the models.

    `get_session` opens a session as a context manager, which rolls back what was not committed;
    `reader` is an engine in autocommit.
    """

    get_session: OpenSession
    reader: Reader
    user_model: type[UserMixin]
    session_model: type[AuthSessionMixin]
    throttle_model: type[AuthThrottleMixin]


@dataclass(frozen=True, slots=True)
class AuthComponents:
    """What request handlers and commands use."""

    settings: AuthSettings
    service: AsyncAuthService
    administration: Administration
    authenticator: Authenticator
    limits: AddressLimits
    events: EventRecorder
    hasher: PasswordHasher


def build_components(
    settings: AuthSettings,
    storage: Storage,
    *,
    clock: Clock = utc_now,
    password_context: PasswordContext | None = None,
    event_sink: EventSink | None = None,
    signer: Signer | None = None,
) -> AuthComponents:
    """Start the hashing pool too: close `hasher` when the application stops.

    Events go to the log unless another sink is given.
    """
    events = EventRecorder(settings, clock, event_sink or LoggedEvents())
    tokens = Tokens(settings, clock, signer)
    hasher = PasswordHasher(settings, password_context)
    throttle = LoginThrottle(settings, clock)
    transactions = SQLAlchemyAsyncTransactions(
        storage.get_session,
        storage.user_model,
        storage.session_model,
        storage.throttle_model,
    )
    users = SQLAlchemyAsyncUserLookup(
        storage.reader,
        storage.user_model,
        storage.session_model,
    )
    opening = Opening(settings, tokens.kid, hasher, throttle, transactions, clock, events)
    password_change = PasswordChange(settings, hasher, throttle, transactions, clock, events)
    return AuthComponents(
        settings=settings,
        service=AsyncAuthService(
            settings=settings,
            tokens=tokens,
            hasher=hasher,
            opening=opening,
            rotation=Rotation(settings, tokens, transactions, clock, events),
            password_change=password_change,
            transactions=transactions,
            clock=clock,
            events=events,
        ),
        administration=Administration(settings, hasher, transactions, clock, events),
        authenticator=Authenticator(tokens, SharedUserLookup(users.find_all), clock),
        limits=AddressLimits(settings, clock, events),
        events=events,
        hasher=hasher,
    )


# {% endcall %}
