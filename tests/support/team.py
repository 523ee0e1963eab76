"""Typical edits of a team, which an update must preserve."""

from pathlib import Path

from support import own_code
from support.editing import edit
from support.fix import head
from support.matrix import Cell
from support.source import token_table

REVISION = "3d1b6f08a2c7"
REVISION_FILE = f"migrations/versions/{REVISION}_display_name.py"
COLUMN = "    display_name: Mapped[str | None] = mapped_column(String(80))"
REFUSAL = (
    '    if body.username_or_email.endswith("@retired.example"):\n'
    "        raise errors.InvalidCredentials\n"
)
DELETED = ("app/routes/notes.py", "tests/routes/test_notes.py")

# Edits of the template's files, each with the text before and after.
EDITS = (
    ("app/models.py", '"users"\n', f'"users"\n\n{COLUMN}\n'),
    (
        "app/auth/fastapi/login.py",
        "    pair = await auth.service.login(\n",
        f"{REFUSAL}    pair = await auth.service.login(\n",
    ),
    (
        "app/auth/settings.py",
        "access_minutes: int = Field(default=15,",
        "access_minutes: int = Field(default=5,",
    ),
    (".env.example", "#AUTH_ACCESS_MINUTES=15\n", "#AUTH_ACCESS_MINUTES=5\n"),
    (
        "app/settings.py",
        "    # Add your own settings here. Updates add none in this place.\n",
        "    # Add your own settings here. Updates add none in this place.\n"
        "    items_per_page: int = Field(default=20, ge=1)\n",
    ),
    (
        "app/main.py",
        "from app.routes import health, notes, start\n",
        "from app.routes import health, profile, start\n",
    ),
    ("app/main.py", "app.include_router(notes.router)", "app.include_router(profile.router)"),
    (
        "app/dependencies.py",
        "CurrentSuperuser = Annotated[User, Depends(current_superuser)]\n",
        "CurrentSuperuser = Annotated[User, Depends(current_superuser)]\n"
        "Name = Annotated[str, Body(embed=True, max_length=80)]\n",
    ),
    ("app/dependencies.py", "from fastapi import Depends\n", "from fastapi import Body, Depends\n"),
    ("pyproject.toml", '    "typer>=', '    "structlog>=25.5",\n    "typer>='),
    (
        "README.md",
        "A FastAPI application with authentication built in:",
        "The back end of our shop.\n\nA FastAPI application with authentication built in:",
    ),
    (
        "docs/routes.md",
        "| `POST /notes` | `text` | 201 and the note |",
        "| `PUT /profile/name` | `name` | 204 |",
    ),
)

# Not part of the edits: a line that the fix also changes.
SAME_LINE = "USER_AGENT_LENGTH = 120  # our reports have narrow columns"


def work_on(project: Path, cell: Cell) -> None:
    """Edit a fresh render as teams do."""
    for file, old, new in EDITS:
        edit(project / file, flavoured(old, cell), flavoured(new, cell))
    text = own_code.ADDING_A_COLUMN.format(revision=REVISION, parent=head(project))
    (project / REVISION_FILE).write_text(text)
    write_own_code(project, cell)
    for file in DELETED:
        (project / file).unlink()
    with (project / ".env").open("a") as settings:
        settings.write("AUTH_ACCESS_MINUTES=10\n")


def write_own_code(project: Path, cell: Cell) -> None:
    """Write the team's own files in the flavour of the cell."""
    for file, text in own_code.FILES.items():
        (project / file).write_text(flavoured(text, cell))


def edit_again(project: Path, file: str, cell: Cell) -> None:
    """Repeat the team's edits of one file, like a developer who resolves a conflict by hand."""
    for edited, old, new in EDITS:
        if edited == file:
            edit(project / file, flavoured(old, cell), flavoured(new, cell))


def missing(project: Path) -> list[str]:
    """List the team's edits that an update removed, and its deletions that the update restored."""
    kept = [(file, line) for file, old, new in EDITS for line in added_lines(old, new)]
    lost = [f"{file}: {line}" for file, line in kept if line not in (project / file).read_text()]
    gone = [file for file in (*own_code.FILES, REVISION_FILE) if not (project / file).exists()]
    return lost + gone + [file for file in DELETED if (project / file).exists()]


def added_lines(old: str, new: str) -> list[str]:
    return [line for line in new.splitlines() if line and line not in old.splitlines()]


def flavoured(text: str, cell: Cell) -> str:
    if cell.concurrency == "sync":
        for row in token_table():
            text = row.apply(text)
    return text
