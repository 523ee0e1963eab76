# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Each client fixture is signed in to its own account."""

from httpx2 import AsyncClient

from tests.steps import AUTH, Account, account_named, profile


async def shown(client: AsyncClient) -> dict[str, object]:
    """Return the body of the client's `/me`."""
    response = await client.get(f"{AUTH}/me")
    answer: dict[str, object] = response.json()
    return answer


async def test_accounts_are_separate(
    signed_in_client: AsyncClient,
    other_client: AsyncClient,
    user: Account,
) -> None:
    mine = await shown(signed_in_client)
    theirs = await shown(other_client)

    assert mine | profile(user) == mine
    assert theirs | profile(account_named("bob")) == theirs


async def test_clients_have_the_privileges_in_their_names(
    other_client: AsyncClient,
    staff_client: AsyncClient,
    superuser_client: AsyncClient,
) -> None:
    accounts = [await shown(each) for each in (other_client, staff_client, superuser_client)]

    assert [account["is_staff"] for account in accounts] == [False, True, False]
    assert [account["is_superuser"] for account in accounts] == [False, False, True]


async def test_client_is_not_signed_in_at_first(
    client: AsyncClient,
    other_client: AsyncClient,
    staff_client: AsyncClient,
) -> None:
    response = await client.get(f"{AUTH}/me")

    assert response.status_code == 401


# {% endcall %}
