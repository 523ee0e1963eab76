# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Columns of the table of mails."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.auth.ext.columns import Instant
from app.auth.identifiers import UserId


class AuthMailMixin:
    """A mail: an entry of the outbox and the record of the token in its link (SEC-91).

    The class of the application adds the foreign key of `user_id` to its user table. A request
    for an address without an account has a row without a user that counts as sent.
    """

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    user_id: Mapped[UserId | None]
    address: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> Any:
        return (
            Index(None, "user_id"),
            Index(None, "expires_at"),
            Index(None, "sent_at", "next_attempt_at"),
            # {% if database == "mysql" %}
            {"mysql_charset": "utf8mb4"},
            # {% endif %}
        )


# {% endcall %}
