"""The check of an access token in the yardsticks of the cost of authentication."""

import os
from typing import Any

import jwt
from fastapi import HTTPException, Request
from jwt.types import Options

KEY = os.environ["AUTH_SECRET_KEY"]
CLAIMS: Options = {"require": ["exp", "sub", "sid"]}


def read_claims(request: Request) -> dict[str, Any]:
    """Return the claims of the bearer token. Raise HTTPException if there is no valid one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise HTTPException(401)
    try:
        return jwt.decode(token, KEY, algorithms=["HS256"], options=CLAIMS)
    except jwt.InvalidTokenError:
        raise HTTPException(401) from None
