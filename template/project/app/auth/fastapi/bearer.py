"""Tokens in bodies, for clients that keep them and send them in the Authorization header."""

from typing import Literal

from fastapi import Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from app.auth.tokens import TokenPair


class RefreshRequest(BaseModel):
    refresh_token: str = Field(repr=False)


class TokenResponse(BaseModel):
    """RFC 6749, section 5.1; `expires_in` is the lifetime of the access token in seconds."""

    model_config = ConfigDict(from_attributes=True)

    access_token: str = Field(repr=False)
    refresh_token: str = Field(repr=False)
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 -- a name from the RFC
    expires_in: int


def tokens_in_body(pair: TokenPair) -> Response:
    """Answer with both tokens."""
    return JSONResponse(TokenResponse.model_validate(pair).model_dump())
