# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The collaborators that all flows share."""

from dataclasses import dataclass

from app.auth.clock import Clock
from app.auth.events import EventRecorder
from app.auth.hashing import PasswordHasher
from app.auth.login_throttle import LoginThrottle
from app.auth.mail.outbox import Outbox
from app.auth.protocols import Transactions
from app.auth.settings import AuthSettings
from app.auth.tokens import Tokens
from app.auth.totp.secret_box import (
    # {% if "totp" in features %}
    SecretBox,
    # {% endif %}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolbox:
    settings: AuthSettings
    tokens: Tokens
    hasher: PasswordHasher
    throttle: LoginThrottle
    transactions: Transactions
    clock: Clock
    events: EventRecorder
    outbox: Outbox
    # {% if "totp" in features %}
    secret_box: SecretBox
    # {% endif %}


# {% endcall %}
