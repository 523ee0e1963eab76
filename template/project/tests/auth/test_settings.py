# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Settings that would weaken the authentication prevent startup."""

import secrets
from base64 import b64encode
from collections.abc import Callable

import pytest
from pydantic import ValidationError

from app.auth import setting_types
from app.auth.settings import AuthSettings
from tests.auth.conftest import settings_with
from tests.conftest import SECRET_KEY

NEW_KEY = "9e2b71c4d8305fa6e1947bd2c60fa358"

REFUSED_SECRETS = {
    "empty": "",
    "one byte short": SECRET_KEY[:31],
    "the one of FastAPI's tutorial": (
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7"
    ),
    "change me": "change-me-0123456789-abcdefghijklmnop",
    "change this": "CHANGE THIS 0123456789 abcdefghijklmnop",
    "your secret key": "your-256-bit-key-0123456789-abcdefgh",
    "secret": "my super SECRET 0123456789 abcdefghij",
    "example": "example-0123456789-abcdefghijklmnopq",
    "placeholder": "placeholder-0123456789-abcdefghijklm",
    "replace me": "replace-me-0123456789-abcdefghijklmn",
    "public key": "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n",
    "private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n",
    "JWK": '{"kty": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}',
    "JWK in other letters": '{"k\\u0074y": "oct", "k": "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ"}',
    "SSH key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9vH0Yw8aX2",
    "one character": "a" * 64,
    "one word": "password" * 8,
    "nine characters": "123456789" * 8,
    "ten characters": "0123456789" * 4,
    "alphabet": "abcdefghijklmnopqrstuvwxyz0123456789",
    "repeated letters": "abcdefghij" * 4,
    "word and digits": "passwordpasswordpasswordpassword12345678",
    "words": "correcthorsebatterystaplecorrecthorsebattery",
    "sentence": "The quick brown fox jumps over the lazy dog",
    "words with substitutions": "S3cur3P4ssw0rdF0rMyJwtT0k3nsIn2024!!",
    "long words": "myapplicationsigningkey2024production!!",
    "keyboard walk": "qwertyuiopasdfghjklzxcvbnm1234567890",
    "UUID": "ab8aa26d-cd55-4444-8d94-b4978b245a9a",
    "UUID in capitals": "AB8AA26D-CD55-4444-8D94-B4978B245A9A",
    "random and public": "Q6MKfKGhnWP7kPWWM8iOgCO10q5jVJWIBZ75zFZozhd3O3v9ARL78K0VW4oDxOuf",
}

REFUSED_VALUES: dict[str, dict[str, object]] = {
    "algorithm none": {"algorithm": "none"},
    "algorithm unknown": {"algorithm": "HS1"},
    "algorithm in small letters": {"algorithm": "hs256"},
    "algorithm unsupported": {"algorithm": "ES512"},
    "access tokens without life": {"access_minutes": 0},
    "access tokens with a negative life": {"access_minutes": -15},
    "access tokens of more than a day": {"access_minutes": 24 * 60 + 1},
    "refresh without life": {"refresh_days": 0},
    "refresh with a negative life": {"refresh_days": -1},
    "sessions without life": {"session_days": 0},
    "sessions with a negative life": {"session_days": -1},
    "negative grace": {"refresh_grace_seconds": -1},
    "grace of less than a slow commit": {"refresh_grace_seconds": 14},
    "grace of more than five minutes": {"refresh_grace_seconds": 301},
    "no session": {"max_sessions": 0},
    "no limit": {"limit_login": ""},
    "limit in words": {"limit_register": "ten a minute"},
    "limit of zero": {"limit_refresh": "60/minute;0/hour"},
    "limits in another kind of storage": {"limit_storage": "mongodb://host"},
    "no issuer": {"issuer": ""},
    "no audience": {"audience": ""},
    "passwords of seven characters": {"password_min_length": 7},
    "no room for long passwords": {"password_max_bytes": 255},
    "no bound for passwords": {"password_max_bytes": 4097},
    "no workers": {"hash_workers": 0},
    "negative queue": {"hash_queue": -1},
    "unknown name": {"acces_minutes": 15},
    "text that is not a number": {"access_minutes": "soon"},
    # {% if password_hash == "bcrypt" %}
    "cheap hashes": {"bcrypt_rounds": 9},
    # {% else %}
    #| "hashes with little memory": {"argon2_memory_kib": 19455},
    #| "hashes in one pass": {"argon2_passes": 1},
    # {% endif %}
}


def test_only_the_secret_is_required() -> None:
    settings = AuthSettings.model_validate({"secret_key": SECRET_KEY})

    assert settings.secret_key.get_secret_value() == SECRET_KEY


def test_secret_has_no_default() -> None:
    with pytest.raises(ValidationError, match="secret_key"):
        AuthSettings.model_validate({})


@pytest.mark.parametrize("secret", REFUSED_SECRETS.values(), ids=REFUSED_SECRETS)
def test_weak_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError, match="secret_key"):
        settings_with(secret_key=secret)


@pytest.mark.parametrize("secret", REFUSED_SECRETS.values(), ids=REFUSED_SECRETS)
def test_weak_previous_secret_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError, match="secret_key"):
        settings_with(secret_key_previous=[NEW_KEY, secret])


@pytest.mark.parametrize(
    "word",
    [
        *("Change", "example", "placeholder", "REPLACE", "secret", "your-"),
        "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    ],
)
def test_placeholder_is_refused_in_random_text(word: str) -> None:
    with pytest.raises(ValidationError, match="secret_key is a placeholder"):
        settings_with(secret_key=f"{SECRET_KEY}{word}{NEW_KEY}")


@pytest.mark.parametrize(
    "generate",
    [
        lambda: secrets.token_hex(64),
        lambda: secrets.token_hex(16),
        lambda: secrets.token_urlsafe(32),
        lambda: b64encode(secrets.token_bytes(32)).decode(),
    ],
    ids=["manage generate-secret", "hexadecimal", "Base64 for URLs", "Base64"],
)
def test_random_secret_is_accepted(generate: Callable[[], str]) -> None:
    settings_with(secret_key=generate(), secret_key_previous=[generate() for _ in range(10)])


@pytest.mark.parametrize(("algorithm", "length"), [("HS256", 32), ("HS384", 48), ("HS512", 64)])
def test_secret_must_be_as_long_as_the_hash(algorithm: str, length: int) -> None:
    long_secret = SECRET_KEY * 2

    accepted = settings_with(secret_key=long_secret[:length], algorithm=algorithm)

    assert accepted.algorithm == algorithm
    with pytest.raises(ValidationError, match=f"too short: {algorithm} needs at least {length}"):
        settings_with(secret_key=long_secret[: length - 1], algorithm=algorithm)  # SEC-84


def test_secret_is_measured_in_bytes() -> None:
    secret = "\u00e4\u00f6\u00fc\u00df\u00e9\u00e8\u00ea\u00eb7f1d0c9b8a6e5f43"

    settings = settings_with(secret_key=secret)

    assert len(settings.secret_key.get_secret_value().encode()) == 32


@pytest.mark.parametrize("secret", REFUSED_SECRETS.values(), ids=REFUSED_SECRETS)
def test_refusal_does_not_show_the_secret(secret: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        settings_with(secret_key=secret)

    assert not secret or secret not in str(refusal.value)


def test_settings_do_not_show_their_secrets() -> None:
    settings = settings_with(secret_key_previous=[NEW_KEY])

    assert SECRET_KEY not in repr(settings)
    assert NEW_KEY not in repr(settings)
    assert SECRET_KEY not in settings.model_dump_json()


@pytest.mark.parametrize("changes", REFUSED_VALUES.values(), ids=REFUSED_VALUES)
def test_value_out_of_bounds_is_refused(changes: dict[str, object]) -> None:
    name = next(iter(changes))

    with pytest.raises(ValidationError, match=f"1 validation error for AuthSettings\n{name}\n"):
        settings_with(**changes)


def test_refresh_longer_than_the_session_is_refused() -> None:
    with pytest.raises(ValidationError, match="refresh_days is longer than session_days"):
        settings_with(refresh_days=31)


def test_refresh_as_long_as_the_session_is_accepted() -> None:
    settings = settings_with(refresh_days=30)

    assert settings.idle_lifetime == settings.session_lifetime


def test_several_values_are_separated_by_commas() -> None:
    settings = settings_with(secret_key_previous=f"{NEW_KEY}, {SECRET_KEY},")

    values = [secret.get_secret_value() for secret in settings.secret_key_previous]

    assert values == [NEW_KEY, SECRET_KEY]


def test_empty_text_is_not_a_value() -> None:
    settings = settings_with(secret_key_previous="")

    assert settings.secret_key_previous == ()


def test_redis_is_refused_without_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setting_types, "find_spec", {}.get)

    with pytest.raises(ValidationError, match="run `uv add redis`"):
        settings_with(limit_storage="redis://127.0.0.1:6379/0")


def test_settings_cannot_be_changed_later(auth_settings: AuthSettings) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        auth_settings.access_minutes = 60


# {% endcall %}
