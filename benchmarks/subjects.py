"""What is compared: the renders, the yardsticks written by hand, and the peers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Subject:
    """An application and how it is asked; its loads read their tokens from files of lines."""

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
        """Return a token that counts, or an empty string as long as there is none."""
        if not self.access_tokens.exists():
            return ""
        return self.access_tokens.read_text().partition("\n")[0]
