# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Create the table of mails."""

import sqlalchemy as sa
from alembic import op

revision = "5b7e20d4c9a3"
down_revision = "c1f4b82d9e60"
branch_labels = None
depends_on = None

# {% if database == "sqlite" %}
Id = sa.Integer
# {% else %}
#| Id = sa.BigInteger
# {% endif %}


def upgrade() -> None:
    op.create_table(
        "auth_mail",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("user_id", Id(), nullable=True),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name="fk_auth_mail_user_id_users",
            ondelete="CASCADE",
        ),
        # {% if database == "mysql" %}
        #| sa.PrimaryKeyConstraint("id"),
        #| mysql_charset="utf8mb4",
        # {% else %}
        sa.PrimaryKeyConstraint("id", name="pk_auth_mail"),
        # {% endif %}
    )
    op.create_index("ix_auth_mail_user_id", "auth_mail", ["user_id"])
    op.create_index("ix_auth_mail_expires_at", "auth_mail", ["expires_at"])
    op.create_index(
        "ix_auth_mail_sent_at_next_attempt_at",
        "auth_mail",
        ["sent_at", "next_attempt_at"],
    )


def downgrade() -> None:
    op.drop_table("auth_mail")


# {% endcall %}
