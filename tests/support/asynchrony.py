"""Tell asynchronous code of ours from what ASGI and FastAPI ask for in both flavours."""

import ast
from collections.abc import Iterator

# The parameters of an ASGI application, and so of middleware.
ASGI_PARAMETERS = ["self", "scope", "receive", "send"]
# Requests are authenticated on the event loop in both flavours.
IN_BOTH = {
    "app/auth/authenticator.py",
    "app/auth/ext/shared_lookup.py",
    "app/auth/fastapi/dependencies.py",
    "tests/auth/ext/test_shared_lookup.py",
}
WAITING = (ast.AsyncFor, ast.AsyncWith, ast.Await)


def coroutines(module: ast.Module) -> Iterator[ast.AST]:
    """Yield what waits, and what can be waited for, outside of the lifespan and of middleware.

    A dependency or handler that waits for nothing is no such thing: FastAPI would run it in
    another thread if it were a plain function.
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
