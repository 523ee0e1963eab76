"""The environment of scenarios: renders, databases with users, and subjects."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.plan import Plan
from benchmarks.renders import ROOT, settings
from benchmarks.subjects import Subject


@dataclass(frozen=True)
class Filled:
    """A database with users, and the folder with the files that loads read."""

    database: str
    lines: Path


@dataclass(frozen=True)
class Stage:
    plan: Plan
    folder: Path
    projects: Mapping[str, Path]
    people: Filled
    peers: Sequence[Subject]

    def kit(self, flavour: str, filled: Filled | None = None, name: str = "") -> Subject:
        """Return a render as a subject."""
        source = filled or self.people
        return Subject(
            name=name or flavour,
            application="app.asgi:app",
            folder=self.projects[flavour],
            environment=settings(flavour, source.database),
            me_path="/auth/me",
            access_tokens=source.lines / "access",
            login_path="/auth/login",
            logins=source.lines / "logins",
            refresh_path="/auth/refresh",
            refresh_tokens=source.lines / "refresh",
        )

    def yardstick(self, name: str) -> Subject:
        """Return one of the hand-written applications as a subject."""
        flavour = "sync" if name.endswith("_sync") else "async"
        return Subject(
            name=name,
            application=f"benchmarks.apps.{name}:app",
            folder=ROOT,
            environment=settings(flavour, self.people.database),
            me_path="/me",
            access_tokens=self.people.lines / ("raw" if name.startswith("raw") else "access"),
            refresh_path="/refresh",
            refresh_tokens=self.people.lines / "by_hand",
        )
