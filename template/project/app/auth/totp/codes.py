"""Codes of authenticators (RFC 6238), and recovery codes."""

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime

from pyotp.totp import TOTP

OTP = "otp"  # the method of a session that either kind of code has proved (RFC 8176)
SEED_BYTES = 20  # RFC 4226, section 4
STEP_SECONDS = 30
CODE = re.compile(r"[0-9]{6}")
# Crockford's alphabet. People read its digits 0 and 1 as the letters that it lacks.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NORMAL_FORM = str.maketrans("ILO", "110", "- ")
# 4 groups of 6 characters are 120 bits, so a fast hash is enough (ASVS 6.5.2).
GROUPS = 4
GROUP_LENGTH = 6
RECOVERY_CODE = re.compile(f"[{ALPHABET}]+")
RECOVERY_CODES = 10


def new_seed() -> bytes:
    return secrets.token_bytes(SEED_BYTES)


def encode_seed(seed: bytes) -> str:
    """Return a seed in base32, the form that authenticators accept."""
    return base64.b32encode(seed).decode()


def authenticator_uri(seed: bytes, *, account: str, issuer: str) -> str:
    """Return the `otpauth://` URI that a client shows as a QR code."""
    return TOTP(encode_seed(seed)).provisioning_uri(name=account, issuer_name=issuer)


def find_step(seed: bytes, code: str, now: datetime, *, drift: int) -> int | None:
    """Return the newest step of 30 seconds with this code, at most `drift` steps from now.

    The form is checked first, because only ASCII text can be compared in constant time.
    """
    if not CODE.fullmatch(code):
        return None
    current, totp = int(now.timestamp()) // STEP_SECONDS, TOTP(encode_seed(seed))
    steps = range(current - drift, current + drift + 1)
    found = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), code)]
    return max(found, default=None)


def new_recovery_codes() -> list[str]:
    return ["-".join(_new_group() for _ in range(GROUPS)) for _ in range(RECOVERY_CODES)]


def hash_recovery_code(code: str) -> str | None:
    """Return what is stored of a code, however it is typed, or None for another form."""
    normal = code.upper().translate(NORMAL_FORM)
    if len(normal) != GROUPS * GROUP_LENGTH or not RECOVERY_CODE.fullmatch(normal):
        return None
    return hashlib.sha256(normal.encode()).hexdigest()


def _new_group() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH))
