# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""API documentation is off in production (ASVS 13.4.5)."""

import re
from typing import Any, cast
from urllib.parse import urljoin

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.main import create_app
from app.settings import Settings
from tests.serving import serve
from tests.steps import code_of, with_app_settings

SCRIPT = "/docs/assets/swagger-ui-bundle.js"
pages = pytest.mark.parametrize("path", ["/docs", "/docs/start.js", "/openapi.json", SCRIPT])


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
async def test_production_can_enable_docs(client: AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert response.status_code == 200


@pages
@with_app_settings(environment="development", docs=False)
async def test_development_can_disable_docs(client: AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert code_of(response) == (404, "not_found")


@with_app_settings(docs=True)
async def test_page_loads_only_files_of_this_server(client: AsyncClient) -> None:
    """A script of another host could read what users of this one see (ASVS 3.6.1)."""
    page = await client.get("/docs")

    linked = re.findall(r'(?:src|href)="([^"]*)"', page.text)
    files = [await client.get(f"/{path}") for path in linked]
    assert len(files) == 4
    assert [file.status_code for file in files] == [200] * 4
    assert not re.search(r"https?:|<script>|<style|style=| on\w+=", page.text)


@with_app_settings(docs=True)
async def test_docs_agree_with_a_path_prefix(app: FastAPI) -> None:
    """An application that mounts this one sets the same `root_path` as `uvicorn --root-path`."""
    outer = FastAPI(lifespan=cast(Any, lambda _: app.router.lifespan_context(app)))
    outer.mount("/api", app)

    async with serve(outer) as client:
        page = await client.get("/api/docs")
        linked = re.findall(r'(?:src|href)="([^"]*)"', page.text)
        files = [await client.get(urljoin("/api/docs", path)) for path in linked]
        document = (await client.get("/api/openapi.json")).json()
        # {% if transport != "cookie" %}
        flow = document["components"]["securitySchemes"]["Bearer"]["flows"]["password"]
        token = await client.post(urljoin("/api/docs", flow["tokenUrl"]))
        # {% endif %}

    assert [file.status_code for file in files] == [200] * 4
    assert document["servers"] == [{"url": "/api"}]
    # {% if transport != "cookie" %}
    assert token.status_code == 400  # it exists
    # {% endif %}


@with_app_settings(docs=True)
async def test_page_may_run_no_other_scripts(client: AsyncClient) -> None:
    response = await client.get("/docs")

    policy = response.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "connect-src 'self'"} <= set(policy)


@with_app_settings(docs=True)
async def test_page_stores_no_token(client: AsyncClient) -> None:
    """With `persistAuthorization`, it would be in localStorage until someone logs out."""
    script = await client.get("/docs/start.js")

    assert "persistAuthorization" not in script.text


@with_app_settings(docs=True, app_name="Tom & <b>Ann</b>")
async def test_name_of_the_application_is_text(client: AsyncClient) -> None:
    response = await client.get("/docs")

    assert "<title>Tom &amp; &lt;b&gt;Ann&lt;/b&gt;</title>" in response.text


@with_app_settings(docs=True)
async def test_start_leads_to_the_docs(client: AsyncClient) -> None:
    response = await client.get("/", follow_redirects=True)

    assert (response.status_code, response.url.path) == (200, "/docs")


async def test_production_has_no_start_page(client: AsyncClient) -> None:
    response = await client.get("/")

    assert code_of(response) == (404, "not_found")


@with_app_settings(docs=True)
def test_missing_package_is_named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.docs.PACKAGE", "no_such_package")

    with pytest.raises(SystemExit, match="uv add fastapi-offline"):
        create_app(settings)


# {% endcall %}
