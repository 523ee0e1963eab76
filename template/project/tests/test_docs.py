# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The pages about the routes are for developers (ASVS 13.4.5)."""

import pytest
from httpx2 import AsyncClient

from tests.steps import code_of, with_app_settings

pages = pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])


@pages
async def test_production_has_no_docs(client: AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert code_of(response) == (404, "not_found")


@pages
@with_app_settings(environment="development")
async def test_development_has_docs(client: AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert response.status_code == 200


@pages
@with_app_settings(docs=True)
async def test_production_can_have_docs(client: AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert response.status_code == 200


@pages
@with_app_settings(environment="development", docs=False)
async def test_development_can_do_without(client: AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert code_of(response) == (404, "not_found")


# {% endcall %}
