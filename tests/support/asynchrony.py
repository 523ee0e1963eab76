"""Find asynchronous code, except where ASGI or FastAPI require it in both flavours."""

import ast
from collections.abc import Iterator

# The parameters of an ASGI application or middleware.
ASGI_PARAMETERS = ["self", "scope", "receive", "send"]
# Both flavours authenticate requests and WebSockets on the event loop, and have the same clients.
IN_BOTH = {
    "app/auth/authenticator.py",
    "app/auth/ext/user_lookup.py",
    "app/auth/fastapi/dependencies.py",
    "clients/python/bearer_auth.py",
    "tests/auth/ext/test_user_lookup.py",
    "tests/auth/memory/user_lookup.py",
    "tests/handshakes.py",
    "tests/test_database_problems.py",
}
WAITING = (ast.AsyncFor, ast.AsyncWith, ast.Await)


def coroutines(module: ast.Module) -> Iterator[ast.AST]:
    """Yield asynchronous syntax, except the lifespan and middleware.

    An async dependency or handler without `await` is allowed, because FastAPI would run a plain
    function in another thread.
    """
    framework_facing = imports_fastapi(module)
    for node in outside_asgi(module):
        if isinstance(node, WAITING):
            yield node
        if isinstance(node, ast.AsyncFunctionDef) and not framework_facing:
            yield node


def outside_asgi(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not is_asgi(child):
            yield child
            yield from outside_asgi(child)


def is_asgi(node: ast.AST) -> bool:
    if not isinstance(node, ast.AsyncFunctionDef):
        return False
    parameters = [argument.arg for argument in node.args.args]
    return node.name == "lifespan" or parameters == ASGI_PARAMETERS


def imports_fastapi(module: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and "fastapi" in (node.module or "").split(".")
        for node in ast.walk(module)
    )
