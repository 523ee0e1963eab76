# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Errors and their public codes. `fastapi/errors.py` maps them to HTTP statuses."""

from typing import ClassVar


class AuthError(Exception):
    """An error that clients may see: `code` is for programs, `message` for people."""

    code: ClassVar[str]
    message: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.message)


class Unauthenticated(AuthError):
    """The request has no valid credential."""

    code = "not_authenticated"
    message = "Sign in to use this."


class InvalidToken(Unauthenticated):
    """The token was not issued by this server, has the wrong type, or has expired."""

    code = "invalid_token"
    message = "The token is not valid."


class SessionEnded(InvalidToken):
    """The token is valid, but its session has ended or its user is disabled."""

    code = "session_ended"
    message = "The session has ended. Sign in again."


class InvalidCredentials(Unauthenticated):
    """One error for an unknown user, a wrong password and a disabled account (ASVS 6.3.8)."""

    code = "invalid_credentials"
    message = "The username, e-mail or password is wrong."


class WrongPassword(AuthError):
    """A password change was requested with the wrong current password."""

    code = "wrong_password"
    message = "The current password is wrong."


# {% if "totp" in features %}
class InvalidCode(Unauthenticated):
    """The code of a login is wrong, or was used before."""

    code = "invalid_code"
    message = "The code is wrong, or was used before."


class WrongCode(AuthError):
    """403 and not 401, like a wrong password: the user is signed in."""

    code = "wrong_code"
    message = "The code is wrong, or was used before."


class SecondFactorAsked(AuthError):
    """The login is not finished: `token` and a code of the second factor finish it."""

    code = "second_factor_asked"
    message = "A second factor is required: finish the login at /auth/login."

    def __init__(self, token: str) -> None:
        super().__init__()
        self.token = token


class SecondFactorRequired(AuthError):
    """The account needs a second factor, and the session was opened without one."""

    code = "second_factor_required"
    message = "Set up a second factor first."


class AlreadyEnabled(AuthError):
    code = "already_enabled"
    message = "This account has an authenticator. Remove it first."


# {% endif %}
class RecentLoginRequired(AuthError):
    """403 and not 401, so that clients ask for the password and do not sign out."""

    code = "recent_login_required"
    message = "Confirm your password first: the login is too long ago."


class EmailUnverified(AuthError):
    """Raised only after the right password."""

    code = "email_unverified"
    message = "Verify the e-mail of this account first."


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
    message = "An account with this e-mail already exists."


class UsernameTaken(AuthError):
    code = "username_taken"
    message = "An account with this username already exists."


class AccountConflict(AuthError):
    """A constraint of the application's own columns refuses the account."""

    code = "account_conflict"
    message = "An account with one of these values already exists, or a value is not accepted."


class UserNotFound(AuthError):
    """Raised only by `Administration`."""

    code = "user_not_found"
    message = "There is no such user."


class LastSuperuser(AuthError):
    code = "last_superuser"
    message = "This is the last active superuser. Make another user a superuser first."


class SessionNotFound(AuthError):
    code = "session_not_found"
    message = "There is no such session."


class TryLater(AuthError):
    """The client may try again after `retry_after` seconds."""

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__()
        self.retry_after = retry_after


class LoginThrottled(TryLater):
    code = "login_throttled"
    message = "Too many attempts to sign in to this account. Try again later."


class MailThrottled(TryLater):
    """Counted for addresses without an account too, so it does not reveal whether there is one."""

    code = "mail_throttled"
    message = "Too many mails to this address. Try again later."


class TooManyRequests(TryLater):
    """Too many requests from one client address, whatever the account."""

    code = "too_many_requests"
    message = "Too many requests from this address. Try again later."


class Unavailable(TryLater):
    """A temporary failure of the server."""


class HashingSaturated(Unavailable):
    code = "busy"
    message = "Too many people are signing in. Try again shortly."


class StorageUnavailable(Unavailable):
    code = "unavailable"
    message = "The service is not available. Try again shortly."


class SigningUnavailable(Unavailable):
    """An external signer cannot be reached."""

    code = "unavailable"
    message = "The service is not available. Try again shortly."


class InvalidField(AuthError):
    """A submitted value breaks a rule. `field` is its name, `reason` explains the rule."""

    code = "invalid_field"
    message = "A submitted value is invalid."

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


class HeadersTooLarge(AuthError):
    code = "headers_too_large"
    message = "The URL and the headers are larger than this server accepts."


class NotFound(AuthError):
    code = "not_found"
    message = "There is nothing here."


class MethodNotAllowed(AuthError):
    code = "method_not_allowed"
    message = "This method is not allowed here."


class ConcurrentChange(Exception):
    """A concurrent transaction won. This one may succeed if it is run again."""


class DuplicateIdentity(Exception):
    """The database rejected a new user because a constraint of the table forbids it."""


# {% endcall %}
