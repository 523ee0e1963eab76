"""What a check of the production checklist found."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """A failure should stop a deployment. A warning needs a decision."""

    FINE = "fine"
    WARNING = "warning"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check, with the fix unless the verdict is fine."""

    verdict: Verdict
    text: str


def fine_if(condition: object, text: str, otherwise: str) -> Finding:
    return Finding(Verdict.FINE, text) if condition else Finding(Verdict.WARNING, otherwise)
