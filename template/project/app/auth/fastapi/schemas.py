"""What goes over the wire."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_core import PydanticCustomError

from app.auth.errors import InvalidField
from app.auth.identifiers import (
    EMAIL_MAX_LENGTH,
    USERNAME_MAX_LENGTH,
    USERNAME_MIN_LENGTH,
    check_email,
)


def _valid_email(value: str) -> str:
    try:
        return check_email(value)
    except InvalidField as error:
        raise PydanticCustomError("email", "{reason}", {"reason": error.reason}) from None


def _encodable(value: SecretStr) -> SecretStr:
    """Refuse what JSON can spell and UTF-8 cannot: half of a surrogate pair."""
    try:
        value.get_secret_value().encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("unicode", "Not valid Unicode text.") from None
    return value


Email = Annotated[
    str,
    Field(max_length=EMAIL_MAX_LENGTH, json_schema_extra={"format": "email"}),
    AfterValidator(_valid_email),
]
Username = Annotated[str, Field(min_length=USERNAME_MIN_LENGTH, max_length=USERNAME_MAX_LENGTH)]
Password = Annotated[SecretStr, AfterValidator(_encodable)]


class RegisterRequest(BaseModel):
    email: Email
    username: Username
    password: Password


class LoginRequest(BaseModel):
    username_or_email: str
    password: Password


class PasswordChangeRequest(BaseModel):
    current_password: Password
    new_password: Password


class UserResponse(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    email: str
    username: str
    is_active: bool
    is_staff: bool
    is_superuser: bool
    created_at: datetime


class SessionResponse(BaseModel):
    """One login; `current` marks the session that asks."""

    id: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    ip: str | None
    user_agent: str | None
    current: bool


class ErrorDetail(BaseModel):
    code: str
    message: str


class ErrorResponse(BaseModel):
    detail: ErrorDetail


class FieldError(BaseModel):
    type: str
    loc: list[str | int]
    msg: str


class ValidationErrorResponse(BaseModel):
    """Which fields are wrong and why, without what was sent (SEC-77)."""

    detail: list[FieldError]
