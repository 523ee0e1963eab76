"""API documentation at /docs. Its scripts come from this server, so it needs no other host."""

from html import escape
from importlib.util import find_spec
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles

PACKAGE = "fastapi_offline"  # a maintained copy of Swagger UI; no code of it runs here
NEEDED = "DOCS needs the package fastapi-offline, which is not installed: `uv add fastapi-offline`."
# Scripts only from this origin, which can act for the user (ASVS 3.4.3, 3.6.1).
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="icon" href="docs/assets/favicon.png">
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui">This page needs JavaScript. The document itself is openapi.json.</div>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
# The layout and the URL of the document, which is relative to the page.
START = """SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIBundle.SwaggerUIStandalonePreset],
});
"""


def install_docs(app: FastAPI) -> None:
    """Serve /docs, and lead visitors of / there, unless another route does. Raise SystemExit."""
    package = find_spec(PACKAGE)
    if package is None or package.origin is None:
        raise SystemExit(NEEDED)
    page = PAGE.format(title=escape(app.title))

    @app.get("/", include_in_schema=False)
    def start() -> Response:
        return RedirectResponse("docs")

    @app.get("/docs", include_in_schema=False)
    def docs() -> Response:
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})

    @app.get("/docs/start.js", include_in_schema=False)
    def start_script() -> Response:
        return Response(START, media_type="text/javascript")

    assets = StaticFiles(directory=Path(package.origin).with_name("static"))
    app.mount("/docs/assets", assets, name="docs-assets")
