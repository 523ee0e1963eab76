# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""Bad input is refused with the reason, without a failure or an echo (SEC-28, 77, 78)."""

import json
from typing import Any

import pytest
from httpx2 import AsyncClient, Response

from app.auth import login_throttle
from app.database import Database
from app.models import User
from tests.steps import AUTH, Account, credentials, profile, registration, rows_of

MARK = "zq7"  # part of every bad string, to detect an echo
WRONG_TYPES = {
    "null": "null",
    "boolean": "true",
    "number": "7",
    "not a number": "NaN",
    "infinite number": "1e400",
    "list": f'["{MARK}"]',
    "object": '{"' + MARK + '": 1}',
}
ODD_STRINGS = {
    "empty": '""',
    "50 kilobytes": json.dumps(MARK * 17_000),
    "NUL": f'"{MARK}\\u0000"',
    "line break": f'"{MARK}\\r\\n{MARK}"',
    "emoji": f'"{MARK}🦊"',
    "right to left": f'"\\u202e{MARK}"',
    "zero width": f'"\\u200b{MARK}"',
    "lone surrogate": f'"{MARK}\\ud800"',
}
REGISTRATION = registration(Account())
CREDENTIALS = credentials(Account())
# Each field, with the status of a string that is acceptable but wrong.
FIELDS: list[tuple[str, dict[str, str], str, int]] = [
    *((f"{AUTH}/register", REGISTRATION, field, 422) for field in profile(Account())),
    *((f"{AUTH}/login", CREDENTIALS, field, 401) for field in CREDENTIALS),
    # {% if transport != "cookie" %}
    (f"{AUTH}/refresh", {"refresh_token": "x.y.z"}, "refresh_token", 401),
    # {% endif %}
]
IDS = [f"{path} {field}" for path, _, field, _ in FIELDS]


async def post_raw(client: AsyncClient, path: str, fields: dict[str, str]) -> Response:
    """Post an object whose values are already JSON."""
    members = ", ".join(f'"{name}": {value}' for name, value in fields.items())
    body = "{" + members + "}"
    return await client.post(path, content=body, headers={"Content-Type": "application/json"})


def names_only(response: Response, field: str) -> bool:
    """Return whether a validation error names only this field and quotes no input."""
    problems: list[dict[str, Any]] = response.json()["detail"]
    well_formed = all(set(problem) == {"type", "loc", "msg"} for problem in problems)
    return well_formed and {tuple(problem["loc"]) for problem in problems} == {("body", field)}


@pytest.mark.parametrize(("path", "valid", "field", "_"), FIELDS, ids=IDS)
async def test_wrong_type_is_refused(
    client: AsyncClient,
    path: str,
    valid: dict[str, str],
    field: str,
    _: int,
) -> None:
    others = {name: json.dumps(value) for name, value in valid.items() if name != field}

    responses = {
        name: await post_raw(client, path, {**others, field: value})
        for name, value in WRONG_TYPES.items()
    }
    responses["missing"] = await post_raw(client, path, {**others})

    assert {response.status_code for response in responses.values()} == {422}
    assert [name for name, each in responses.items() if not names_only(each, field)] == []
    assert [name for name, each in responses.items() if MARK in each.text] == []


@pytest.mark.parametrize(("path", "valid", "field", "status"), FIELDS, ids=IDS)
async def test_odd_string_is_refused(
    client: AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    valid: dict[str, str],
    field: str,
    status: int,
) -> None:
    monkeypatch.setattr(login_throttle, "FREE_ATTEMPTS", len(ODD_STRINGS) + 1)
    others = {name: json.dumps(value) for name, value in valid.items() if name != field}

    responses = {
        name: await post_raw(client, path, {**others, field: value})
        for name, value in ODD_STRINGS.items()
    }

    expected = dict.fromkeys(ODD_STRINGS, status)
    if field == "password":
        expected["lone surrogate"] = 422  # no password has a lone surrogate
    assert {name: each.status_code for name, each in responses.items()} == expected
    assert [name for name, each in responses.items() if MARK in each.text] == []


async def test_unusable_new_password_is_refused(client: AsyncClient, database: Database) -> None:
    """Passwords may contain unusual characters, but these values are not passwords (SEC-5)."""
    others = {name: json.dumps(value) for name, value in REGISTRATION.items()}
    odd = [ODD_STRINGS[name] for name in ("empty", "50 kilobytes", "lone surrogate")]

    responses = [
        await post_raw(client, f"{AUTH}/register", {**others, "password": value})
        for value in (*WRONG_TYPES.values(), *odd)
    ]

    users = await rows_of(database, User)
    assert {response.status_code for response in responses} == {422}
    assert [each for each in responses if not names_only(each, "password")] == []
    assert ([each for each in responses if MARK in each.text], users) == ([], [])


# {% if transport != "cookie" %}
ODD_FORMS = {
    "NUL": b"username=%00&password=%00",
    "lone surrogate": b"username=%ed%a0%80&password=%ed%a0%80",
    "bad percent signs": b"username=%zz%&password=%",
    "no UTF-8": b"username=\xff&password=\xff",
    "right to left": b"username=%E2%80%AEann&password=x",
    "50 kilobytes": b"username=" + b"x" * 25_000 + b"&password=" + b"x" * 25_000,
}


@pytest.mark.usefixtures("user")
async def test_odd_form_is_refused(client: AsyncClient) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}

    responses = {
        name: await client.post(
            f"{AUTH}/token",
            content=b"grant_type=password&" + form,
            headers=headers,
        )
        for name, form in ODD_FORMS.items()
    }

    errors = {name: response.json()["error"] for name, response in responses.items()}
    assert errors == dict.fromkeys(ODD_FORMS, "invalid_grant")
    assert {response.status_code for response in responses.values()} == {400}


# {% endif %}
# {% endcall %}
