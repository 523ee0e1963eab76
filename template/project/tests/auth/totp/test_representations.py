"""The `repr` of an object shows no seed, code or token, as logs may contain it (SEC-13)."""

import pytest

from app.auth.totp import schemas
from app.auth.totp.enrolment import Seed

HIDDEN = "a secret text"
HOLDERS: list[object] = [
    Seed(HIDDEN, HIDDEN),
    schemas.SeedResponse(secret=HIDDEN, uri=HIDDEN),
    schemas.RecoveryCodesResponse(recovery_codes=[HIDDEN]),
    schemas.CodeRequest(code=HIDDEN),
    schemas.SecondStepRequest(token=HIDDEN, code=HIDDEN),
    schemas.SecondFactorChallenge(token=HIDDEN, expires_in=300),
]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_secret_is_not_shown(holder: object) -> None:
    assert HIDDEN not in repr(holder)
