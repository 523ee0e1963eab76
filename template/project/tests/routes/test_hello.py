# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""How to test a route of your own."""

from httpx2 import AsyncClient


async def test_hello_greets_whoever_is_signed_in(signed_in_client: AsyncClient) -> None:
    response = await signed_in_client.get("/hello")

    assert response.json() == {"message": "Hello, ann!"}


async def test_hello_needs_a_signed_in_user(client: AsyncClient) -> None:
    response = await client.get("/hello")

    assert response.status_code == 401


async def test_counting_users_is_for_staff(signed_in_client: AsyncClient) -> None:
    response = await signed_in_client.get("/hello/count")

    assert response.status_code == 403


# {% endcall %}
