"""Every combination of answers that the template renders, listed once."""

from dataclasses import asdict, dataclass
from itertools import product

CONCURRENCIES = ("async", "sync")
DATABASES = ("sqlite", "postgresql", "mysql")
TRANSPORTS = ("both", "header", "cookie")
PASSWORD_HASHES = ("bcrypt", "argon2id")


@dataclass(frozen=True)
class Cell:
    """One combination; as a string it is the id that tests and reports use."""

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


def cells(**answers: str) -> tuple[Cell, ...]:
    """Return the cells that have these answers, e.g. `cells(transport="both")`."""
    return tuple(cell for cell in CELLS if answers.items() <= cell.answers.items())
