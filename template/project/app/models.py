"""Your tables. The kit's columns come from its mixins; add yours here."""

from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.auth.ext.models import AuthSessionMixin, AuthThrottleMixin, UserMixin

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


class AuthSession(AuthSessionMixin, Base):
    __tablename__ = "auth_session"

    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))


class AuthThrottle(AuthThrottleMixin, Base):
    __tablename__ = "auth_throttle"
