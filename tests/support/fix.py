"""A typical release: fixes in modules that teams edit, a dependency, a revision and a test.

It changes the current template, which must contain the anchor texts.
"""

import re
from collections.abc import Collection
from pathlib import Path

from support.editing import edit
from support.templates import gates

BEFORE, AFTER = "1.0.0", "1.1.0"
REVISION = "f27a90c4d815"
REVISION_FILE = f"migrations/versions/{REVISION}_remember_the_device.py"
NEW_TEST_FILE = "tests/auth/fastapi/test_user_agent.py"
DEPENDENCY = "typing-inspection>=0.4"
# The only change that conflicts with `team.SAME_LINE`.
USER_AGENT_LENGTH = "USER_AGENT_LENGTH = 255  # characters, as many as the column keeps"

CHANGES = (
    (
        "app/auth/fastapi/state.py",
        "USER_AGENT_LENGTH = 255  # characters; the rest is cut off",
        USER_AGENT_LENGTH,
    ),
    (
        "app/auth/fastapi/state.py",
        'request.headers.get("user-agent", "")[:USER_AGENT_LENGTH]',
        'request.headers.get("user-agent", "").strip()[:USER_AGENT_LENGTH]',
    ),
    (
        "app/auth/settings.py",
        "hash_queue: int = Field(default=64, ge=0, le=1024)",
        "hash_queue: int = Field(default=64, ge=0, le=4096)",
    ),
    (
        "app/settings.py",
        "# The API documentation shows an attacker every route (ASVS 13.4.5).",
        "# The API documentation shows attackers every route (ASVS 13.4.5).",
    ),
    (
        "app/auth/ext/models.py",
        "    user_agent: Mapped[str | None] = mapped_column(String(255))\n",
        "    user_agent: Mapped[str | None] = mapped_column(String(255))\n"
        "    device: Mapped[str | None] = mapped_column(String(80))\n",
    ),
    (
        "app/models.py",
        "class Base(DeclarativeBase):\n",
        'class Base(DeclarativeBase):\n    """Of all your tables."""\n\n',
    ),
    (
        "app/main.py",
        '"""Application factory."""',
        '"""The factory of the application."""',
    ),
    (
        "app/dependencies.py",
        "from app.models import User\n",
        "from app.models import User\n\n# Commit: at its end a session is rolled back.",
    ),
    (
        "app/routes/notes.py",
        '"""Store a note."""',
        '"""Store a new note."""',
    ),
    (
        "README.md",
        "`tests/routes/test_notes.py` shows how to test a route",
        "`tests/routes/test_notes.py` is an example of how to test a route",
    ),
    (
        "pyproject.toml",
        '    "uvicorn[standard]>=',
        f'    "{DEPENDENCY}",\n    "uvicorn[standard]>=',
    ),
)

ADDING_A_COLUMN = '''"""Remember the device of a session."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{parent}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("auth_session", sa.Column("device", sa.String(80), nullable=True))


def downgrade() -> None:
    op.drop_column("auth_session", "device")
'''

NEW_TEST = '''"""What a client says it is."""

from app.auth.fastapi.state import USER_AGENT_LENGTH


def test_name_of_a_client_is_cut() -> None:
    assert USER_AGENT_LENGTH <= 255
'''


def apply(project: Path) -> None:
    """Apply the release to the source of the template."""
    for file, old, new in CHANGES:
        edit(project / file, old, new)
    add_revision(project)
    (project / NEW_TEST_FILE).write_text(NEW_TEST)


def add_revision(project: Path) -> None:
    """Add the revision below the first revisions of features, which not every render has."""
    of_features = [project / gate for gate in gates() if gate.startswith("migrations/versions/")]
    parent = head(project, besides=of_features)
    for file in of_features:
        file.write_text(file.read_text().replace(f'= "{parent}"', f'= "{REVISION}"'))
    text = ADDING_A_COLUMN.format(revision=REVISION, parent=parent)
    (project / REVISION_FILE).write_text(text)


def head(project: Path, *, besides: Collection[Path] = ()) -> str:
    """Return the newest revision, found without Alembic."""
    files = set((project / "migrations/versions").glob("*.py")).difference(besides)
    texts = [file.read_text() for file in files]
    (newest,) = named("revision", texts) - named("down_revision", texts)
    return newest


def named(variable: str, texts: list[str]) -> set[str]:
    pattern = re.compile(rf'^{variable} = "(?P<id>\w+)"', re.MULTILINE)
    return {found["id"] for text in texts for found in pattern.finditer(text)}


def missing(project: Path) -> list[str]:
    """List the parts of the release that an updated project lacks, unless the team deleted them."""
    lost = [
        f"{file}: {new}"
        for file, _, new in CHANGES
        if (project / file).exists() and new.strip() not in (project / file).read_text()
    ]
    return lost + [name for name in (REVISION_FILE, NEW_TEST_FILE) if not (project / name).exists()]
