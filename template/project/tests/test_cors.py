# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Pages of other origins read answers only if they are named (SEC-75)."""

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response

from tests.steps import with_app_settings, with_settings

ORIGIN = "https://front.example"
OTHERS = [
    "https://evil.example",
    "http://front.example",
    "https://front.example:8443",
    "https://www.front.example",
    "https://front.example.evil.example",
    "https://front.example/",
    "null",
]


def allowing(test: object) -> object:
    return with_app_settings(cors_origins=ORIGIN)(test)


async def ask_first(client: AsyncClient, origin: str, method: str = "POST") -> Response:
    """Send what a browser sends before the request of a page."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization, content-type",
    }
    return await client.options("/auth/login", headers=headers)


# {% endcall %}
