"""Request bodies of the routes for e-mail and accounts."""

from pydantic import BaseModel, Field

from app.auth.fastapi.schemas import Email, Password, Username


class EmailRequest(BaseModel):
    email: Email


class LinkRequest(BaseModel):
    """The token of a mail. The password is needed unless its user is signed in."""

    token: str = Field(repr=False)
    password: Password | None = None


class PasswordResetRequest(BaseModel):
    token: str = Field(repr=False)
    new_password: Password


class EmailChangeRequest(BaseModel):
    """Accounts without a password omit `current_password`, and need a recent login."""

    new_email: Email
    current_password: Password | None = None


class ProfileRequest(BaseModel):
    username: Username


class DeletionRequest(BaseModel):
    """Accounts without a password omit `current_password`, and need a recent login."""

    current_password: Password | None = None


class ReauthenticationRequest(BaseModel):
    password: Password
