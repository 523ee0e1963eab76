"""Database URLs as hosts hand them out, for the driver of this project."""

import ssl
from enum import IntEnum
from typing import Any

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

DRIVER = "mysql+asyncmy"
EXAMPLE = "mysql+asyncmy://user:password@host/name?charset=utf8mb4"
SCHEMES = ("mysql", "mariadb", DRIVER, "mariadb+asyncmy")
OPTIONS = {
    *("charset", "ssl", "ssl_ca", "ssl_cert", "ssl_key", "ssl_mode", "ssl_verify_cert"),
    *("ssl_verify_identity", "sslaccept", "sslmode", "unix_socket"),
}
# Other spellings of options.
ALIASES = {"socket": "unix_socket", "ssl_check_hostname": "ssl_verify_identity"}
# The pools and timeouts of other clients. This project has its own.
IGNORED = {"connect_timeout", "connection_limit", "pool_timeout", "socket_timeout", "reconnect"}


class Tls(IntEnum):
    """What a connection guarantees. Each level includes those before it."""

    NONE = 0
    ENCRYPTED = 1
    VERIFY_CA = 2
    VERIFY_IDENTITY = 3


# The values of ssl-mode in MySQL, and those of sslmode, ssl and sslaccept in other clients.
LEVELS = {
    **dict.fromkeys(("disabled", "disable", "false", "0", "preferred", "prefer"), Tls.NONE),
    **dict.fromkeys(("required", "require"), Tls.ENCRYPTED),
    **dict.fromkeys(("true", "1", "accept_invalid_certs"), Tls.ENCRYPTED),
    **dict.fromkeys(('{"rejectunauthorized":false}',), Tls.ENCRYPTED),
    **dict.fromkeys(("verify_ca", "verify-ca"), Tls.VERIFY_CA),
    **dict.fromkeys(("verify_identity", "verify-full", "strict"), Tls.VERIFY_IDENTITY),
    **dict.fromkeys(('{"rejectunauthorized":true}',), Tls.VERIFY_IDENTITY),
}


def read_url(text: str) -> tuple[URL, dict[str, Any]]:
    """Return the URL for SQLAlchemy, and arguments of the driver. Raise ValueError with advice."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(f"must look like {EXAMPLE}") from None
    if url.drivername not in SCHEMES:
        raise ValueError(f"must look like {EXAMPLE}, or begin with mysql://")
    database = url.drivername.partition("+")[0]
    options = _options(url)
    if options.get("charset", "utf8mb4") != "utf8mb4":
        raise ValueError("has another charset than utf8mb4, which has all characters")
    arguments: dict[str, Any] = {}
    if "unix_socket" in options:
        arguments["unix_socket"] = options["unix_socket"]
    level = _level(options)
    if level > Tls.NONE:
        arguments["ssl"] = _context(level, options)
    driver = f"{database}+{DRIVER.partition('+')[2]}"
    return url.set(drivername=driver, query={"charset": "utf8mb4"}), arguments


def _options(url: URL) -> dict[str, str]:
    options: dict[str, str] = {}
    for name, value in url.query.items():
        known = name.replace("-", "_").lower()
        options[ALIASES.get(known, known)] = value if isinstance(value, str) else value[-1]
    unknown = sorted(options.keys() - OPTIONS - IGNORED)
    if unknown:
        raise ValueError(
            f"has the unknown option {unknown[0]}: the options of this project are "
            f"{', '.join(sorted(OPTIONS))}"
        )
    return options


def _level(options: dict[str, str]) -> Tls:
    """Return the highest level that an option asks for."""
    levels = [Tls.NONE]
    for name in ("ssl", "ssl_mode", "sslmode", "sslaccept"):
        written = options.get(name, "disabled").lower().replace(" ", "")
        if written not in LEVELS:
            raise ValueError(f"has an unknown value for {name}: write ssl-mode=VERIFY_IDENTITY")
        levels.append(LEVELS[written])
    if "ssl_ca" in options or options.get("ssl_verify_cert", "").lower() in ("true", "1"):
        levels.append(Tls.VERIFY_CA)
    if options.get("ssl_verify_identity", "").lower() in ("true", "1"):
        levels.append(Tls.VERIFY_IDENTITY)
    if "ssl_cert" in options:
        levels.append(Tls.ENCRYPTED)
    return max(levels)


def _context(level: Tls, options: dict[str, str]) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=options.get("ssl_ca"))
        if "ssl_cert" in options:
            context.load_cert_chain(options["ssl_cert"], options.get("ssl_key"))
    except OSError as error:
        raise ValueError(f"names a certificate that cannot be read: {error.strerror}") from None
    context.check_hostname = level == Tls.VERIFY_IDENTITY
    if level < Tls.VERIFY_CA:
        context.verify_mode = ssl.CERT_NONE
    return context
