# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Notes belong to one user."""

from typing import Any

import pytest
from httpx2 import AsyncClient

from tests.steps import code_of


@pytest.fixture
async def note(signed_in_client: AsyncClient) -> dict[str, Any]:
    """A note of the user who is signed in."""
    response = await signed_in_client.post("/notes", json={"text": "Buy milk."})
    assert response.status_code == 201
    stored: dict[str, Any] = response.json()
    return stored


async def test_owner_reads_replaces_and_deletes_a_note(
    signed_in_client: AsyncClient,
    note: dict[str, Any],
) -> None:
    path = f"/notes/{note['id']}"

    read = await signed_in_client.get(path)
    replaced = await signed_in_client.put(path, json={"text": "Buy tea."})
    read_again = await signed_in_client.get(path)
    deleted = await signed_in_client.delete(path)
    gone = await signed_in_client.get(path)

    assert (read.json(), replaced.status_code) == (note, 200)
    assert read_again.json() == {"id": note["id"], "text": "Buy tea."}
    assert (deleted.status_code, code_of(gone)) == (204, (404, "not_found"))


async def test_note_of_another_user_is_not_found(
    signed_in_client: AsyncClient,
    other_client: AsyncClient,
    note: dict[str, Any],
) -> None:
    path = f"/notes/{note['id']}"

    responses = [
        await other_client.get(path),
        await other_client.put(path, json={"text": "Mine."}),
        await other_client.delete(path),
    ]

    read = await signed_in_client.get(path)
    assert [code_of(response) for response in responses] == [(404, "not_found")] * 3
    assert read.json() == note


async def test_list_has_only_own_notes(
    signed_in_client: AsyncClient,
    other_client: AsyncClient,
    note: dict[str, Any],
) -> None:
    second = await signed_in_client.post("/notes", json={"text": "Buy tea."})

    pages = [
        await signed_in_client.get("/notes"),
        await signed_in_client.get("/notes?limit=1&offset=1"),
        await other_client.get("/notes"),
    ]

    expected = [[note, second.json()], [second.json()], []]
    assert [page.json() for page in pages] == expected


async def test_stranger_has_no_notes(client: AsyncClient) -> None:
    response = await client.get("/notes")

    assert code_of(response) == (401, "not_authenticated")


# {% endcall %}
