# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Everything that can go wrong, by its public code; HTTP statuses are in `fastapi/errors.py`."""

from typing import ClassVar


class AuthError(Exception):
    """A refusal that is safe to show: `code` is for programs, `message` for people."""

    code: ClassVar[str]
    message: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.message)


class Unauthenticated(AuthError):
    """Nobody is signed in: no token was sent, or the one sent does not count."""

    code = "not_authenticated"
    message = "Sign in to use this."


class InvalidToken(Unauthenticated):
    """The token was not issued by this server, is of the wrong kind, or has expired."""

    code = "invalid_token"
    message = "The token is not valid."


class SessionEnded(InvalidToken):
    """The token is genuine, but its session was revoked, has expired or is gone: sign in again."""

    code = "session_ended"
    message = "The session has ended. Sign in again."


class InvalidCredentials(Unauthenticated):
    """Unknown user, wrong password or disabled account: on purpose the same (ASVS 6.3.8)."""

    code = "invalid_credentials"
    message = "The username, e-mail or password is wrong."


class WrongPassword(AuthError):
    """The current password, which a change of password asks for, is another one."""

    code = "wrong_password"
    message = "The current password is wrong."


class PermissionDenied(AuthError):
    code = "permission_denied"
    message = "This account is not allowed to do this."


# {% if transport != "header" %}
class CrossSiteRequest(AuthError):
    code = "cross_site_request"
    message = "The request comes from another site."


# {% endif %}
class RegistrationClosed(AuthError):
    code = "registration_closed"
    message = "New accounts cannot be registered here."


class EmailTaken(AuthError):
    code = "email_taken"
    message = "An account with this e-mail exists."


class UsernameTaken(AuthError):
    code = "username_taken"
    message = "An account with this username exists."


class UserNotFound(AuthError):
    """Only operators learn this."""

    code = "user_not_found"
    message = "There is no such user."


class SessionNotFound(AuthError):
    code = "session_not_found"
    message = "There is no such session."


class TryLater(AuthError):
    """The caller may try again after `retry_after` seconds."""

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__()
        self.retry_after = retry_after


class LoginThrottled(TryLater):
    code = "login_throttled"
    message = "Too many attempts to sign in to this account. Try again later."


class TooManyRequests(TryLater):
    """The client's address has asked too often, for whichever account."""

    code = "too_many_requests"
    message = "Too many requests from this address. Try again later."


class Unavailable(TryLater):
    """The server cannot answer now."""


class HashingSaturated(Unavailable):
    code = "busy"
    message = "Too many people are signing in. Try again shortly."


class StorageUnavailable(Unavailable):
    code = "unavailable"
    message = "The service is not available. Try again shortly."


class SigningUnavailable(Unavailable):
    """The key that signs access tokens is elsewhere and cannot be reached."""

    code = "unavailable"
    message = "The service is not available. Try again shortly."


class InvalidField(AuthError):
    """A submitted value breaks a rule; `field` is its name, `reason` says which rule."""

    code = "invalid_field"
    message = "A submitted value is not acceptable."

    def __init__(self, field: str, reason: str) -> None:
        super().__init__()
        self.field = field
        self.reason = reason


class UnreadableBody(AuthError):
    code = "unreadable_body"
    message = "The body cannot be read."


class BodyTooLarge(AuthError):
    code = "body_too_large"
    message = "The body is larger than this server accepts."


class NotFound(AuthError):
    code = "not_found"
    message = "There is nothing here."


class MethodNotAllowed(AuthError):
    code = "method_not_allowed"
    message = "This cannot be done here."


class ConcurrentChange(Exception):
    """Another transaction was faster: this one succeeds when it is run again."""


class DuplicateIdentity(Exception):
    """The database refused a new user because another one holds a unique value of it."""


# {% endcall %}
