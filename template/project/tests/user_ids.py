"""IDs of users, for tests that store no user. They have the type `UserId`."""

from app.auth.identifiers import UserId


def user_id(number: int) -> UserId:
    """Return another ID for each number."""
    return number


USER_ID = user_id(7)
