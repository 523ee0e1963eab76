"""Tokens of mails: bound to a kind and a row, and underivable without the key."""

from functools import reduce
from operator import and_, or_

import pytest

from app.auth.errors import InvalidToken
from app.auth.mail.kinds import WITH_TOKEN, MailKind, MailTokens, lifetime, new_mail_id
from tests.auth.conftest import settings_with
from tests.steps import tampered

MAIL_ID = new_mail_id()
OTHER_SECRET = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
RESET = MailKind.RESET_PASSWORD


@pytest.fixture
def tokens() -> MailTokens:
    return MailTokens(settings_with())


@pytest.mark.parametrize("kind", WITH_TOKEN)
def test_token_names_its_row(tokens: MailTokens, kind: MailKind) -> None:
    token = tokens.issue(MAIL_ID, kind)

    assert tokens.read(token, kind) == MAIL_ID
    assert len(token) == 76


@pytest.mark.parametrize("kind", WITH_TOKEN)
def test_token_is_refused_for_every_other_kind(tokens: MailTokens, kind: MailKind) -> None:
    """SEC-92."""
    token = tokens.issue(MAIL_ID, kind)

    for other in set(MailKind) - {kind}:
        with pytest.raises(InvalidToken):
            tokens.read(token, other)


def malformed(token: str) -> dict[str, str]:
    return {
        "empty": "",
        "an id alone": MAIL_ID,
        "a wrong signature": tampered(token),
        "another row": "f" * 32 + token[32:],
        "a line break at the end": token + "\n",
        "a space before it": " " + token,
        "in upper case": token.upper(),
        "too long": token + "A",
        "too short": token[:-1],
        "padded": token + "=",
        "not ASCII": token[:-1] + "\u00e4",
        "a lone surrogate": token[:-1] + "\ud800",
        "a NUL": token[:-1] + "\0",
    }


@pytest.mark.parametrize("fault", malformed("a.b"))
def test_forged_token_is_refused(tokens: MailTokens, fault: str) -> None:
    """SEC-96."""
    with pytest.raises(InvalidToken):
        tokens.read(malformed(tokens.issue(MAIL_ID, RESET))[fault], RESET)


def test_token_of_a_previous_secret_is_accepted(tokens: MailTokens) -> None:
    old = MailTokens(settings_with(secret_key=OTHER_SECRET)).issue(MAIL_ID, RESET)

    rotated = MailTokens(settings_with(secret_key_previous=(OTHER_SECRET,)))
    assert rotated.read(old, RESET) == MAIL_ID
    assert rotated.issue(MAIL_ID, RESET) == tokens.issue(MAIL_ID, RESET)
    with pytest.raises(InvalidToken):
        tokens.read(old, RESET)


def test_ids_have_128_random_bits() -> None:
    """SEC-91."""
    ids = {int(new_mail_id(), 16) for _ in range(1000)}

    assert len(ids) == 1000
    # Each bit is set in some of them, and not in others.
    assert (reduce(or_, ids), reduce(and_, ids)) == (2**128 - 1, 0)


def test_lifetimes_are_settings() -> None:
    """SEC-94."""
    settings = settings_with(verify_hours=24, reset_minutes=30, change_email_minutes=60)
    minutes = [lifetime(kind, settings).total_seconds() / 60 for kind in WITH_TOKEN]

    assert minutes == [24 * 60, 30, 60]
