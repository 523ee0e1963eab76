# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Request and response bodies."""

from datetime import datetime
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from app.auth.errors import InvalidField
from app.auth.identifiers import (
    EMAIL_MAX_LENGTH,
    USERNAME_MAX_LENGTH,
    USERNAME_MIN_LENGTH,
    UserId,
    check_email,
)
from app.auth.protocols import NewUser


def _valid_email(value: str) -> str:
    try:
        return check_email(value, reserved=True)  # the service knows the setting
    except InvalidField as error:
        raise PydanticCustomError("email", "{reason}", {"reason": error.reason}) from None


def _encodable(value: SecretStr) -> SecretStr:
    """Refuse half of a surrogate pair, which is valid in JSON but not in UTF-8."""
    try:
        value.get_secret_value().encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("unicode", "Not valid Unicode text.") from None
    return value


def _is_set(moment: datetime | None) -> bool:
    return moment is not None


Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=EMAIL_MAX_LENGTH),
    Field(json_schema_extra={"format": "email"}, examples=["ann@example.com"]),
    AfterValidator(_valid_email),
]
Username = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=USERNAME_MIN_LENGTH,
        max_length=USERNAME_MAX_LENGTH,
    ),
    Field(examples=["ann"]),
]
Password = Annotated[
    SecretStr,
    AfterValidator(_encodable),
    Field(examples=["a good long passphrase"]),
]


def reveal(password: SecretStr | None) -> str | None:
    """Return the text of a password that may be missing."""
    return None if password is None else password.get_secret_value()


class RegisterRequest(BaseModel):
    email: Email
    username: Username
    password: Password

    def new_user(self) -> NewUser:
        """Return all fields except the password."""
        return NewUser(**self.model_dump(exclude={"password"}))


class LoginRequest(BaseModel):
    username_or_email: str = Field(examples=["ann"])
    password: Password
    # {% if transport != "cookie" %}
    device_token: str | None = Field(default=None, repr=False)
    # {% endif %}


class PasswordChangeRequest(BaseModel):
    """Accounts without a password omit `current_password`, and need a recent login."""

    current_password: Password | None = None
    new_password: Password = Field(examples=["another good long passphrase"])


class UserResponse(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UserId
    email: str
    username: str
    is_active: bool
    is_staff: bool
    is_superuser: bool
    created_at: datetime
    email_verified: Annotated[
        bool,
        Field(validation_alias="email_verified_at"),
        BeforeValidator(_is_set),
    ]


class SessionResponse(BaseModel):
    """A session. `current` marks the session in use, `methods` has values of RFC 8176.

    `ip` and `user_agent` are those of the login, `last_ip` and `last_user_agent` those of the
    last refresh.
    """

    id: str
    created_at: datetime
    authenticated_at: datetime
    methods: list[str]
    last_used_at: datetime
    expires_at: datetime
    ip: str | None
    user_agent: str | None
    last_ip: str | None
    last_user_agent: str | None
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
    """The invalid fields and the reasons, without the submitted values (SEC-77)."""

    detail: list[FieldError]


# {% endcall %}
