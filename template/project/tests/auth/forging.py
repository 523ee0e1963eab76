"""Write tokens by hand, as somebody would who has the key but not this server's manners."""

import base64
import hmac
import json
from typing import Any

from tests.conftest import SECRET_KEY


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(segment: str) -> Any:
    """Return what one segment of a token says."""
    return json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))


def encoded(content: object) -> str:
    """Return the segment that says this, in the compact form that the server writes."""
    return base64url(json.dumps(content, separators=(",", ":")).encode())


def signed(header: str, payload: str) -> str:
    """Join two segments with their signature under the secret of the tests."""
    signature = hmac.digest(SECRET_KEY.encode(), f"{header}.{payload}".encode(), "sha256")
    return f"{header}.{payload}.{base64url(signature)}"
