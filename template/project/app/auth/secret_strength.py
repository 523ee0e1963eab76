"""Refuse secrets that somebody could guess (SEC-84)."""

from pydantic import SecretStr

# RFC 7518, section 3.2: an HMAC key has at least as many bytes as the hash.
MINIMUM_BYTES = {"HS256": 32, "HS384": 48, "HS512": 64}
MINIMUM_DISTINCT_CHARACTERS = 10
PLACEHOLDERS = (
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",  # FastAPI's tutorial
    "change",
    "example",
    "placeholder",
    "replace",
    "secret",
    "your-",
)


def refuse_weak_secret(name: str, value: SecretStr, algorithm: str) -> None:
    """Raise ValueError for a secret that is short, a placeholder, a key file or typed by hand."""
    secret = value.get_secret_value()
    minimum = MINIMUM_BYTES[algorithm]
    lowered = secret.lower()
    if any(placeholder in lowered for placeholder in PLACEHOLDERS):
        raise ValueError(f"{name} is a placeholder: set one from `manage generate-secret`")
    if len(secret.encode()) < minimum:
        raise ValueError(f"{name} is too short: {algorithm} needs at least {minimum} bytes")
    if "-----begin" in lowered or '"kty"' in lowered:
        raise ValueError(f"{name} is a public or private key, but HMAC needs a random secret")
    if len(set(secret)) < MINIMUM_DISTINCT_CHARACTERS:
        raise ValueError(f"{name} repeats a few characters: it must be random")
