# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""What a route may ask of whoever calls it."""

# {% if concurrency == "sync" %}
#| # These are async although they await nothing: FastAPI would run a plain def in another thread.
# {% endif %}
from app.auth.errors import PermissionDenied
from app.auth.fastapi.dependencies import CurrentIdentity
from app.auth.protocols import UserProtocol


async def current_user(identity: CurrentIdentity) -> UserProtocol:
    """Return the user who is signed in, as a read-only row of the user table."""
    return identity.user


async def current_staff(identity: CurrentIdentity) -> UserProtocol:
    """Return the user if they are staff, or a superuser. Raise PermissionDenied."""
    if not (identity.user.is_staff or identity.user.is_superuser):
        raise PermissionDenied
    return identity.user


async def current_superuser(identity: CurrentIdentity) -> UserProtocol:
    """Return the user if they are a superuser. Raise PermissionDenied."""
    if not identity.user.is_superuser:
        raise PermissionDenied
    return identity.user


# {% endcall %}
