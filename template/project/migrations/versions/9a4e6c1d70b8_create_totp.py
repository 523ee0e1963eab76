# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Create the tables of second factors."""

import sqlalchemy as sa
from alembic import op

# A feature's first revision is never rendered again, so its types follow the database.
from app.auth.ext.models import Id

revision = "9a4e6c1d70b8"
down_revision = "5f0c7e91a2d8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "auth_totp",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("kid", sa.String(16), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name="fk_auth_totp_user_id_users",
            ondelete="CASCADE",
        ),
        # {% if database == "mysql" %}
        #| sa.PrimaryKeyConstraint("user_id"),
        #| mysql_charset="utf8mb4",
        # {% else %}
        sa.PrimaryKeyConstraint("user_id", name="pk_auth_totp"),
        # {% endif %}
    )
    op.create_table(
        "auth_recovery_code",
        sa.Column("user_id", Id, nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name="fk_auth_recovery_code_user_id_users",
            ondelete="CASCADE",
        ),
        # {% if database == "mysql" %}
        #| sa.PrimaryKeyConstraint("user_id", "code_hash"),
        #| mysql_charset="utf8mb4",
        # {% else %}
        sa.PrimaryKeyConstraint("user_id", "code_hash", name="pk_auth_recovery_code"),
        # {% endif %}
    )


def downgrade() -> None:
    op.drop_table("auth_recovery_code")
    op.drop_table("auth_totp")


# {% endcall %}
