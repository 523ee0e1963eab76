# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Column mixins. The models of the application inherit them and add their own columns."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    # {% if database != "sqlite" %}
    #| BigInteger,
    # {% endif %}
    Index,
    # {% if database == "sqlite" %}
    Integer,
    # {% endif %}
    String,
    event,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.auth.clock import utc_now
from app.auth.ext.columns import Instant, SpaceSeparated
from app.auth.ext.user_keys import derive_keys, forget_proof, key_for
from app.auth.identifiers import UserId
from app.auth.mail.models import AuthMailMixin
from app.auth.totp.models import (
    # {% if "totp" in features %}
    AuthRecoveryCodeMixin,
    AuthTotpMixin,
    # {% endif %}
)

# {% if database == "sqlite" %}
Id = Integer  # AUTOINCREMENT of SQLite needs exactly this type
# {% else %}
#| Id = BigInteger
# {% endif %}
# {% if database == "mysql" %}
#| # Compared byte for byte, whatever the collation of the database.
#| EmailKey = String(254, collation="utf8mb4_bin")
#| UsernameKey = String(32, collation="utf8mb4_bin")
#| PasswordHash = String(255, collation="utf8mb4_bin")
# {% else %}
EmailKey = String(254)
UsernameKey = String(32)
PasswordHash = String(255)
# {% endif %}


class UserMixin:
    """A user. `email_key` and `username_key` are derived and unique (SEC-16)."""

    id: Mapped[UserId] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(EmailKey, unique=True, default=key_for("email"))
    username: Mapped[str] = mapped_column(String(32))
    username_key: Mapped[str] = mapped_column(UsernameKey, unique=True, default=key_for("username"))
    password_hash: Mapped[str] = mapped_column(PasswordHash)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_staff: Mapped[bool] = mapped_column(default=False)
    is_superuser: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    email_verified_at: Mapped[datetime | None] = mapped_column(Instant)

    # {% if database == "sqlite" %}
    # Without it, SQLite gives the id of a deleted user to the next one, and its tokens too.
    __table_args__: Any = ({"sqlite_autoincrement": True},)
    # {% elif database == "mysql" %}
    #| __table_args__: Any = ({"mysql_charset": "utf8mb4"},)
    # {% endif %}


event.listen(UserMixin, "before_insert", derive_keys, propagate=True)
event.listen(UserMixin, "before_update", derive_keys, propagate=True)
event.listen(UserMixin, "before_update", forget_proof, propagate=True)


class AuthThrottleMixin:
    """Login attempts, under keys that do not reveal the account (SEC-22).

    Attempts are forgotten one by one. `forgotten_at` is when the last of them will be.
    """

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    forgotten_at: Mapped[datetime] = mapped_column(Instant, index=True)
    blocked_until: Mapped[datetime] = mapped_column(Instant)
    # {% if database == "mysql" %}

    #| __table_args__: Any = ({"mysql_charset": "utf8mb4"},)
    # {% endif %}


class AuthSessionMixin:
    """One login. No column can be used as a token: tokens are derived with the secret key.

    The class of the application adds the foreign key of `user_id` to its user table.
    """

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[UserId]
    generation: Mapped[int]
    kid: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(Instant)
    authenticated_at: Mapped[datetime] = mapped_column(Instant)
    methods: Mapped[tuple[str, ...]] = mapped_column(SpaceSeparated(64))
    rotated_at: Mapped[datetime] = mapped_column(Instant)
    idle_expires_at: Mapped[datetime] = mapped_column(Instant)
    absolute_expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_reason: Mapped[str | None] = mapped_column(String(32))
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(255))
    last_ip: Mapped[str | None] = mapped_column(String(45))
    last_user_agent: Mapped[str | None] = mapped_column(String(255))

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> Any:
        return (
            Index(None, "user_id", "revoked_at"),
            Index(None, "absolute_expires_at"),
            # {% if database == "mysql" %}
            {"mysql_charset": "utf8mb4"},
            # {% endif %}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthModels:
    """The models that only the authentication uses. The user model belongs to the application."""

    mail: type[AuthMailMixin]
    # {% if "totp" in features %}
    recovery_code: type[AuthRecoveryCodeMixin]
    # {% endif %}
    session: type[AuthSessionMixin]
    throttle: type[AuthThrottleMixin]
    # {% if "totp" in features %}
    totp: type[AuthTotpMixin]
    # {% endif %}


# {% endcall %}
