"""Guessable texts: leaked values, words, names, dates, sequences, repetitions, keyboard walks."""

import hashlib
import re
from functools import cache
from pathlib import Path

# The time to estimate grows with the square of the length: 15 ms for this many characters.
MAX_LENGTH = 48
# Repeated characters of other scripts are not collapsed: there are more than 100,000 to guess.
REPETITION = re.compile(r"([\x00-\x7f]+?)\1+")
SHORTEST_WORD = 5  # shorter words occur in random text
SUBSTITUTED = str.maketrans("013457@$", "oleastas")
# Public values that the estimates below miss. Each is 32 bits of its SHA-256, so a random
# text is on the list by chance once in two million times.
LEAKED = Path(__file__).with_name("leaked.txt")


def guesses(text: str) -> float:
    """Estimate how many guesses find a text, or its beginning if it is long."""
    text = text[:MAX_LENGTH].replace("\n", " ")  # zxcvbn fails for digits before a line break
    return min(map(_estimate, {text, REPETITION.sub(r"\1", text)}))


def share_of_words(text: str) -> float:
    """Return how much of a text, or of its beginning, consists of words and names."""
    text = text[:MAX_LENGTH].lower()
    return max(map(_share_of_words, (text, text.translate(SUBSTITUTED))))


def is_leaked(text: str) -> bool:
    """Return True if a text is on the list of leaked passwords and secrets."""
    return fingerprint(text) in _leaked()


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


@cache
def _leaked() -> frozenset[str]:
    return frozenset(LEAKED.read_text().split())


def _share_of_words(text: str) -> float:
    from zxcvbn import matching

    covered: set[int] = set()
    for match in matching.dictionary_match(text):
        if len(match["token"]) >= SHORTEST_WORD and match["token"].isalpha():
            covered.update(range(match["i"], match["j"] + 1))
    return len(covered) / len(text)


def _estimate(text: str) -> float:
    # Imported in the function because loading the word lists takes a tenth of a second. `zxcvbn()`
    # also looks for substituted characters, which can take seconds for hostile input.
    from zxcvbn import matching, scoring

    matchers = (
        matching.dictionary_match,
        matching.reverse_dictionary_match,
        matching.spatial_match,
        matching.sequence_match,
        matching.date_match,
    )
    matches = [match for matcher in matchers for match in matcher(text)]
    return float(scoring.most_guessable_match_sequence(text, matches)["guesses"])
