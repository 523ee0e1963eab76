"""Columns of users that follow e-mail and username: the unique keys (SEC-16), and the proof."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import ORMExecuteState, Session

from app.auth.identifiers import identifier_key

KEYS = {"email": "email_key", "username": "username_key"}
FOLLOWING = (*KEYS.items(), ("email", "email_verified_at"))


def key_for(column: str) -> Callable[[Any], str | None]:
    """Return the default of a key column, for rows that are inserted without an object."""

    def derive_key(context: Any) -> str | None:
        try:
            value = context.get_current_parameters()[column]
        except KeyError:
            raise InvalidRequestError(
                f"{KEYS[column]} cannot be derived: pass each {column} as a value, "
                "as in session.execute(insert(User), [{...}, {...}])"
            ) from None
        return identifier_key(value)

    return derive_key


def derive_keys(_mapper: object, _connection: object, user: Any) -> None:
    """Set the keys of an object before each INSERT or UPDATE."""
    for column, key in KEYS.items():
        setattr(user, key, identifier_key(getattr(user, column)))


def forget_proof(_mapper: object, _connection: object, user: Any) -> None:
    """Before an UPDATE of the e-mail, clear the moment at which the former one was verified."""
    changed = inspect(user).attrs
    if changed.email.history.has_changes() and not changed.email_verified_at.history.has_changes():
        user.email_verified_at = None


@event.listens_for(Session, "do_orm_execute")
def refuse_stale_keys(state: ORMExecuteState) -> None:
    """Raise for `update(User).values(email=...)`, which would leave key and proof unchanged."""
    if not state.is_update:
        return
    statement: Any = state.statement
    names = _changed_columns(statement, state.parameters)
    for column, key in FOLLOWING:
        if key in statement.table.c and column in names and key not in names:
            raise InvalidRequestError(
                f"update() does not derive {key}: load the user and assign its {column}, "
                f"or set {key} as well"
            )


def _changed_columns(
    statement: Any,
    parameters: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None,
) -> set[str]:
    many = [parameters or {}] if isinstance(parameters, Mapping | None) else parameters
    given: list[str] = [getattr(column, "key", column) for column in statement._values or ()]
    return {*given, *chain.from_iterable(many)}
