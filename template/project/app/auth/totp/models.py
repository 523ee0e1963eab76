# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Columns of the tables of second factors."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from app.auth.ext.columns import Instant
from app.auth.identifiers import UserId


class AuthTotpMixin:
    """The authenticator of a user, whose seed is encrypted (SEC-119).

    The class of the application adds the foreign key of `user_id` to its user table.
    """

    user_id: Mapped[UserId]
    secret: Mapped[str] = mapped_column(String(64))
    kid: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    last_step: Mapped[int] = mapped_column(BigInteger)
    # {% if database == "mysql" %}

    #| __table_args__ = ({"mysql_charset": "utf8mb4"},)
    # {% endif %}


class AuthRecoveryCodeMixin:
    """A recovery code, as the hash of 120 random bits (SEC-125).

    The class of the application adds the foreign key of `user_id` to its user table.
    """

    user_id: Mapped[UserId]
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    # {% if database == "mysql" %}

    #| __table_args__ = ({"mysql_charset": "utf8mb4"},)
    # {% endif %}


# {% endcall %}
