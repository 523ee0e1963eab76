# {% from "template/includes/python.jinja" import python with context %}
# {% call python() %}
"""The mailbox of development: a page with the mails that were sent, as nobody reads the log."""

import re
from email.message import EmailMessage
from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from app.auth.fastapi.state import get_auth

SHOWN = 50
LINK = re.compile(r"https?://[^\s<]+")
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Mailbox</title>
<style>
:root { color-scheme: light dark }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 50rem; padding: 0 1rem }
article { border-top: 1px solid; margin-top: 1.5rem }
pre { font: inherit; overflow-wrap: anywhere; white-space: pre-wrap }
</style>
<h1>Mailbox</h1>
<p>The last mails, for development only. Reload the page for new ones.</p>
"""

router = APIRouter(include_in_schema=False)


@router.get("/dev/mailbox")
async def mailbox(request: Request) -> HTMLResponse:
    """Show the newest mails. `app/main.py` adds this route in development only."""
    messages = await get_auth(request).tools.outbox.list_messages(SHOWN)
    return HTMLResponse(PAGE + "".join(map(_article, messages)))


def _article(message: EmailMessage) -> str:
    text = escape(message.get_content())
    linked = LINK.sub(r'<a href="\g<0>">\g<0></a>', text)
    heading = escape(f"{message['Subject']} (to {message['To']})")
    return f"<article><h2>{heading}</h2><pre>{linked}</pre></article>\n"


# {% endcall %}
