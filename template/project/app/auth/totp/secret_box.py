"""Encryption of the seeds of authenticators (ASVS 11.3.2)."""

import secrets
from base64 import urlsafe_b64decode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.auth.identifiers import UserId
from app.auth.keys import SecretKey, base64url, subkey
from app.auth.settings import AuthSettings

NONCE_BYTES = 12  # NIST SP 800-38D, section 8.2.2


class SecretBox:
    """Seals seeds with AES-256-GCM. Each previous secret key opens what it has sealed (SEC-119).

    The user is part of what is authenticated, so a row that is moved to another user stays shut.
    """

    def __init__(self, settings: AuthSettings) -> None:
        self._boxes = {
            SecretKey.for_challenge(secret).kid: AESGCM(subkey(secret, b"totp seeds"))
            for secret in settings.secret_keys
        }
        self.kids = list(self._boxes)
        self.kid = self.kids[0]

    def seal(self, seed: bytes, user_id: UserId) -> str:
        """Return the nonce and the encrypted seed, in 64 characters. The key is that of `kid`."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._boxes[self.kid].encrypt(nonce, seed, _context(user_id))
        return base64url(nonce + sealed)

    def open(self, sealed: str, kid: str, user_id: UserId) -> bytes | None:
        """Return the seed, or None if the key is gone or the row is not one that was sealed."""
        box, content = self._boxes.get(kid), urlsafe_b64decode(sealed)
        if box is None:
            return None
        try:
            return box.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], _context(user_id))
        except InvalidTag:
            return None


def _context(user_id: UserId) -> bytes:
    return f"totp seed of user {user_id}".encode()
