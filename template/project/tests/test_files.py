# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Files that are not Python keep secrets out of Git and images, and show the defaults."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from app.auth.settings import AuthSettings
from app.database.settings import DatabaseSettings
from app.settings import Settings
from tests.conftest import SECRET_KEY

PROJECT = Path(__file__).parents[1]
SECRET_FILES = [
    *(".env", ".env.production", ".env.local", "deploy/.env", "access.pem", "keys/access.pem"),
    *("tls.key", "deploy/tls.key", "secrets/password", "deploy/secrets/password"),
    # {% if database == "sqlite" %}
    *("app.db", "app.db-wal", "app.db-shm", "data/app.db"),
    # {% endif %}
]
NEEDED_FILES = [
    *("app/main.py", "migrations/env.py", "alembic.ini", "pyproject.toml", "uv.lock"),
    *("access.pub.pem", "keys/access.pub.pem"),
]
# The first versions without known vulnerabilities, or with the checks that we rely on.
FLOORS = {
    "fastapi": (0, 165),
    "h11": (0, 16),
    "idna": (3, 7),
    "libpass": (1, 9, 4),
    "pydantic": (2, 12),
    "pyjwt": (2, 15),
    "redis": (8,),
    "starlette": (1, 6),
    # {% if transport != "cookie" %}
    "python-multipart": (0, 0, 31),
    # {% endif %}
}
# {% if database != "sqlite" %}
COMPOSE = (PROJECT / "compose.yaml").read_text()
# {% endif %}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty repository that ignores what this project ignores."""
    folder = tmp_path_factory.mktemp("repository")
    shutil.copy(PROJECT / ".gitignore", folder)
    subprocess.run(["git", "init", "--quiet", folder], check=True)  # noqa: S603, S607
    return folder


def is_ignored_by_git(file: str, repository: Path) -> bool:
    command = ["git", "-C", str(repository), "check-ignore", "--quiet", file]
    return subprocess.run(command).returncode == 0  # noqa: S603


def is_ignored_by_docker(file: str) -> bool:
    """Apply .dockerignore: the last pattern that matches a path or its folder wins."""
    ignored = False
    for line in (PROJECT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#"):
            pattern = re.escape(line.removeprefix("!"))
            pattern = pattern.replace(r"\*\*/", "(.*/)?").replace(r"\*", "[^/]*")
            if re.fullmatch(f"{pattern}(/.*)?", file):
                ignored = not line.startswith("!")
    return ignored


@pytest.mark.parametrize("file", SECRET_FILES)
def test_secret_is_in_no_commit_and_in_no_image(file: str, repository: Path) -> None:
    assert is_ignored_by_git(file, repository)  # SEC-85
    assert is_ignored_by_docker(file)


@pytest.mark.parametrize("file", NEEDED_FILES)
def test_other_files_are_kept(file: str, repository: Path) -> None:
    assert not is_ignored_by_git(file, repository)
    assert not is_ignored_by_docker(file)


def test_example_is_committed(repository: Path) -> None:
    assert not is_ignored_by_git(".env.example", repository)


def test_history_and_tests_are_in_no_image() -> None:
    files = (".git/config", ".github/workflows/ci.yml", ".venv/bin/python", "tests/conftest.py")

    assert [file for file in files if not is_ignored_by_docker(file)] == []


# {% if database != "sqlite" %}
def test_development_database_is_reachable_from_this_machine_only() -> None:
    ports = re.findall(r'^ +- "(\S+:\d+:\d+|\d+:\d+)"$', COMPOSE, re.MULTILINE)

    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert "network_mode" not in COMPOSE


# {% endif %}
def test_dependencies_are_not_older_than_their_fixes() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    constraints = project["tool"]["uv"]["constraint-dependencies"]
    lines = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *constraints,
    ]
    found = {
        match["name"]: tuple(map(int, match["floor"].split(".")))
        for line in lines
        if (match := re.match(r"(?P<name>[\w-]+)(\[.*\])?>=(?P<floor>[\d.]+)", line))
    }

    assert {name: found[name] for name, floor in FLOORS.items() if found[name] < floor} == {}


def test_documents_create_keys_outside_the_project() -> None:
    text = (PROJECT / "docs" / "production.md").read_text()

    created = re.findall(r"openssl genpkey .*-out (\S+)", text)

    assert created
    assert all(file.startswith("../") for file in created)


def defaults() -> Iterator[tuple[str, str]]:
    """Yield each setting that has a default, with its value in production as .env spells it."""
    auth = AuthSettings.model_validate({"secret_key": SECRET_KEY})
    database = DatabaseSettings.model_construct()
    settings = Settings.model_construct(environment="production", auth=auth, database=database)
    groups: list[tuple[str, BaseModel]] = [("", settings), ("AUTH_", auth), ("DATABASE_", database)]
    for prefix, group in groups:
        for name, field in type(group).model_fields.items():
            if not field.is_required():
                yield f"{prefix}{name}".upper(), spelled(getattr(group, name))


def spelled(value: Any) -> str:
    """Return a value as an environment variable."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value in (None, ()) else str(value)


def shown_defaults() -> Iterator[tuple[str, str, str]]:
    """Yield each setting whose default .env.example shows, with both values."""
    known = dict(defaults())
    for line in (PROJECT / ".env.example").read_text().splitlines():
        name, equals, shown = line.removeprefix("#").partition("=")
        if line.startswith("#") and equals and name in known:
            yield name, shown, known[name]


@pytest.mark.parametrize(("name", "shown", "default"), list(shown_defaults()))
def test_example_shows_the_default(name: str, shown: str, default: str) -> None:
    if name == "AUTH_HASH_WORKERS":
        assert shown == ""  # one for each processor
    else:
        assert shown == default


# {% endcall %}
