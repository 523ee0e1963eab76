# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Your models. The mixins have the columns that authentication needs. Add yours here."""

from sqlalchemy import ForeignKey, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.auth.ext.models import AuthModels, AuthSessionMixin, AuthThrottleMixin, UserMixin
from app.auth.identifiers import UserId
from app.auth.mail.models import AuthMailMixin
from app.auth.totp.models import (
    # {% if "totp" in features %}
    AuthRecoveryCodeMixin,
    AuthTotpMixin,
    # {% endif %}
)

# Every constraint has a name, so that a later migration can change it.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    # {% if database != "mysql" %}
    "pk": "pk_%(table_name)s",
    # {% endif %}
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class User(UserMixin, Base):
    __tablename__ = "users"


class AuthMail(AuthMailMixin, Base):
    __tablename__ = "auth_mail"

    user_id: Mapped[UserId | None] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))


# {% if "totp" in features %}
class AuthRecoveryCode(AuthRecoveryCodeMixin, Base):
    __tablename__ = "auth_recovery_code"

    user_id: Mapped[UserId] = mapped_column(
        ForeignKey(User.id, ondelete="CASCADE"),
        primary_key=True,
    )


# {% endif %}
class AuthSession(AuthSessionMixin, Base):
    __tablename__ = "auth_session"

    user_id: Mapped[UserId] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))


class AuthThrottle(AuthThrottleMixin, Base):
    __tablename__ = "auth_throttle"


# {% if "totp" in features %}
class AuthTotp(AuthTotpMixin, Base):
    __tablename__ = "auth_totp"

    user_id: Mapped[UserId] = mapped_column(
        ForeignKey(User.id, ondelete="CASCADE"),
        primary_key=True,
    )


# {% endif %}
AUTH_MODELS = AuthModels(
    mail=AuthMail,
    # {% if "totp" in features %}
    recovery_code=AuthRecoveryCode,
    # {% endif %}
    session=AuthSession,
    throttle=AuthThrottle,
    # {% if "totp" in features %}
    totp=AuthTotp,
    # {% endif %}
)


class Note(Base):
    """An example. docs/extending.md shows how to delete it."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    # {% if database == "mysql" %}
    #| owner_id: Mapped[UserId] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    # {% else %}
    owner_id: Mapped[UserId] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    # {% endif %}
    text: Mapped[str] = mapped_column(String(2000))


# {% endcall %}
