# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Tokens count in the Authorization header and nowhere else (RFC 6750)."""

from httpx2 import AsyncClient

from tests.steps import AUTH, Account, code_of, log_in

MALFORMED = [
    "",
    "Bearer",
    "Bearer ",
    "Bearer  {token}",
    "Bearer {token} ",
    "Bearer\t{token}",
    "Bearer {token}, Bearer {token}",
    "Bearer {token}=",
    "Bearer {token}.",
    "Basic {token}",
    "Token {token}",
    "{token}",
]


async def test_scheme_may_be_in_any_case(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    responses = [
        await client.get(f"{AUTH}/me", headers={"Authorization": f"{scheme} {tokens.access}"})
        for scheme in ("Bearer", "bearer", "BEARER")
    ]

    assert [response.status_code for response in responses] == [200, 200, 200]


async def test_malformed_header_is_refused(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)
    values = [value.replace("{token}", tokens.access) for value in MALFORMED]
    headers = [{b"Authorization": value.encode()} for value in values]

    responses = [await client.get(f"{AUTH}/me", headers=header) for header in headers]

    challenge = 'Bearer error="invalid_token"'
    assert [code_of(each) for each in responses] == [(401, "invalid_token")] * len(MALFORMED)
    assert {each.headers["WWW-Authenticate"] for each in responses} == {challenge}


async def test_several_headers_are_refused(client: AsyncClient, user: Account) -> None:
    """Even if they are equal (SEC-46)."""
    tokens = await log_in(client, user)
    header = ("Authorization", f"Bearer {tokens.access}")

    response = await client.get(f"{AUTH}/me", headers=[header, header])

    assert code_of(response) == (401, "invalid_token")


async def test_token_in_the_address_does_not_count(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)
    address = dict.fromkeys(("access_token", "token", "authorization"), tokens.access)

    response = await client.get(f"{AUTH}/me", params=address)

    assert code_of(response) == (401, "not_authenticated")


async def test_token_in_a_form_does_not_count(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)

    response = await client.request("GET", f"{AUTH}/me", data={"access_token": tokens.access})

    assert code_of(response) == (401, "not_authenticated")


async def test_token_in_another_header_does_not_count(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)
    names = ("Proxy-Authorization", "X-Access-Token", "X-Authorization")

    headers = dict.fromkeys(names, f"Bearer {tokens.access}")
    response = await client.get(f"{AUTH}/me", headers=headers)

    assert code_of(response) == (401, "not_authenticated")


# {% endcall %}
