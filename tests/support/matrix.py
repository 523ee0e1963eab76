"""All combinations of answers that the template supports."""

from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import yaml

CONCURRENCIES = ("async", "sync")
DATABASES = ("sqlite", "postgresql", "mysql")
TRANSPORTS = ("both", "header", "cookie")
PASSWORD_HASHES = ("bcrypt", "argon2id")
COVERING = Path(__file__).parents[1] / "covering.yml"


@dataclass(frozen=True)
class Cell:
    """One combination of answers. Its string is the ID in tests and reports."""

    concurrency: str = "async"
    database: str = "sqlite"
    transport: str = "both"
    password_hash: str = "bcrypt"

    def __str__(self) -> str:
        return "-".join(self.answers.values())

    @property
    def answers(self) -> dict[str, str]:
        return asdict(self)

    @property
    def uses_headers(self) -> bool:
        return self.transport != "cookie"

    @property
    def uses_cookies(self) -> bool:
        return self.transport != "header"


CELLS = tuple(
    Cell(*answers) for answers in product(CONCURRENCIES, DATABASES, TRANSPORTS, PASSWORD_HASHES)
)
# The covering array, whose cells run whole at the default depth.
COVERING_CELLS = tuple(Cell(*name.split("-")) for name in yaml.safe_load(COVERING.read_text()))


def cells(**answers: str) -> tuple[Cell, ...]:
    """Return the cells with these answers, for example `cells(transport="both")`."""
    return tuple(cell for cell in CELLS if answers.items() <= cell.answers.items())
