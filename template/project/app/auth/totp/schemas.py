"""Request and response bodies of second factors."""

from pydantic import BaseModel, ConfigDict, Field

from app.auth.totp.protocols import Factor


class SecondFactorChallenge(BaseModel):
    """`token` and a code finish the login within `expires_in` seconds."""

    token: str = Field(repr=False)
    methods: list[Factor] = list(Factor)
    expires_in: int


class SecondFactorResponse(BaseModel):
    """The user is not signed in yet: the login asks for a second factor."""

    second_factor: SecondFactorChallenge


class SecondStepRequest(BaseModel):
    """The token of a login, and a code."""

    token: str = Field(repr=False)
    code: str = Field(repr=False, examples=["123456"])


class CodeRequest(BaseModel):
    code: str = Field(repr=False, examples=["123456"])


class SeedResponse(BaseModel):
    """A seed in base32, and the URI that a client shows as a QR code."""

    model_config = ConfigDict(from_attributes=True)

    secret: str = Field(repr=False)
    uri: str = Field(repr=False)


class RecoveryCodesResponse(BaseModel):
    """Each code finishes one login. They are shown only once."""

    recovery_codes: list[str] = Field(repr=False)


class FactorsResponse(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    totp: bool
    recovery_codes_left: int
