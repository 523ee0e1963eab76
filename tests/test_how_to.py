"""The pages of docs/how-to work, followed in a render."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx2

from support import checks, databases, documents, journeys
from support.commands import attempt
from support.matrix import Cell
from support.programs import required
from support.servers import serving
from support.templates import ROOT

HOW_TO = ROOT / "docs/how-to"
POSTGRESQL = Cell(database="postgresql")
SITE = "https://app.example.com"
Render = Callable[[Cell], Path]
NewDatabase = Callable[[Cell], str]


def follow(project: Path, page: str, *titles: str, **env: str) -> None:
    for title in titles:
        documents.follow(project, HOW_TO / page, title, env)
    documents.run_commands(project, "uv run ruff check --fix --quiet .", {})
    documents.run_commands(project, "uv run ruff format --quiet .", {})


def test_editors_have_a_role(editable: Render, new_database: NewDatabase, type_cache: Path) -> None:
    project = editable(Cell())

    url = new_database(Cell())
    follow(project, "roles.md", "The column", "The dependency", "A test", DATABASE_URL=url)

    checks.is_linted(project)
    checks.is_typed(project, type_cache)
    checks.passes_its_tests(project, {}, "tests/routes", "tests/test_migrations.py")


def test_rows_move_to_postgresql(
    editable: Render, render: Render, new_database: NewDatabase
) -> None:
    old, project = render(Cell()), editable(POSTGRESQL)
    old_url, url = new_database(Cell()), new_database(POSTGRESQL)
    old_env = {"DATABASE_URL": old_url, "ENVIRONMENT": "development"}
    for command in ("uv run alembic upgrade head", "uv run manage seed"):
        documents.run_commands(old, command, old_env)

    file = old_url.partition("///")[2]
    follow(project, "sqlite-to-postgresql.md", "Copy the rows", DATABASE_URL=url, OLD_FILE=file)

    query = "SELECT id, email, email_key, created_at, is_superuser FROM users ORDER BY id"
    assert [tuple(map(int_of, row)) for row in databases.rows(url, query)] == [
        tuple(map(int_of, row)) for row in databases.rows(old_url, query)
    ]
    added = "uv run manage create-user --email zoe@example.com --username zoe --password-stdin"
    command = f"echo '{journeys.PASSWORD}' | {added}"
    documents.run_commands(project, command, {"DATABASE_URL": url})
    assert len(databases.rows(url, "SELECT id FROM users")) == 4


def int_of(value: object) -> object:
    """SQLite has no type for truth values."""
    return int(value) if isinstance(value, bool) else value


def test_admin_panel_is_for_superusers_of_this_site(
    editable: Render, new_database: NewDatabase, tmp_path: Path
) -> None:
    admin = editable(Cell())
    follow(admin, "admin-panel.md", "The panel")
    env = {"DATABASE_URL": new_database(Cell())}
    checks.is_linted(admin)
    with serving(admin, tmp_path / "log", env=env) as server:
        documents.run_commands(admin, "uv run manage seed", env)
        password = samples_password(admin)
        with httpx2.Client(base_url=server.url) as client:
            assert client.get("/admin/user/list").status_code == 403
            for name, status in (("bob", 403), ("root", 200)):
                body = {"username_or_email": name, "password": password}
                assert client.post("/auth/login", json=body).status_code == 200
                assert client.get("/admin/user/list").status_code == status
            details = client.get("/admin/user/details/1").text
            assert "bob@example.com" in details
            assert "$bcrypt-sha256$" not in details
            assert edit_email(client, "https://evil.example").status_code == 403
            assert edit_email(client, server.url).status_code == 302
            body = {"username_or_email": "robert@example.com", "password": password}
            assert client.post("/auth/login", json=body).status_code == 200


def samples_password(project: Path) -> str:
    [password] = re.findall(r'PASSWORD = "(.+?)"', (project / "app/samples.py").read_text())
    return str(password)


def edit_email(client: httpx2.Client, origin: str) -> httpx2.Response:
    form = {"email": "robert@example.com", "username": "bob", "is_active": "y"}
    return client.post("/admin/user/edit/1", data=form, headers={"Origin": origin})


def test_front_end_of_another_origin_may_sign_in(
    editable: Render, new_database: NewDatabase, tmp_path: Path
) -> None:
    project = editable(Cell(transport="cookie"))
    follow(project, "cookie-front-end.md", "Settings")
    env = {"DATABASE_URL": new_database(Cell())}
    with serving(project, tmp_path / "log", env=env) as server:
        headers = {"Origin": SITE, "Access-Control-Request-Method": "POST"}
        preflight = httpx2.options(f"{server.url}/auth/login", headers=headers)
        account = {"username": "ann", "email": "ann@example.com", "password": journeys.PASSWORD}
        registered = httpx2.post(
            f"{server.url}/auth/register",
            json=account,
            headers={"Origin": SITE, "Sec-Fetch-Site": "same-site"},
        )

    assert preflight.headers["access-control-allow-credentials"] == "true"
    assert preflight.headers["access-control-allow-origin"] == SITE
    assert registered.status_code == 201


def test_scripts_of_the_front_end_parse(tmp_path: Path) -> None:
    node = required("node", "nodejs")
    scripts = [
        block.text
        for block in documents.blocks(HOW_TO / "cookie-front-end.md")
        if block.language == "js"
    ]

    for number, script in enumerate(scripts):
        is_module = "import " in script or "export " in script
        file = tmp_path / f"{number}.{'mjs' if is_module else 'cjs'}"
        file.write_text(script)
        finished = attempt(node, "--check", str(file), cwd=tmp_path)
        assert finished.code == 0, finished.report()
    assert len(scripts) == 3
