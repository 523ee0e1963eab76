"""All combinations of answers that the template supports."""

from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import yaml

CONCURRENCIES = ("async", "sync")
DATABASES = ("sqlite", "postgresql", "mysql")
TRANSPORTS = ("both", "header", "cookie")
PASSWORD_HASHES = ("bcrypt", "argon2id")
FEATURES = ("totp",)
TESTS = Path(__file__).parents[1]
ASSIGNED = TESTS / "features.yml"
COVERING = TESTS / "covering.yml"


@dataclass(frozen=True)
class Cell:
    """One combination of answers. Its string is the ID in tests and reports."""

    concurrency: str = "async"
    database: str = "sqlite"
    transport: str = "both"
    password_hash: str = "bcrypt"
    features: tuple[str, ...] = ()

    def __str__(self) -> str:
        named = (self.concurrency, self.database, self.transport, self.password_hash)
        return "-".join(filter(None, (*named, "+".join(self.features))))

    @property
    def answers(self) -> dict[str, Any]:
        """The answers as Copier stores them."""
        return {**asdict(self), "features": list(self.features)}

    @property
    def uses_headers(self) -> bool:
        return self.transport != "cookie"

    @property
    def uses_cookies(self) -> bool:
        return self.transport != "header"


def plain(cell: Cell) -> Cell:
    """Return the cell without its features."""
    return replace(cell, features=())


def assigned(cell: Cell) -> Cell:
    """Return the cell with the features that features.yml gives it."""
    return replace(cell, features=tuple(FEATURES_OF[str(plain(cell))]))


FEATURES_OF: dict[str, list[str]] = yaml.safe_load(ASSIGNED.read_text())
CELLS = tuple(
    assigned(Cell(*answers))
    for answers in product(CONCURRENCIES, DATABASES, TRANSPORTS, PASSWORD_HASHES)
)
# Each feature alone, and all together in both flavours: a line may need the company of another.
FEATURE_CELLS = (
    *(Cell(features=(name,)) for name in FEATURES),
    *(Cell(concurrency, features=FEATURES) for concurrency in CONCURRENCIES),
)
# The covering array, whose cells run whole at the default depth.
COVERING_CELLS = tuple(
    assigned(Cell(*name.split("-"))) for name in yaml.safe_load(COVERING.read_text())
)


def cells(**answers: str) -> tuple[Cell, ...]:
    """Return the cells with these answers, for example `cells(transport="both")`."""
    return tuple(cell for cell in CELLS if answers.items() <= cell.answers.items())
