"""The authentication could be lifted into another application: who may import what."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FRAMEWORKS = {"fastapi", "sqlalchemy", "starlette"}


def modules(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found
    return found


def imports(path: Path) -> Iterator[str]:
    """Yield the full names of the modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def packages(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imports(path)}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_authentication_imports_nothing_else_of_the_application() -> None:
    foreign = [
        (name_of(path), name)
        for path in modules("app/auth")
        for name in imports(path)
        if name.startswith("app.") and not name.startswith("app.auth")
    ]

    assert foreign == []


def test_only_the_extension_knows_the_database_library() -> None:
    knowing = [name_of(path) for path in modules("app/auth") if "sqlalchemy" in packages(path)]

    assert knowing
    assert [name for name in knowing if not name.startswith("app/auth/ext/")] == []


def test_only_routes_and_extractors_know_the_web_framework() -> None:
    knowing = [
        name_of(path)
        for path in modules("app/auth")
        if {"fastapi", "starlette"} & packages(path)
        and not name_of(path).startswith("app/auth/fastapi/")
    ]

    assert knowing == ["app/auth/extractors.py"]


def test_service_knows_only_what_knows_no_framework() -> None:
    service = ROOT / "app/auth/service.py"
    ours = {name for name in imports(service) if name.startswith("app.")}
    files = [path for path in modules("app/auth") if dotted(path) in ours]

    assert packages(service) - {"app"} <= sys.stdlib_module_names
    assert [name_of(path) for path in files if FRAMEWORKS & packages(path)] == []
    assert {name for name in ours if name.startswith(("app.auth.ext", "app.auth.fastapi"))} == set()


def dotted(path: Path) -> str:
    return name_of(path).removesuffix(".py").replace("/", ".")
