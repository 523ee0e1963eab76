# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""Import rules that keep the authentication independent of the application."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
# The modules of the folder for mail that stand outside its core.
MAIL_ADAPTERS = {"app/auth/mail/models.py", "app/auth/mail/repository.py"}
MAIL_WEB = {
    "app/auth/mail/account_routes.py",
    "app/auth/mail/mailbox.py",
    "app/auth/mail/pages.py",
    "app/auth/mail/routes.py",
    "app/auth/mail/schemas.py",
}
# {% if "totp" in features %}
# And those of the folder for second factors.
TOTP_ADAPTERS = {"app/auth/totp/models.py", "app/auth/totp/repository.py"}
TOTP_WEB = {
    "app/auth/totp/requirement.py",
    "app/auth/totp/routes.py",
    "app/auth/totp/schemas.py",
}
# {% endif %}
FRAMEWORKS = {"fastapi", "sqlalchemy", "starlette"}


def modules(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found
    return found


def imports(path: Path) -> Iterator[str]:
    """Yield the full names of all modules that a file imports, also inside functions."""
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
    assert [name for name in knowing if not is_adapter(name)] == []


def test_only_the_web_layer_knows_the_web_framework() -> None:
    knowing = [
        name_of(path) for path in modules("app/auth") if {"fastapi", "starlette"} & packages(path)
    ]

    assert knowing
    assert [name for name in knowing if not is_web(name)] == []


def test_only_the_web_layer_knows_the_adapters() -> None:
    knowing = [
        name_of(path)
        for path in modules("app/auth")
        if any(name.startswith("app.auth.ext") for name in imports(path))
    ]

    assert "app/auth/fastapi/routers.py" in knowing
    assert [name for name in knowing if not is_adapter(name) and not is_web(name)] == []


def test_service_knows_only_what_knows_no_framework() -> None:
    service = ROOT / "app/auth/service.py"
    ours = {name for name in imports(service) if name.startswith("app.")}
    files = [path for path in modules("app/auth") if dotted(path) in ours]

    assert packages(service) - {"app"} <= sys.stdlib_module_names
    assert [name_of(path) for path in files if FRAMEWORKS & packages(path)] == []
    assert {name for name in ours if name.startswith(("app.auth.ext", "app.auth.fastapi"))} == set()


def is_adapter(name: str) -> bool:
    # {% if "totp" in features %}
    return name.startswith("app/auth/ext/") or name in MAIL_ADAPTERS | TOTP_ADAPTERS
    # {% else %}
    #| return name.startswith("app/auth/ext/") or name in MAIL_ADAPTERS
    # {% endif %}


def is_web(name: str) -> bool:
    # {% if "totp" in features %}
    return name.startswith("app/auth/fastapi/") or name in MAIL_WEB | TOTP_WEB
    # {% else %}
    #| return name.startswith("app/auth/fastapi/") or name in MAIL_WEB
    # {% endif %}


def dotted(path: Path) -> str:
    return name_of(path).removesuffix(".py").replace("/", ".")


# {% endcall %}
