"""Keep the events that the kit records, to look at them."""

from dataclasses import dataclass, field

from app.auth.events import AuthEvent


@dataclass
class SeenEvents:
    """A sink that remembers."""

    events: list[AuthEvent] = field(default_factory=list)

    def emit(self, event: AuthEvent) -> None:
        self.events.append(event)
