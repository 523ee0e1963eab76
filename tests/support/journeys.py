"""A first visit of a user over HTTP, with headers and with cookies."""

from typing import Any

import httpx2

PASSWORD = "correct horse battery staple"
DEVICE_COOKIE = "device_token"  # unchanged by a refresh and a logout
USER_FIELDS = {
    *("id", "email", "username", "created_at"),
    *("is_active", "is_staff", "is_superuser", "email_verified"),
}
TOKEN_FIELDS = {"access_token", "refresh_token", "token_type", "expires_in"}
SESSION_FIELDS = {
    *("id", "created_at", "last_used_at", "expires_at", "ip", "user_agent", "current"),
    *("authenticated_at", "methods", "last_ip", "last_user_agent"),
}


def register(client: httpx2.Client, username: str) -> dict[str, Any]:
    email = f"{username}@example.com"
    account = {"email": email, "username": username, "password": PASSWORD}

    user: dict[str, Any] = read(client.post("/auth/register", json=account), 201)

    assert user.keys() == USER_FIELDS
    assert (user["email"], user["username"], user["is_superuser"]) == (email, username, False)
    return user


def log_in(client: httpx2.Client, username: str) -> httpx2.Response:
    credentials = {"username_or_email": username, "password": PASSWORD}
    return client.post("/auth/login", json=credentials)


def visit_with_headers(url: str) -> None:
    """Register, log in, refresh twice, list the sessions and log out, with bearer tokens."""
    with httpx2.Client(base_url=url) as client:
        user = register(client, "Header.Person")
        tokens = read(log_in(client, "header.person"), 200)
        assert tokens.keys() == {*TOKEN_FIELDS, "device_token"}
        # With both transports, a login also sets cookies. The next steps must not use them.
        client.cookies.clear()
        assert read(client.get("/auth/me", headers=bearer(tokens)), 200) == user

        for _ in range(2):
            earlier, sent = tokens, {"refresh_token": tokens["refresh_token"]}
            tokens = read(client.post("/auth/refresh", json=sent), 200)
            assert tokens.keys() == TOKEN_FIELDS
            assert tokens["refresh_token"] != earlier["refresh_token"]
            assert not client.cookies

        check_sessions(client.get("/auth/sessions", headers=bearer(tokens)))
        read(client.post("/auth/logout", headers=bearer(tokens)), 204)
        refuse(client.get("/auth/me", headers=bearer(tokens)), "session_ended")


def visit_with_password_form(url: str) -> None:
    """Get tokens as Swagger's Authorize dialog and OAuth2 clients do, without cookies."""
    with httpx2.Client(base_url=url) as client:
        user = register(client, "Form.Person")
        form = {"grant_type": "password", "username": "form.person", "password": PASSWORD}
        tokens = read(client.post("/auth/token", data=form), 200)
        renewal = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        renewed = read(client.post("/auth/token", data=renewal), 200)

        assert renewed.keys() == TOKEN_FIELDS
        assert not client.cookies
        assert read(client.get("/auth/me", headers=bearer(renewed)), 200) == user


def visit_with_cookies(url: str, *, tokens_in_body: bool) -> None:
    """The same visit by a browser. No token is visible to a script."""
    with httpx2.Client(base_url=url, headers={"Sec-Fetch-Site": "same-origin"}) as client:
        user = register(client, "Cookie.Person")
        login = log_in(client, "cookie.person@example.com")
        assert login.status_code == (200 if tokens_in_body else 204), login.text
        assert all("HttpOnly" in cookie for cookie in login.headers.get_list("set-cookie"))
        assert len(client.cookies) == 3
        assert read(client.get("/auth/me"), 200) == user

        for _ in range(2):
            earlier = dict(client.cookies)
            answer = client.post("/auth/refresh")
            read(answer, 204)
            assert client.cookies.keys() == earlier.keys()
            unchanged = dict(client.cookies).items() & earlier.items()
            assert [name for name, _ in unchanged] == [DEVICE_COOKIE]

        check_sessions(client.get("/auth/sessions"))
        kept = dict(client.cookies)
        read(client.post("/auth/logout"), 204)
        assert list(client.cookies) == [DEVICE_COOKIE]
        client.cookies.update(kept)
        refuse(client.get("/auth/me"), "session_ended")


def check_sessions(answer: httpx2.Response) -> None:
    sessions = read(answer, 200)
    assert [session["current"] for session in sessions] == [True]
    assert sessions[0].keys() == SESSION_FIELDS


def refuse(answer: httpx2.Response, code: str) -> None:
    assert read(answer, 401)["detail"]["code"] == code


def read(answer: httpx2.Response, status: int) -> Any:
    """Return the body of a response. Check its status and that it must not be cached."""
    shown = f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text}"
    assert answer.status_code == status, shown
    assert answer.headers["cache-control"] == "no-store", shown
    if status == 204:
        assert answer.content == b"", shown
        return None
    return answer.json()


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}
