# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Public keys of access tokens, for services that verify tokens themselves."""

from datetime import timedelta
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from app.auth.fastapi.state import get_auth

# How long others may cache the keys. Publish a new key at least this long before it signs.
MAX_AGE = timedelta(minutes=5)

router = APIRouter(tags=["auth"])


class PublicKeyResponse(BaseModel):
    """RFC 7517, section 4. It has no fields for members of private keys, so none can leak."""

    kty: Literal["EC", "OKP", "RSA"]
    kid: str
    use: Literal["sig"]
    alg: Literal["EdDSA", "ES256", "RS256"]
    crv: str | None = None
    x: str | None = None
    y: str | None = None
    n: str | None = None
    e: str | None = None


class KeySetResponse(BaseModel):
    keys: list[PublicKeyResponse]


@router.get("/.well-known/jwks.json", response_model_exclude_none=True)
async def public_keys(request: Request, response: Response) -> KeySetResponse:
    """List the keys that verify access tokens: the current one and previous ones."""
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE.seconds}"
    keys = get_auth(request).tools.tokens.public_keys
    return KeySetResponse(keys=[PublicKeyResponse.model_validate(key.jwk) for key in keys])


# {% endcall %}
