# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Read-only users, which belong to no database session."""

from typing import NoReturn, TypeVar, cast

from sqlalchemy.exc import InvalidRequestError

from app.auth.ext.models import UserMixin

U = TypeVar("U", bound=UserMixin)


def read_only(model: type[U]) -> type[U]:
    """Return a subclass of a user model for instances that have only columns, in `__dict__`.

    SQLAlchemy reads `_sa_instance_state` before it writes a column, loads a missing attribute or
    adds the instance to a session, so each of these raises InvalidRequestError.
    """
    members = {
        "__abstract__": True,  # a class without a table
        "__module__": model.__module__,
        "__setattr__": _refuse,
        "_sa_instance_state": property(_refuse),
    }
    return cast(type[U], type(model.__name__, (model,), members))


def _refuse(user: UserMixin, *_: object) -> NoReturn:
    raise InvalidRequestError(
        "The current user is read-only and has only columns, without the password hash. To change "
        "the user, to read a relationship or to refer to the user from another object, load it: "
        f"`user = await session.get_one({type(user).__name__}, current.id)`."
    )


# {% endcall %}
