# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The columns that the kit needs; a team's models inherit them and add their own."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Dialect,
    Index,
    # {% if database == "sqlite" %}
    Integer,
    # {% endif %}
    String,
    TypeDecorator,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

# {% if database == "sqlite" %}
Id = Integer  # SQLite counts rows up only in a column of exactly this type
# {% else %}
#| Id = BigInteger
# {% endif %}
# {% if database == "mysql" %}
#| # Compared byte for byte, whatever collation the database has.
#| EmailKey = String(254, collation="utf8mb4_bin")
#| UsernameKey = String(32, collation="utf8mb4_bin")
#| PasswordHash = String(255, collation="utf8mb4_bin")
# {% else %}
EmailKey = String(254)
UsernameKey = String(32)
PasswordHash = String(255)
# {% endif %}


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, kept as milliseconds since 1970: the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // MILLISECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + value * MILLISECOND


class UserMixin:
    """Who may sign in. `email_key` and `username_key` are canonical and unique (SEC-16)."""

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(EmailKey, unique=True)
    username: Mapped[str] = mapped_column(String(32))
    username_key: Mapped[str] = mapped_column(UsernameKey, unique=True)
    password_hash: Mapped[str] = mapped_column(PasswordHash)
    is_active: Mapped[bool] = mapped_column(default=True)
    is_staff: Mapped[bool] = mapped_column(default=False)
    is_superuser: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)

    # {% if database == "sqlite" %}
    # Without it SQLite gives the id of a deleted user to the next one, and its tokens with it.
    __table_args__: Any = ({"sqlite_autoincrement": True},)
    # {% elif database == "mysql" %}
    #| __table_args__: Any = ({"mysql_charset": "utf8mb4"},)
    # {% endif %}


class AuthThrottleMixin:
    """Attempts to sign in, under an HMAC of the identifier that was typed (SEC-22)."""

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    attempts: Mapped[int]
    last_attempt_at: Mapped[datetime] = mapped_column(Instant, index=True)
    blocked_until: Mapped[datetime] = mapped_column(Instant)
    # {% if database == "mysql" %}

    #| __table_args__: Any = ({"mysql_charset": "utf8mb4"},)
    # {% endif %}


class AuthSessionMixin:
    """One login. Nothing in it can be used as a token: tokens are derived with the secret key.

    The team's class adds `user_id`, the foreign key to its own user table.
    """

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[int]
    generation: Mapped[int]
    kid: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(Instant)
    rotated_at: Mapped[datetime] = mapped_column(Instant)
    idle_expires_at: Mapped[datetime] = mapped_column(Instant)
    absolute_expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_reason: Mapped[str | None] = mapped_column(String(32))
    ip: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(255))

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


# {% endcall %}
