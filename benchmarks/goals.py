"""Goals, most of them ratios within one run, which are reliable on a noisy machine too."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.results import Results

PEERS = ("authx", "fastapi-login", "fastapi-users")


@dataclass(frozen=True)
class Figure:
    """A figure of one subject, or of the best of several subjects in each round."""

    subjects: tuple[str, ...]
    name: str

    def rounds(self, scenario: str, results: Results) -> list[float]:
        series = [results.series(scenario, subject, self.name) for subject in self.subjects]
        return [max(values) for values in zip(*filter(None, series), strict=False)]


@dataclass(frozen=True)
class Goal:
    """A bound for `measured` divided by `yardstick`, or for `measured` alone.

    `floor` is what both contain and neither can save. It is subtracted from both.
    """

    title: str
    scenario: str
    measured: Figure
    yardstick: Figure | None
    bound: float
    at_least: bool
    floor: Figure | None = None

    def reached(self, results: Results) -> float | None:
        """Return the median over all rounds, or None if the figure was not measured."""
        above = self._beyond_floor(self.measured, results)
        if self.yardstick is None:
            return median(above) if above else None
        below = self._beyond_floor(self.yardstick, results)
        ratios = [a / b for a, b in zip(above, below, strict=False) if b]
        return median(ratios) if ratios else None

    def _beyond_floor(self, figure: Figure, results: Results) -> list[float]:
        values = figure.rounds(self.scenario, results)
        if self.floor is None:
            return values
        floors = self.floor.rounds(self.scenario, results)
        return [value - floor for value, floor in zip(values, floors, strict=False)]

    def is_met(self, value: float) -> bool:
        return value >= self.bound if self.at_least else value <= self.bound

    @property
    def aim(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.bound:g}"


def goals(sizes: Sequence[int]) -> list[Goal]:
    """Return all goals. `sizes` are the numbers of users in each table, the smallest first."""
    return [
        *(*_me(), *_cost(), *_login(), *_storm(), *_small(), *_refresh()),
        *(*_start(), *_scale(sizes), *_template()),
    ]


def _at_least(title: str, scenario: str, above: Figure, below: Figure, bound: float) -> Goal:
    return Goal(title, scenario, above, below, bound, at_least=True)


def _at_most(title: str, scenario: str, above: Figure, below: Figure | None, bound: float) -> Goal:
    return Goal(title, scenario, above, below, bound, at_least=False)


def _me() -> list[Goal]:
    rate = "rps_16"
    ours = {flavour: Figure((flavour,), rate) for flavour in ("async", "sync")}
    hand = {"async": Figure(("bare_db",), rate), "sync": Figure(("bare_db_sync",), rate)}
    return [
        _at_least("me over bare_db, async", "me", ours["async"], hand["async"], 1.6),
        _at_least("me over bare_db, sync", "me", ours["sync"], hand["sync"], 1.6),
        _at_least("me over the best peer, async", "me", ours["async"], Figure(PEERS, rate), 2.0),
        _at_least("me over the best peer, sync", "me", ours["sync"], Figure(PEERS, rate), 2.0),
    ]


def _cost() -> list[Goal]:
    def figure(subject: str) -> Figure:
        return Figure((subject,), "cpu_us_16")

    return [
        Goal(
            f"cost of authentication, {flavour}",
            "me",
            figure(flavour),
            figure(raw),
            1.0,
            at_least=False,
            floor=figure("empty"),
        )
        for flavour, raw in (("async", "raw"), ("sync", "raw_sync"))
    ]


def _login() -> list[Goal]:
    return [
        _at_least(
            f"logins over the hash limit, {flavour}",
            "login",
            Figure((flavour,), "logins"),
            Figure((flavour,), "hash_limit"),
            0.95,
        )
        for flavour in ("async", "sync")
    ]


def _storm() -> list[Goal]:
    found = []
    for flavour in ("async", "sync"):

        def figure(name: str, subject: str = flavour) -> Figure:
            return Figure((subject,), name)

        found += [
            _at_most(
                f"p99 of me in the storm over calm, {flavour}",
                "storm",
                figure("p99_ms"),
                figure("calm_p99_ms"),
                3.0,
            ),
            _at_most(f"failures in the storm, {flavour}", "storm", figure("failures"), None, 0),
            _at_most(
                f"peak memory over memory at start, {flavour}",
                "storm",
                figure("peak_mb"),
                figure("start_mb"),
                1.3,
            ),
        ]
    return found


def _small() -> list[Goal]:
    bounds = (
        ("p99 of me in ms", "p99_ms", 200),  # docs/decisions/0031
        ("failures", "failures", 0),
        ("peak memory in MiB", "peak_mb", 256),
    )
    return [
        _at_most(
            f"{words} on a small instance, {flavour}",
            "small instance",
            Figure((flavour,), name),
            None,
            bound,
        )
        for flavour in ("async", "sync")
        for words, name, bound in bounds
    ]


def _refresh() -> list[Goal]:
    pairs = (("async", "by_hand"), ("sync", "by_hand_sync"))
    return [
        _at_least(
            f"refresh over by_hand, {ours}",
            "refresh",
            Figure((ours,), "rps_16"),
            Figure((hand,), "rps_16"),
            0.85,
        )
        for ours, hand in pairs
    ]


def _start() -> list[Goal]:
    pairs = (("async", "bare_db"), ("sync", "bare_db_sync"))
    return [
        _at_most(
            f"cold start over bare_db, {ours}",
            "cold start",
            Figure((ours,), "start_ms"),
            Figure((hand,), "start_ms"),
            1.2,
        )
        for ours, hand in pairs
    ]


def _scale(sizes: Sequence[int]) -> list[Goal]:
    small, large = (f"{size:_} users".replace("_", " ") for size in (sizes[0], sizes[-1]))
    return [
        _at_most(
            f"{route} at {large} over {small}",
            "scale",
            Figure((large,), f"{route}_ms"),
            Figure((small,), f"{route}_ms"),
            1.1,
        )
        for route in ("me", "login", "refresh")
    ]


def _template() -> list[Goal]:
    seconds = "seconds"
    ours, files = Figure(("template",), seconds), Figure(("rendered files",), seconds)
    return [
        _at_most("copier copy over its rendered files", "copy", ours, files, 1.15),
        _at_most(
            "seconds of the rendered tests, async", "tests", Figure(("async",), seconds), None, 15
        ),
        _at_most(
            "seconds of the rendered tests, sync", "tests", Figure(("sync",), seconds), None, 15
        ),
    ]
