# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The routes work with any storage that implements the protocols."""

from functools import partial

import pytest
from fastapi import FastAPI

from app.auth.fastapi.errors import install_error_handlers
from app.auth.fastapi.routers import build_router
from app.auth.hashing import PasswordContext
from app.auth.protocols import UserProtocol
from app.auth.settings import AuthSettings
from app.auth.storage import Storage
from app.auth.wiring import build_auth
from tests.auth.memory.transactions import MemoryTransactions
from tests.conftest import MovableClock
from tests.serving import serve
from tests.steps import AUTH, Account, credential, log_in, log_out


@pytest.fixture
def app(
    auth_settings: AuthSettings,
    memory_storage: Storage,
    clock: MovableClock,
    password_context: PasswordContext,
) -> FastAPI:
    """An application without a database."""
    build = partial(
        build_auth,
        auth_settings,
        memory_storage,
        clock=clock,
        password_context=password_context,
    )
    app = FastAPI()
    install_error_handlers(app)
    app.include_router(build_router(build), prefix=AUTH)
    return app


async def test_routes_serve_memory(
    app: FastAPI,
    memory: MemoryTransactions,
    ann: UserProtocol,
) -> None:
    async with serve(app) as client:
        tokens = await log_in(client, Account())
        signed_in = credential(tokens.access)
        listed = await client.get(f"{AUTH}/sessions", headers=signed_in)
        await log_out(client, tokens.access)
        refused = await client.get(f"{AUTH}/sessions", headers=signed_in)

    [session] = memory.tables.sessions.values()
    assert (session.user_id, session.revoked_reason) == (ann.id, "logout")
    assert [row["id"] for row in listed.json()] == [session.id]
    assert refused.status_code == 401


# {% endcall %}
