"""Number of rounds and length of each load."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """In each of `rounds`, every subject has one turn: A B A B …. Loads are in seconds."""

    rounds: int
    load: float
    refresh: float
    calm: float
    storm: float
    login: float
    hashing: float
    starts: int
    copies: int
    sizes: tuple[int, ...]


# About fifteen minutes on two cores.
FULL = Plan(
    rounds=2,
    load=2,
    refresh=2,
    calm=5,
    storm=15,
    login=10,
    hashing=2,
    starts=7,
    copies=5,
    sizes=(1_000, 100_000, 1_000_000),
)
# To check that everything runs. The figures are not meaningful.
QUICK = Plan(
    rounds=1,
    load=1,
    refresh=1,
    calm=2,
    storm=5,
    login=2,
    hashing=1,
    starts=2,
    copies=1,
    sizes=(1_000, 10_000),
)
