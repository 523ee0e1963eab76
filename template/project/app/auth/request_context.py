"""The current request, for log lines and error responses."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestContext:
    """The server creates `id`. `ip` is the address of the client.

    `operator` is the user of the operating system who runs a command.
    """

    id: str
    ip: str | None = None
    operator: str | None = None


NO_REQUEST = RequestContext(id="-")

# The web layer and commands set it. Elsewhere it is NO_REQUEST.
current_request: ContextVar[RequestContext] = ContextVar("current_request", default=NO_REQUEST)
