# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Authentication settings, validated once at startup."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.auth.key_files import KEY_TYPES, library_algorithm, read_private_key, read_public_keys
from app.auth.setting_types import (
    IN_MEMORY,
    MINIMUM_BYTES,
    CommaSeparated,
    # {% if transport != "header" %}
    CookieName,
    # {% endif %}
    Grace,
    LimitStorage,
    Name,
    # {% if transport != "header" %}
    Origin,
    # {% endif %}
    Rates,
    refuse_weak_secret,
)

PREFIX = "/auth"  # of all routes of authentication, and of the page that mails link to


class AuthSettings(BaseModel):
    """Lifetimes are whole numbers in the unit of their name. Secrets have no default.

    Values that contradict each other are rejected.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    # Keys. The current secret signs; previous secrets only verify (SEC-86). With EdDSA, ES256 or
    # RS256, a private key signs access tokens. The secret always signs refresh tokens.
    secret_key: SecretStr
    secret_key_previous: Annotated[tuple[SecretStr, ...], *CommaSeparated] = ()
    algorithm: Literal["HS256", "HS384", "HS512", "EdDSA", "ES256", "RS256"] = "HS256"
    private_key_file: Path | None = None
    public_key_files: Annotated[tuple[Path, ...], *CommaSeparated] = ()
    issuer: Name = "app"
    audience: Name = "app"

    # Lifetimes. A session ends after `refresh_days` without use, and after `session_days` in any
    # case (ASVS 7.3).
    access_minutes: int = Field(default=15, ge=1, le=24 * 60)
    refresh_days: int = Field(default=7, ge=1, le=365)
    session_days: int = Field(default=30, ge=1, le=3650)
    refresh_grace_seconds: Grace = 30
    # Changes of an account need a login that is no older than this (ASVS 7.5.1).
    recent_login_minutes: int = Field(default=15, ge=1, le=24 * 60)
    # Tokens in mails (ASVS 6.4.1).
    verify_hours: int = Field(default=24, ge=1, le=7 * 24)
    reset_minutes: int = Field(default=30, ge=5, le=24 * 60)
    change_email_minutes: int = Field(default=60, ge=5, le=24 * 60)
    # If a user has this many live sessions, a login ends the oldest one (ASVS 7.1.2).
    max_sessions: int = Field(default=50, ge=1, le=1000)

    # Requests of one client address, counted in each process or in a shared Redis (SEC-24).
    limit_login: Rates = "10/minute;100/hour"
    limit_register: Rates = "5/minute;50/hour"
    limit_refresh: Rates = "60/minute"
    limit_mail: Rates = "5/minute;20/hour"
    limit_token: Rates = "20/minute"  # noqa: S105 -- a rate
    limit_storage: LimitStorage = IN_MEMORY

    # {% if transport == "both" %}
    # The accepted transports, and whether a login also sets cookies.
    accept_header: bool = True
    accept_cookie: bool = True
    set_cookie_on_login: bool = True

    # {% endif %}
    # {% if transport != "header" %}
    # Cookies. Secure cookies get the `__Host-` prefix. A maximum age is in seconds; the default is
    # the lifetime of the token.
    cookie_secure: bool = True
    cookie_samesite: Literal["lax", "strict", "none"] = "lax"
    cookie_name_access: CookieName = "access_token"
    cookie_name_refresh: CookieName = "refresh_token"
    cookie_name_device: CookieName = "device_token"
    cookie_max_age_access: int | None = Field(default=None, ge=1)
    cookie_max_age_refresh: int | None = Field(default=None, ge=1)
    trusted_origins: Annotated[tuple[Origin, ...], *CommaSeparated] = ()

    # {% endif %}
    # Accounts and passwords. The minimum is in characters, the maximum in UTF-8 bytes (SEC-4).
    registration_open: bool = True
    require_verified_email: bool = False
    notify_new_sign_in: bool = False
    link_pages: bool = True
    # Domains that are not on the internet (RFC 6761), for development and intranets.
    reserved_email_domains: bool = False
    # NIST SP 800-63B-4 requires 15 characters where the password is the only factor, and 8 where
    # every login needs a second factor (SEC-1).
    password_min_length: int = Field(default=15, ge=8, le=64)
    password_max_bytes: int = Field(default=1024, ge=256, le=4096)

    # {% if "totp" in features %}
    # Second factors: by how many steps of 30 seconds a clock may differ (ASVS 6.5.8), and who must
    # have one.
    totp_drift_steps: int = Field(default=1, ge=0, le=1)
    require_second_factor: Literal["off", "staff", "all"] = "off"

    # {% endif %}
    # Hashing. The lower bounds are those of OWASP (ASVS 11.4.2). The pool is bounded (SEC-29).
    # {% if password_hash == "bcrypt" %}
    bcrypt_rounds: int = Field(default=12, ge=10, le=16)
    # {% else %}
    #| argon2_memory_kib: int = Field(default=19456, ge=19456, le=1048576)
    #| argon2_passes: int = Field(default=2, ge=2, le=16)
    #| argon2_lanes: int = Field(default=1, ge=1, le=16)
    # {% endif %}
    hash_workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=64)
    hash_queue: int = Field(default=64, ge=0, le=1024)

    @property
    def is_asymmetric(self) -> bool:
        """True if a private key signs access tokens."""
        return self.algorithm in KEY_TYPES

    @property
    def needs_signer(self) -> bool:
        """True if the private key is not in a file, so a Signer must be passed in code."""
        return self.is_asymmetric and self.private_key_file is None

    @property
    def secret_keys(self) -> list[bytes]:
        """The current secret, and then the previous ones."""
        secrets = (self.secret_key, *self.secret_key_previous)
        return [secret.get_secret_value().encode() for secret in secrets]

    @property
    def access_lifetime(self) -> timedelta:
        return timedelta(minutes=self.access_minutes)

    @property
    def idle_lifetime(self) -> timedelta:
        return timedelta(days=self.refresh_days)

    @property
    def session_lifetime(self) -> timedelta:
        return timedelta(days=self.session_days)

    @property
    def recent_login(self) -> timedelta:
        return timedelta(minutes=self.recent_login_minutes)

    @property
    def refresh_grace(self) -> timedelta:
        return timedelta(seconds=self.refresh_grace_seconds)

    # {% if transport != "header" %}
    @property
    def access_cookie(self) -> str:
        """The full name of the cookie with the access token."""
        return self._prefixed(self.cookie_name_access)

    @property
    def refresh_cookie(self) -> str:
        """The full name of the cookie with the refresh token."""
        return self._prefixed(self.cookie_name_refresh)

    @property
    def device_cookie(self) -> str:
        """The full name of the cookie with the device token."""
        return self._prefixed(self.cookie_name_device)

    def _prefixed(self, name: str) -> str:
        # With this prefix, browsers reject a cookie that another host or plain HTTP sets.
        plain = name.startswith("__") or not self.cookie_secure
        return name if plain else f"__Host-{name}"

    # {% endif %}

    @field_validator("algorithm")
    @classmethod
    def _refuse_missing_package(cls, value: str) -> str:
        library_algorithm(value)
        return value

    @field_validator("private_key_file")
    @classmethod
    def _refuse_unusable_private_key(cls, value: Path | None, known: ValidationInfo) -> Path | None:
        algorithm = known.data.get("algorithm")
        if value is not None and algorithm in MINIMUM_BYTES:
            raise ValueError(f"{algorithm} signs with the secret key, not with a private key")
        if value is not None and algorithm is not None:
            read_private_key(value, algorithm)
        return value

    @field_validator("public_key_files")
    @classmethod
    def _refuse_unusable_public_keys(
        cls,
        value: tuple[Path, ...],
        known: ValidationInfo,
    ) -> tuple[Path, ...]:
        algorithm = known.data.get("algorithm")
        if value and algorithm in MINIMUM_BYTES:
            raise ValueError(f"{algorithm} verifies with the secret key, not with public keys")
        if algorithm is not None:
            read_public_keys(value, algorithm)
        return value

    @model_validator(mode="after")
    def _refuse_nothing_to_sign_with(self) -> Self:
        # Public keys alone mean that the private key is elsewhere: key_ring.py needs its Signer.
        if self.needs_signer and not self.public_key_files:
            raise ValueError(f"private_key_file is not set, and {self.algorithm} signs with it")
        return self

    @model_validator(mode="after")
    def _refuse_weak_secrets(self) -> Self:
        algorithm = "HS256" if self.is_asymmetric else self.algorithm  # that of refresh tokens
        refuse_weak_secret("secret_key", self.secret_key, algorithm)
        for secret in self.secret_key_previous:
            refuse_weak_secret("secret_key_previous", secret, algorithm)
        return self

    @model_validator(mode="after")
    def _refuse_contradictions(self) -> Self:
        if self.refresh_days > self.session_days:
            raise ValueError("refresh_days is longer than session_days, which ends every session")
        return self

    # {% if transport != "header" %}
    @model_validator(mode="after")
    def _refuse_cookies_that_browsers_drop(self) -> Self:
        names = (self.cookie_name_access, self.cookie_name_refresh, self.cookie_name_device)
        if len({self._prefixed(name) for name in names}) < len(names):
            raise ValueError("two of the cookie names are the same")
        if self.cookie_samesite == "none" and not self.cookie_secure:
            raise ValueError("cookie_samesite=none needs cookie_secure=true")
        prefixed = [name for name in names if name.startswith("__")]
        if prefixed and not self.cookie_secure:
            raise ValueError("a cookie name that begins with __ needs cookie_secure=true")
        if not all(name.startswith(("__Host-", "__Secure-")) for name in prefixed):
            raise ValueError("a cookie name may begin with __ only in __Host- or __Secure-")
        return self

    # {% endif %}
    # {% if transport == "both" %}
    @model_validator(mode="after")
    def _refuse_unusable_transports(self) -> Self:
        if not self.accept_header and not self.accept_cookie:
            raise ValueError("accept_header and accept_cookie are both off: nobody could sign in")
        cookies_wanted = self.set_cookie_on_login and "set_cookie_on_login" in self.model_fields_set
        if cookies_wanted and not self.accept_cookie:
            raise ValueError("set_cookie_on_login is on, but accept_cookie is off")
        if not self.accept_header and not self.set_cookie_on_login:
            raise ValueError(
                "set_cookie_on_login and accept_header are both off: no way to sign in"
            )
        return self

    # {% endif %}


# {% endcall %}
