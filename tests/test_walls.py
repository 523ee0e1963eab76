"""Import rules inside `app/auth` of a render."""

import ast
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from support.checks import python_files
from support.matrix import FEATURES, Cell

AUTH = Path("app/auth")
STORAGE = AUTH / "ext"
WEB = AUTH / "fastapi"
# The modules of the folder for mail that stand outside its core.
MAIL = AUTH / "mail"
MAIL_ADAPTERS = {MAIL / "models.py", MAIL / "repository.py"}
MAIL_WEB = {
    MAIL / name
    for name in ("account_routes.py", "mailbox.py", "pages.py", "routes.py", "schemas.py")
}
# And those of the folder for second factors.
TOTP = AUTH / "totp"
TOTP_ADAPTERS = {TOTP / "models.py", TOTP / "repository.py"}
TOTP_WEB = {TOTP / name for name in ("requirement.py", "routes.py", "schemas.py")}
FRAMEWORKS = {"fastapi", "starlette"}

pytestmark = pytest.mark.parametrize(
    "cell",
    [Cell("async"), Cell("sync"), Cell(features=FEATURES)],
    ids=str,
)
Render = Callable[[Cell], Path]


def test_auth_knows_nothing_of_the_rest_of_the_app(cell: Cell, render: Render) -> None:
    found = {
        (file, name)
        for file, names in imports(render(cell)).items()
        for name in names
        if name.startswith("app.") and not name.startswith("app.auth.")
    }

    assert found == set()


def test_only_the_adapters_know_sqlalchemy(cell: Cell, render: Render) -> None:
    knowing = {
        file for file, names in imports(render(cell)).items() if "sqlalchemy" in roots(names)
    }

    assert knowing
    assert [file for file in knowing if not is_adapter(file)] == []


def test_only_the_web_layer_knows_the_framework(cell: Cell, render: Render) -> None:
    knowing = {file for file, names in imports(render(cell)).items() if FRAMEWORKS & roots(names)}

    assert knowing
    assert [file for file in knowing if not is_web(file)] == []


def test_the_core_knows_neither_adapters_nor_web_layer(cell: Cell, render: Render) -> None:
    found = {
        (file, name)
        for file, names in imports(render(cell)).items()
        for name in names
        if not is_web(file) and not is_adapter(file)
        if name.startswith(("app.auth.ext.", "app.auth.fastapi."))
    }

    assert found == set()


def test_no_module_has_the_name_of_a_library_that_it_imports(cell: Cell, render: Render) -> None:
    namesakes = [
        file
        for file, module in python_files(render(cell)).items()
        if file.is_relative_to("app") and file.stem in roots(set(imported(module)))
    ]

    assert namesakes == []


def test_the_service_needs_only_its_siblings(cell: Cell, render: Render) -> None:
    names = imports(render(cell))[AUTH / "service.py"]

    assert roots(names) - sys.stdlib_module_names == {"app"}


def is_adapter(file: Path) -> bool:
    return file.is_relative_to(STORAGE) or file in MAIL_ADAPTERS | TOTP_ADAPTERS


def is_web(file: Path) -> bool:
    return file.is_relative_to(WEB) or file in MAIL_WEB | TOTP_WEB


def roots(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names}


def imports(project: Path) -> dict[Path, set[str]]:
    """Return the names of the modules that each module of `app/auth` imports."""
    return {
        file: set(imported(module))
        for file, module in python_files(project).items()
        if file.is_relative_to(AUTH)
    }


def imported(module: ast.Module) -> list[str]:
    names = []
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
    return names
