"""Where an application keeps its authentication while it runs: `app.state.auth`."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from fastapi.requests import HTTPConnection

from app.auth.ext.components import AuthComponents


def lifespan_of(
    components: AuthComponents,
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    """Return the lifespan of a router: its application has the components from start to stop."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        app.state.auth = components
        yield
        components.hasher.close()

    return lifespan


def components_of(request: HTTPConnection) -> AuthComponents:
    """Return the components of the application that serves this request."""
    components: AuthComponents = request.app.state.auth
    return components
