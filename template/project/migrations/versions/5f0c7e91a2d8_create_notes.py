# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Create the table of notes, the example resource."""

import sqlalchemy as sa
from alembic import op

revision = "5f0c7e91a2d8"
down_revision = "5b7e20d4c9a3"
branch_labels = None
depends_on = None

# {% if database == "sqlite" %}
UserId = sa.Integer
# {% else %}
#| UserId = sa.BigInteger
# {% endif %}


def upgrade() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", UserId(), nullable=False),
        sa.Column("text", sa.String(2000), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["users.id"],
            name="fk_notes_owner_id_users",
            ondelete="CASCADE",
        ),
        # {% if database == "mysql" %}
        #| sa.PrimaryKeyConstraint("id"),
        # {% else %}
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        # {% endif %}
    )
    # {% if database != "mysql" %}
    op.create_index("ix_notes_owner_id", "notes", ["owner_id"])
    # {% endif %}


def downgrade() -> None:
    op.drop_table("notes")


# {% endcall %}
