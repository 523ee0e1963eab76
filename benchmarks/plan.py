"""How long the benchmarks take: how often, and for how many seconds each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """`rounds` are turns of all that is compared, A B A B …; lengths of loads are in seconds."""

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


# Some fifteen minutes on two cores.
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
# To see that everything runs; its figures mean little.
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
