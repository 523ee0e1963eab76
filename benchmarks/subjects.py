"""Subjects of the benchmarks: renders, hand-written baselines and similar libraries."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Subject:
    """An application and its routes. Loads read one token per line from the files."""

    name: str
    application: str
    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    me_path: str
    access_tokens: Path
    login_path: str = ""
    logins: Path = Path()
    refresh_path: str = ""
    refresh_tokens: Path = Path()

    def first_token(self) -> str:
        """Return a valid token, or an empty string if there is none yet."""
        if not self.access_tokens.exists():
            return ""
        return self.access_tokens.read_text().partition("\n")[0]
