"""The page at / in development, to try authentication in a browser."""

from html import escape
from pathlib import Path
from string import Template

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from app.auth.settings import PREFIX

PAGE = Path(__file__).with_suffix(".html")
# Scripts and styles of this host only, and none in the page itself (ASVS 3.4.3).
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

router = APIRouter(include_in_schema=False)


@router.get("/")
def show_start_page(request: Request) -> Response:
    """Show the page. `app/main.py` adds these routes in development only."""
    html = Template(PAGE.read_text(encoding="utf-8")).substitute(
        name=escape(request.app.title),
        auth=f".{PREFIX}",
    )
    return HTMLResponse(html, headers={"Content-Security-Policy": POLICY})


@router.get("/dev/start.css")
def show_style() -> Response:
    return FileResponse(PAGE.with_suffix(".css"))


@router.get("/dev/start.js")
def show_script() -> Response:
    return FileResponse(PAGE.with_suffix(".js"))
