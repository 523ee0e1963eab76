# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The page at / exists in development only."""

import re

import pytest
from httpx2 import AsyncClient

from app.auth.settings import PREFIX
from tests.steps import code_of, with_app_settings

DEVELOPMENT = with_app_settings(environment="development")


@DEVELOPMENT
async def test_page_and_its_files_are_served(client: AsyncClient) -> None:
    page = await client.get("/")

    linked = re.findall(r'(?:src|href)="(dev/start[^"]*)"', page.text)
    types = [(await client.get(f"/{path}")).headers["content-type"] for path in linked]
    assert [kind.partition(";")[0] for kind in types] == ["text/css", "text/javascript"]
    assert f'data-auth=".{PREFIX}"' in page.text


@DEVELOPMENT
async def test_page_runs_only_scripts_of_this_host(client: AsyncClient) -> None:
    page = await client.get("/")

    policy = page.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'"} <= set(policy)
    assert not re.search(r"<script>|<style|style=| on\w+=", page.text)


@with_app_settings(environment="development", app_name="Tom & <b>Ann</b>")
async def test_name_of_the_application_is_text(client: AsyncClient) -> None:
    page = await client.get("/")

    assert "<h1>Tom &amp; &lt;b&gt;Ann&lt;/b&gt;</h1>" in page.text


@pytest.mark.parametrize("path", ["/", "/dev/start.css", "/dev/start.js"])
async def test_production_has_no_such_page(client: AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert code_of(response) == (404, "not_found")


# {% endcall %}
