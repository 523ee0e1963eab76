"""`app/auth` moves into foreign applications, as the how-to pages say, and their users stay.

The tests of each application pass before and after. Its users sign in with their old passwords.
"""

import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from support import checks, documents, journeys, templates, updating
from support.commands import module, run
from support.editing import edit
from support.matrix import Cell
from support.once import made_once
from support.servers import launched
from support.templates import ROOT

FOREIGN = ROOT / "tests/foreign"
HOW_TO = ROOT / "docs/how-to"
SECRET = "7f1d0c9b8a6e5f43210fedcba9876543"
PASSWORD = "secret"
UPDATES = "Updates"


@dataclass(frozen=True)
class Foreign:
    """An application, the page that moves it, and what is different in it."""

    name: str
    page: str
    prefix: str = "/auth"
    me: str = "/users/me"
    users: tuple[str, ...] = ("ann@example.com",)

    def __str__(self) -> str:
        return self.name


BOTH_HASHES = ("ann@example.com", "old@example.com")
APPLICATIONS = [
    Foreign("tutorial", "moving-in.md"),
    Foreign("fastapi-users", "from-fastapi-users.md", prefix="/account", users=BOTH_HASHES),
    Foreign("full-stack", "from-full-stack-template.md", "/api/v1/auth", "/api/v1/users/me"),
]


@pytest.fixture(scope="session")
def kit(shared: Path) -> Path:
    return made_once(shared / "kit", lambda folder: templates.snapshot(folder, "1.0.0"))


@pytest.mark.parametrize("foreign", APPLICATIONS, ids=str)
def test_application_keeps_its_users_and_its_tests(
    foreign: Foreign, kit: Path, tmp_path: Path
) -> None:
    project = Path(shutil.copytree(FOREIGN / foreign.name, tmp_path / "foreign"))
    env = {"DATABASE_URL": f"sqlite:///{tmp_path}/foreign.db"}
    own_tests(project, tmp_path)
    run(*module("seed"), cwd=project, env=env)

    env |= {"AUTH_SECRET_KEY": SECRET, "KIT": str(kit)}
    for title in dict.fromkeys(block.title for block in documents.blocks(HOW_TO / foreign.page)):
        if title != UPDATES:
            documents.follow(project, HOW_TO / foreign.page, title, env)

    own_tests(project, tmp_path)
    with launched(project, tmp_path / "log", env=env, application="app.main:app") as server:
        users_sign_in(server.url, foreign)


def test_package_can_have_another_name(render: Callable[[Cell], Path], tmp_path: Path) -> None:
    shutil.copytree(render(Cell()) / "app/auth", tmp_path / "shop/auth")
    [command] = re.findall("replace the name: `(.+)`", (HOW_TO / "moving-in.md").read_text())

    run("sh", "-ec", command, cwd=tmp_path)

    module_name = "shop.auth.fastapi.routers"
    code = f"import sys, {module_name}; print([name for name in sys.modules if name == 'app'])"
    assert run(sys.executable, "-c", code, cwd=tmp_path) == "[]\n"


def test_update_of_the_render_is_applied(render: Callable[[Cell], Path], tmp_path: Path) -> None:
    source, project = tmp_path / "rendered", tmp_path / "project"
    for folder in (source, project):
        shutil.copytree(render(Cell()) / "app/auth", folder / "app/auth")
        run("git", "init", "--quiet", cwd=folder)
        updating.committed(folder)
    file = Path("app/auth/service.py")
    edit(project / file, "logger = ", "# Ours.\nlogger = ")
    updating.committed(project)
    edit(source / file, '"""Account operations of users', '"""Fixed account operations of users')
    updating.committed(source)

    documents.follow(project, HOW_TO / "moving-in.md", UPDATES, {})

    text = (project / file).read_text()
    assert text.startswith('"""Fixed account operations')
    assert "# Ours." in text


def own_tests(project: Path, folder: Path) -> None:
    """Run the application's own tests with an empty database."""
    database = f"sqlite:///{folder}/tests.db"
    env = {"DATABASE_URL": database, "AUTH_SECRET_KEY": SECRET, **checks.OWN_TEST_ENVIRONMENT}
    (folder / "tests.db").unlink(missing_ok=True)
    output = run(*module("pytest", "-q", "-p", "no:cacheprovider", "tests"), cwd=project, env=env)
    assert " passed" in output


def users_sign_in(url: str, foreign: Foreign) -> None:
    """Users of the old application sign in twice, as the first login replaces the hash."""
    with httpx2.Client(base_url=url) as client:
        for name in (*foreign.users, *foreign.users):
            tokens = journeys.read(login(client, foreign, name, PASSWORD), 200)
            client.cookies.clear()
            me = client.get(foreign.me, headers=journeys.bearer(tokens))
            assert me.json()["email"] == name
        assert login(client, foreign, name, "wrong").status_code == 401
        assert login(client, foreign, "gone@example.com", PASSWORD).status_code == 401
        refresh = {"refresh_token": tokens["refresh_token"]}
        renewed = client.post(f"{foreign.prefix}/refresh", json=refresh)
        bearer = journeys.bearer(journeys.read(renewed, 200))
        assert client.get(f"{foreign.prefix}/me", headers=bearer).json()["email"] == name
        assert client.post(f"{foreign.prefix}/logout", headers=bearer).status_code == 204
        assert client.get(foreign.me, headers=bearer).status_code == 401


def login(client: httpx2.Client, foreign: Foreign, name: str, password: str) -> httpx2.Response:
    body = {"username_or_email": name, "password": password}
    return client.post(f"{foreign.prefix}/login", json=body)
