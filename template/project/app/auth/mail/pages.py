# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The page of the links in mails, for projects without a front end."""

import secrets

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.auth.errors import NotFound
from app.auth.fastapi.state import get_auth
from app.auth.mail.kinds import WITH_TOKEN

# Scripts and styles of the page itself, which may call this host and nothing else (ASVS 3.4.3).
CSP = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; "
    "connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)

router = APIRouter(include_in_schema=False)


@router.get("/links/{kind}")
async def show_link_page(kind: str, request: Request) -> HTMLResponse:
    """Show the page of a link. It is the same for every token, and changes nothing (SEC-102)."""
    if kind not in WITH_TOKEN:
        raise NotFound
    nonce = secrets.token_urlsafe(16)
    html = get_auth(request).tools.outbox.read_page().replace("$nonce", nonce)
    return HTMLResponse(html, headers={"Content-Security-Policy": CSP.format(nonce=nonce)})


# {% endcall %}
