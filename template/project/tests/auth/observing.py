"""An event sink that keeps events for inspection."""

from dataclasses import dataclass, field

from app.auth.events import AuthEvent


@dataclass
class SeenEvents:
    """A sink that stores events in a list."""

    events: list[AuthEvent] = field(default_factory=list)

    def emit(self, event: AuthEvent) -> None:
        self.events.append(event)


def recorded(sink: SeenEvents) -> list[tuple[str, str | None]]:
    """Return the name and the reason of each event."""
    return [(event.name, event.reason) for event in sink.events]
