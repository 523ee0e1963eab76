"""Over HTTPS, a browser keeps the cookies of production, and no script sees them."""

import ipaddress
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Browser, BrowserContext

from support import browsers, journeys
from support.matrix import Cell
from support.servers import uvicorn
from support.stage import staged
from support.typescript import compiled_client

HOST = "127.0.0.1"
FLAGS = {"domain": HOST, "path": "/", "httpOnly": True, "secure": True, "sameSite": "Lax"}
DEVICE = "__Host-device_token"
NAMES = {DEVICE, "__Host-access_token", "__Host-refresh_token"}
VISIT = """async ([name, password]) => {
  const login = await auth.signIn("login", { username_or_email: name, password });
  return [login.ok, document.cookie];
}"""
ASK = """async () => (await auth.fetch("/auth/me")).status"""
LOG_OUT = "async () => (await auth.logout()).status"


@pytest.mark.parametrize("cell", [Cell(), Cell(transport="cookie")], ids=str)
def test_cookies_of_production_are_kept_from_login_to_logout(
    cell: Cell,
    browser: Browser,
    render: Callable[[Cell], Path],
    shared: Path,
    tmp_path: Path,
) -> None:
    built = compiled_client(render, cell, shared)
    certificate = make_certificate(tmp_path)
    with (
        staged(render(cell), cell, tmp_path, people=1) as stage,
        stage.launch(command=partial(over_tls, certificate)) as server,
        browsers.profile(browser, ignore_https_errors=True) as context,
    ):
        page = browsers.open_client(context, server.url.replace("http:", "https:"), built)

        visit = page.evaluate(VISIT, [stage.people[0].username, journeys.PASSWORD])
        first = cookies(context)
        context.clear_cookies(name="__Host-access_token")  # as browsers do after its maximum age
        assert page.evaluate(ASK) == 200
        second = cookies(context)

        assert visit == [True, ""]
        assert first.keys() == second.keys() == NAMES
        assert all(flags == FLAGS for _, flags in (*first.values(), *second.values()))
        kept = [name for name in NAMES if first[name][0] == second[name][0]]
        assert kept == [DEVICE]
        assert page.evaluate(LOG_OUT) == 204
        assert cookies(context).keys() == {DEVICE}
        assert page.evaluate(ASK) == 401


def over_tls(certificate: Path, application: str, port: int, workers: int) -> tuple[str, ...]:
    return (*uvicorn(application, port, workers), "--ssl-certfile", str(certificate))


def cookies(context: BrowserContext) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the value and the flags of each cookie by its name."""
    return {
        cookie["name"]: (cookie["value"], {flag: cookie.get(flag) for flag in FLAGS})
        for cookie in context.cookies()
    }


def make_certificate(folder: Path) -> Path:
    """Write a file with a key and its certificate, which nobody but this test trusts."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    address = x509.IPAddress(ipaddress.ip_address(HOST))
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate"
    encoded = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(encoded + certificate.public_bytes(Encoding.PEM))
    return file
