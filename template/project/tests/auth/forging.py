"""Build tokens by hand and sign them with the right key."""

import base64
import hmac
import json
from typing import Any

from tests.conftest import SECRET_KEY


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(segment: str) -> Any:
    """Return the content of one segment of a token."""
    return json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))


def encoded(content: object) -> str:
    """Return a segment with this content, in the compact form that the server writes."""
    return base64url(json.dumps(content, separators=(",", ":")).encode())


def signed(header: str, payload: str) -> str:
    """Return both segments with their signature under the test secret."""
    signature = hmac.digest(SECRET_KEY.encode(), f"{header}.{payload}".encode(), "sha256")
    return f"{header}.{payload}.{base64url(signature)}"
