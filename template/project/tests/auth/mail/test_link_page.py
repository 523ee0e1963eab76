# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The page that links lead to."""

import re

import pytest
from httpx2 import AsyncClient

from app.auth.mail.kinds import WITH_TOKEN, MailKind
from tests.steps import AUTH, code_of, with_settings


@pytest.mark.parametrize("kind", WITH_TOKEN)
async def test_every_kind_with_a_token_has_the_page(client: AsyncClient, kind: MailKind) -> None:
    page = await client.get(f"{AUTH}/links/{kind}")

    assert page.status_code == 200
    assert f"{kind}: [" in page.text


@pytest.mark.parametrize("kind", ["password_changed", "unknown", "link.html", "..%2flink.html"])
async def test_other_kinds_have_none(client: AsyncClient, kind: str) -> None:
    response = await client.get(f"{AUTH}/links/{kind}")

    assert code_of(response) == (404, "not_found")


async def test_page_may_call_this_host_and_nothing_else(client: AsyncClient) -> None:
    """SEC-102."""
    pages = [await client.get(f"{AUTH}/links/verify_email") for _ in range(2)]

    nonces = [re.findall(r'nonce="([\w-]{22,})"', page.text) for page in pages]
    assert [len(set(found)) for found in nonces] == [1, 1]
    assert nonces[0] != nonces[1]
    nonce = nonces[0][0]
    assert pages[0].headers["content-security-policy"].split("; ") == [
        "default-src 'none'",
        f"script-src 'nonce-{nonce}'",
        f"style-src 'nonce-{nonce}'",
        "connect-src 'self'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
    assert pages[0].headers["referrer-policy"] == "no-referrer"
    assert pages[0].headers["cache-control"] == "no-store"


async def test_page_acts_on_a_click_only(client: AsyncClient) -> None:
    """SEC-102: scanners load the page, and some run its script."""
    page = await client.get(f"{AUTH}/links/verify_email")

    before, listener, after = page.text.partition('addEventListener("submit"')
    assert listener == 'addEventListener("submit"'
    assert "fetch(" not in before
    assert ".submit(" not in page.text
    assert after.count("fetch(") == 1


async def test_page_is_the_same_for_every_token(client: AsyncClient) -> None:
    """SEC-101: the token is in the fragment, which browsers do not send."""
    page = await client.get(f"{AUTH}/links/verify_email", params={"token": "evil<script>"})

    assert "evil" not in page.text


@with_settings(link_pages=False)
async def test_project_with_a_front_end_needs_no_page(client: AsyncClient) -> None:
    response = await client.get(f"{AUTH}/links/verify_email")

    assert code_of(response) == (404, "not_found")


# {% endcall %}
