"""Which request is being answered: for log lines, and for answers that people report."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestContext:
    """`id` is made here and never taken from the client; `ip` is the address of the peer."""

    id: str
    ip: str | None = None


NO_REQUEST = RequestContext(id="-")

# Set by the web layer; what runs outside of a request, such as a command, sees NO_REQUEST.
current_request: ContextVar[RequestContext] = ContextVar("current_request", default=NO_REQUEST)
