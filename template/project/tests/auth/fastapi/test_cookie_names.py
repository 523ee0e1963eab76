# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Only a single cookie with the exact name counts (SEC-67)."""

from httpx2 import AsyncClient

from tests.steps import AUTH, Account, code_of, log_in

ACCESS = "__Host-access_token"
REFRESH = "__Host-refresh_token"
HIDDEN_NAMES = [b"\x1d" + ACCESS.encode(), b"\x0b" + ACCESS.encode(), ACCESS.encode() + b"\x1f"]


async def test_second_cookie_of_one_name_is_refused(client: AsyncClient, user: Account) -> None:
    """A sibling domain could plant it, also with a byte in its name that parsers drop (SEC-67)."""
    tokens = await log_in(client, user)
    token = b"=" + tokens.access.encode()
    genuine = ACCESS.encode() + token
    planted = [name + token for name in (ACCESS.encode(), *HIDDEN_NAMES)]
    pairs = [(genuine, other) for other in planted] + [(other, genuine) for other in planted]
    headers = [{b"Cookie": b"; ".join(pair)} for pair in pairs]

    responses = [await client.get(f"{AUTH}/me", headers=header) for header in headers]

    assert [code_of(response) for response in responses] == [(401, "invalid_token")] * 8


async def test_hidden_name_is_refused_alone(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)
    headers = [{b"Cookie": name + b"=" + tokens.access.encode()} for name in HIDDEN_NAMES]

    responses = [await client.get(f"{AUTH}/me", headers=header) for header in headers]

    assert [code_of(response) for response in responses] == [(401, "invalid_token")] * 3


async def test_cookies_in_two_headers_are_refused(client: AsyncClient, user: Account) -> None:
    tokens = await log_in(client, user)
    header = ("Cookie", f"{ACCESS}={tokens.access}")

    response = await client.get(f"{AUTH}/me", headers=[header, header])

    assert code_of(response) == (401, "invalid_token")


async def test_cookie_of_another_name_does_not_count(client: AsyncClient, user: Account) -> None:
    """Without the `__Host-` prefix, another host could have set the cookie."""
    tokens = await log_in(client, user)
    names = ["access_token", "__Secure-access_token", REFRESH, ACCESS.upper()]
    headers = [{"Cookie": f"{name}={tokens.access}"} for name in names]

    responses = [await client.get(f"{AUTH}/me", headers=header) for header in headers]

    assert [code_of(response) for response in responses] == [(401, "not_authenticated")] * 4


# {% endcall %}
