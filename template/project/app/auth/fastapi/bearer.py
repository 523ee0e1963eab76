"""Tokens in bodies, for clients that store them and send them in the Authorization header."""

from contextlib import suppress
from typing import Literal

from fastapi import Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from app.auth.errors import InvalidToken
from app.auth.fastapi.extractors import read_bearer
from app.auth.tokens import TokenPair


class RefreshRequest(BaseModel):
    refresh_token: str = Field(repr=False)


class LogoutRequest(BaseModel):
    refresh_token: str | None = Field(default=None, repr=False)


class TokenResponse(BaseModel):
    """RFC 6749, section 5.1; `expires_in` is the lifetime of the access token in seconds.

    Only a login has a device token. Keep it after a logout, and send it with the next login.
    """

    model_config = ConfigDict(from_attributes=True)

    access_token: str = Field(repr=False)
    refresh_token: str = Field(repr=False)
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 -- a name from the RFC
    expires_in: int
    device_token: str | None = Field(default=None, repr=False)


def read_tokens(request: Request, body: LogoutRequest | None) -> list[str]:
    """Return the tokens of the Authorization header and of the body, if they are well-formed."""
    tokens = [body.refresh_token if body else None]
    with suppress(InvalidToken):
        tokens.append(read_bearer(request))
    return [token for token in tokens if token is not None]


def tokens_in_body(pair: TokenPair) -> Response:
    """Respond with the tokens in the body."""
    return JSONResponse(TokenResponse.model_validate(pair).model_dump(exclude_none=True))
