"""Users who must have a second factor."""

from fastapi.requests import HTTPConnection

from app.auth.authenticator import Identity
from app.auth.errors import SecondFactorRequired
from app.auth.settings import AuthSettings
from app.auth.totp.codes import OTP


async def before_enrolment(connection: HTTPConnection) -> None:
    """Let users use a route before they have the second factor that they must have."""
    connection.state.is_before_enrolment = True


def require_second_factor(
    connection: HTTPConnection,
    identity: Identity,
    settings: AuthSettings,
) -> None:
    """Raise SecondFactorRequired if the login had no second factor, and its user must have one."""
    user, required = identity.user, settings.require_second_factor
    is_privileged = user.is_staff or user.is_superuser
    applies = required == "all" or (required == "staff" and is_privileged)
    is_exempt = getattr(connection.state, "is_before_enrolment", False)
    if applies and OTP not in identity.methods and not is_exempt:
        raise SecondFactorRequired
