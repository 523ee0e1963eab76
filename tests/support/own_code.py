"""Files that only the team owns: a router, its tests and a revision."""

# Code for an async project.
FILES = {
    "app/routes/profile.py": '''"""What users say about themselves."""

from fastapi import APIRouter

from app.dependencies import CurrentUser, Name, SessionDep
from app.models import User

router = APIRouter(tags=["profile"])


@router.put("/profile/name", status_code=204)
async def rename(name: Name, current: CurrentUser, session: SessionDep) -> None:
    """Change the name that others see."""
    user = await session.get_one(User, current.id)
    user.display_name = name
    await session.commit()
''',
    "tests/routes/test_profile.py": '''"""Users say who they are, and strangers do not."""

from httpx2 import AsyncClient

from app.database import Database
from app.models import User
from tests.steps import rows_of


async def test_name_is_kept(signed_in_client: AsyncClient, database: Database) -> None:
    response = await signed_in_client.put("/profile/name", json={"name": "Ann A."})

    users = await rows_of(database, User)
    assert response.status_code == 204
    assert [user.display_name for user in users] == ["Ann A."]


async def test_stranger_changes_no_name(client: AsyncClient) -> None:
    response = await client.put("/profile/name", json={"name": "Ann A."})

    assert response.status_code == 401
''',
}

ADDING_A_COLUMN = '''"""Give users a display name."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{parent}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("display_name", sa.String(80), nullable=True))


def downgrade() -> None:
    op.drop_column("users", "display_name")
'''
