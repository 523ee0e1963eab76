"""Test users with their own columns."""

from typing import Any

from app.auth.ext.models import UserMixin


class OtherUser(UserMixin):
    """Ignores the columns that only the users of this project have."""

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            if hasattr(type(self), name):
                setattr(self, name, value)
