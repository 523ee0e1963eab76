# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Routes for users to list and end their own sessions (ASVS 7.5.2)."""

from fastapi import APIRouter, Request, status

from app.auth import errors
from app.auth.fastapi.dependencies import CurrentIdentity
from app.auth.fastapi.errors import CREDENTIAL_REFUSED, UNAUTHENTICATED, refusals
from app.auth.fastapi.schemas import SessionResponse
from app.auth.fastapi.state import get_auth

router = APIRouter(prefix="/sessions")


@router.get("", responses=refusals(*UNAUTHENTICATED))
async def list_sessions(identity: CurrentIdentity, request: Request) -> list[SessionResponse]:
    """List where the user is signed in, newest first."""
    sessions = await get_auth(request).service.list_sessions(identity.user)
    return [
        SessionResponse(
            id=session.id,
            created_at=session.created_at,
            authenticated_at=session.authenticated_at,
            methods=list(session.methods),
            last_used_at=session.rotated_at,
            expires_at=session.idle_expires_at,
            ip=session.ip,
            user_agent=session.user_agent,
            last_ip=session.last_ip,
            last_user_agent=session.last_user_agent,
            current=session.id == identity.session_id,
        )
        for session in sessions
    ]


@router.delete(
    "/{session_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=refusals(*CREDENTIAL_REFUSED, errors.SessionNotFound, errors.InvalidField),
)
async def end_session(session_id: str, identity: CurrentIdentity, request: Request) -> None:
    """End one session, which may be the current one."""
    await get_auth(request).service.end_session(identity.user, session_id)


@router.delete("", status_code=status.HTTP_204_NO_CONTENT, responses=refusals(*CREDENTIAL_REFUSED))
async def end_other_sessions(identity: CurrentIdentity, request: Request) -> None:
    """End all sessions but the current one."""
    service = get_auth(request).service
    await service.end_other_sessions(identity.user, identity.session_id)


# {% endcall %}
