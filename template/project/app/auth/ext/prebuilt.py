"""The two statements of a refresh, built once: to build them costs more than to send them."""

from functools import cache
from typing import Any

from sqlalchemy import Executable, Update, bindparam, case, inspect, select, update

from app.auth.ext.models import Instant


@cache
def rotation(session_model: Any) -> Update:
    """Step a live session from `old_generation` to `new_generation`, or match no row."""
    columns = session_model.__table__.c
    absolute_end = columns.absolute_expires_at
    now = bindparam("now", type_=Instant)
    idle_end = bindparam("new_idle_end", type_=Instant)
    return (
        update(session_model.__table__)
        .where(
            columns.id == bindparam("session_id"),
            columns.generation == bindparam("old_generation"),
            columns.revoked_at.is_(None),
            columns.idle_expires_at > now,
            absolute_end > now,
        )
        .values(
            generation=bindparam("new_generation"),
            rotated_at=now,
            idle_expires_at=case((absolute_end < idle_end, absolute_end), else_=idle_end),
            kid=bindparam("new_kid"),
        )
    )


@cache
def session_of_active_user(session_model: Any, user_model: Any) -> Executable:
    """Select the session `session_id` as a row, unless its user is disabled or gone."""
    columns = [
        attribute.expression.label(attribute.key)
        for attribute in inspect(session_model).column_attrs
    ]
    return (
        select(*columns)
        .join_from(session_model, user_model, user_model.id == session_model.user_id)
        .where(session_model.id == bindparam("session_id"), user_model.is_active)
    )
