# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The public keys of access tokens, for services that verify them on their own."""

from datetime import timedelta
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from app.auth.fastapi.state import components_of

# How long others may keep the keys: a new one is published at least as long before it signs.
MAX_AGE = timedelta(minutes=5)

router = APIRouter(tags=["auth"])


class PublicKeyResponse(BaseModel):
    """RFC 7517, section 4. Members of private keys have no place here, so none can slip out."""

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
    """List the keys that verify access tokens: the one that signs, and earlier ones."""
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE.seconds}"
    keys = components_of(request).service.tokens.public_keys
    return KeySetResponse(keys=[PublicKeyResponse.model_validate(key.jwk) for key in keys])


# {% endcall %}
