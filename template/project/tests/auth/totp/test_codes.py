"""Codes of authenticators, and recovery codes."""

import hashlib
from datetime import UTC, datetime

import pytest

from app.auth.totp.codes import (
    ALPHABET,
    encode_seed,
    find_step,
    hash_recovery_code,
    new_recovery_codes,
    new_seed,
)

# RFC 6238, appendix B. The codes there have eight digits, of which these are the last six.
SEED = b"12345678901234567890"
VECTORS = {
    59: "287082",
    1111111109: "081804",
    1111111111: "050471",
    1234567890: "005924",
    2000000000: "279037",
    20000000000: "353130",
}
CODE = "279037"
STEP = 2000000000 // 30
RECOVERY_CODE = "0A1B2C-3D4E5F-6G7H8J-9KMNPQ"


def at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items(), ids=str)
def test_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    assert find_step(SEED, code, at(seconds), drift=0) == seconds // 30


@pytest.mark.parametrize(
    ("steps", "drift", "found"),
    [
        *((-2, 1, False), (-1, 1, True), (0, 1, True), (1, 1, True), (2, 1, False)),
        *((-1, 0, False), (0, 0, True), (1, 0, False)),
    ],
)
def test_clock_may_differ_by_the_drift(steps: int, drift: int, found: bool) -> None:
    """SEC-121."""
    now = at((STEP - steps) * 30)

    assert find_step(SEED, CODE, now, drift=drift) == (STEP if found else None)


@pytest.mark.parametrize(
    "code",
    [
        *("", "27903", "2790371", "279037\n", " 279037", "279 037", "-79037", "27903a"),
        *("\uff12\uff17\uff19\uff10\uff13\uff17", "27903\0", "27903\ud800", "9" * 100_000),
    ],
)
def test_other_form_is_a_wrong_code(code: str) -> None:
    assert find_step(SEED, code, at(2000000000), drift=1) is None


def test_seeds_are_random_and_as_long_as_the_hash() -> None:
    """SEC-119: 160 bits."""
    seeds = {new_seed() for _ in range(100)}

    assert (len(seeds), {len(seed) for seed in seeds}) == (100, {20})
    assert encode_seed(SEED) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


def test_recovery_codes_are_random_and_have_120_bits() -> None:
    """SEC-125."""
    codes = [code for _ in range(10) for code in new_recovery_codes()]

    assert len(set(codes)) == 100
    assert {tuple(map(len, code.split("-"))) for code in codes} == {(6, 6, 6, 6)}
    assert set("".join(codes)) == {*ALPHABET, "-"}
    assert len(ALPHABET) == 32


@pytest.mark.parametrize(
    "typed",
    [
        *(RECOVERY_CODE.lower(), RECOVERY_CODE.replace("-", ""), RECOVERY_CODE.replace("-", " ")),
        *(RECOVERY_CODE.replace("0", "O").replace("1", "l"), RECOVERY_CODE.replace("1", "i")),
    ],
)
def test_recovery_code_may_be_typed_in_several_ways(typed: str) -> None:
    normal = RECOVERY_CODE.replace("-", "")

    assert hash_recovery_code(typed) == hashlib.sha256(normal.encode()).hexdigest()


@pytest.mark.parametrize(
    "typed",
    [
        *("", "123456", RECOVERY_CODE[:-1], f"{RECOVERY_CODE}0", RECOVERY_CODE.replace("Q", "U")),
        *(RECOVERY_CODE.replace("Q", "\n"), RECOVERY_CODE.replace("Q", "\ud800"), "0" * 100_000),
    ],
)
def test_other_form_is_no_recovery_code(typed: str) -> None:
    assert hash_recovery_code(typed) is None
