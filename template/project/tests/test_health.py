# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""What load balancers and orchestrators are told."""

import pytest
from httpx2 import AsyncClient


@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_a_running_application_is_well(client: AsyncClient, path: str) -> None:
    response = await client.get(path)

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_state_is_only_read(client: AsyncClient, path: str) -> None:
    response = await client.post(path)

    assert response.status_code == 405


# {% endcall %}
