# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Create the tables of users, sessions and login attempts."""

import sqlalchemy as sa
from alembic import op

revision = "c1f4b82d9e60"
down_revision = None
branch_labels = None
depends_on = None

# {% if database == "sqlite" %}
Id = sa.Integer
# {% else %}
#| Id = sa.BigInteger
# {% endif %}
# {% if database == "mysql" %}
#| EmailKey = sa.String(254, collation="utf8mb4_bin")
#| UsernameKey = sa.String(32, collation="utf8mb4_bin")
#| PasswordHash = sa.String(255, collation="utf8mb4_bin")
# {% else %}
EmailKey = sa.String(254)
UsernameKey = sa.String(32)
PasswordHash = sa.String(255)
# {% endif %}


def upgrade() -> None:
    op.create_table(
        "users",
        sa.Column("id", Id(), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("email_key", EmailKey, nullable=False),
        sa.Column("username", sa.String(32), nullable=False),
        sa.Column("username_key", UsernameKey, nullable=False),
        sa.Column("password_hash", PasswordHash, nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_staff", sa.Boolean(), nullable=False),
        sa.Column("is_superuser", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("email_verified_at", sa.BigInteger(), nullable=True),
        # {% if database == "mysql" %}
        #| sa.PrimaryKeyConstraint("id"),
        # {% else %}
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        # {% endif %}
        sa.UniqueConstraint("email_key", name="uq_users_email_key"),
        sa.UniqueConstraint("username_key", name="uq_users_username_key"),
        # {% if database == "sqlite" %}
        sqlite_autoincrement=True,
        # {% elif database == "mysql" %}
        #| mysql_charset="utf8mb4",
        # {% endif %}
    )
    op.create_table(
        "auth_session",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("user_id", Id(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("kid", sa.String(16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("authenticated_at", sa.BigInteger(), nullable=False),
        sa.Column("methods", sa.String(64), nullable=False),
        sa.Column("rotated_at", sa.BigInteger(), nullable=False),
        sa.Column("idle_expires_at", sa.BigInteger(), nullable=False),
        sa.Column("absolute_expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_reason", sa.String(32), nullable=True),
        sa.Column("ip", sa.String(45), nullable=True),
        sa.Column("user_agent", sa.String(255), nullable=True),
        sa.Column("last_ip", sa.String(45), nullable=True),
        sa.Column("last_user_agent", sa.String(255), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name="fk_auth_session_user_id_users",
            ondelete="CASCADE",
        ),
        # {% if database == "mysql" %}
        #| sa.PrimaryKeyConstraint("id"),
        # {% else %}
        sa.PrimaryKeyConstraint("id", name="pk_auth_session"),
        # {% endif %}
        # {% if database == "mysql" %}
        #| mysql_charset="utf8mb4",
        # {% endif %}
    )
    op.create_index(
        "ix_auth_session_user_id_revoked_at",
        "auth_session",
        ["user_id", "revoked_at"],
    )
    op.create_index(
        "ix_auth_session_absolute_expires_at",
        "auth_session",
        ["absolute_expires_at"],
    )

    op.create_table(
        "auth_throttle",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("forgotten_at", sa.BigInteger(), nullable=False),
        sa.Column("blocked_until", sa.BigInteger(), nullable=False),
        # {% if database == "mysql" %}
        #| sa.PrimaryKeyConstraint("key"),
        #| mysql_charset="utf8mb4",
        # {% else %}
        sa.PrimaryKeyConstraint("key", name="pk_auth_throttle"),
        # {% endif %}
    )
    op.create_index("ix_auth_throttle_forgotten_at", "auth_throttle", ["forgotten_at"])


def downgrade() -> None:
    op.drop_table("auth_throttle")
    op.drop_table("auth_session")
    op.drop_table("users")


# {% endcall %}
