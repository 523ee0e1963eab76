# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Proxies can be counted instead of named, and one that is neither is reported."""

from typing import Any

import pytest
from fastapi import FastAPI, Request

from app.main import create_app
from app.proxies import install_proxies
from app.settings import Settings
from tests.proxies.steps import CLIENT, PROXY, SPOOFED, UNNAMED, seen, warnings_in
from tests.serving import serve
from tests.steps import with_app_settings


@pytest.mark.parametrize("peer", [CLIENT, PROXY, ""])
async def test_number_of_proxies_stands_in_for_their_addresses(peer: str) -> None:
    app = FastAPI()
    install_proxies(app, (), hops=2)

    @app.get("/who")
    async def who(request: Request) -> tuple[str, int] | None:
        return request.client

    addresses = [
        await seen(app, peer, *forwarded)
        for forwarded in (
            [f"{CLIENT}, {PROXY}"],
            [f"{SPOOFED}, {CLIENT}", PROXY],
            [f"{SPOOFED}, not an address, {PROXY}"],
            [PROXY],
            [],
        )
    ]

    assert addresses == [[CLIENT, 0], [CLIENT, 0], None, None, [peer, 50000]]


@with_app_settings(trusted_hops=1)
async def test_first_address_counts_behind_one_proxy(app: FastAPI) -> None:
    assert await seen(app, PROXY, f"{SPOOFED}, {CLIENT}") == CLIENT


@pytest.mark.parametrize("trusted", [{}, {"trusted_proxies": "10.1.0.0/16"}])
async def test_proxy_that_nobody_named_is_reported_once(
    settings: Settings,
    trusted: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = create_app(Settings.model_validate({**settings.model_dump(), **trusted}))
    async with serve(app, PROXY) as client:
        for _ in range(3):
            await client.get("/health", headers={"X-Forwarded-For": CLIENT})

    assert warnings_in(caplog) == [UNNAMED]


@pytest.mark.parametrize("trusted", [{"trusted_proxies": PROXY}, {"trusted_hops": 1}])
async def test_proxy_that_is_known_is_not_reported(
    settings: Settings,
    trusted: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = create_app(Settings.model_validate({**settings.model_dump(), **trusted}))
    async with serve(app, PROXY) as client:
        await client.get("/health", headers={"X-Forwarded-For": CLIENT})

    assert warnings_in(caplog) == []


# {% endcall %}
