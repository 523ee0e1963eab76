"""Database URLs as hosts hand them out, for the driver of this project."""

# {% if concurrency == "async" %}
import ssl
# {% endif %}
from typing import Any
# {% if concurrency == "async" %}
from urllib.parse import unquote, urlencode
# {% else %}
from urllib.parse import unquote
# {% endif %}

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

DRIVER = "postgresql+asyncpg"
EXAMPLE = "postgresql+asyncpg://user:password@host/name"
SCHEMES = ("postgres", "postgresql", DRIVER)
PLACE = {"host", "port"}
# {% if concurrency == "async" %}
OPTIONS = {
    *("application_name", "channel_binding", "krbsrvname", "options", "target_session_attrs"),
    *("sslcert", "sslcrl", "sslkey", "sslmode", "sslnegotiation", "sslpassword", "sslrootcert"),
    *("ssl_max_protocol_version", "ssl_min_protocol_version"),
}
# {% else %}
OPTIONS = {
    *("application_name", "channel_binding", "gssencmode", "krbsrvname", "options"),
    *("keepalives", "keepalives_count", "keepalives_idle", "keepalives_interval"),
    *("sslcert", "sslcrl", "sslkey", "sslmode", "sslnegotiation", "sslpassword", "sslrootcert"),
    *("ssl_max_protocol_version", "ssl_min_protocol_version"),
    *("target_session_attrs", "tcp_user_timeout"),
}
# {% endif %}
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
# The pools and timeouts of other clients. This project has its own.
IGNORED = {
    *("connect_timeout", "connection_limit", "pgbouncer", "pool_timeout", "socket_timeout"),
    *("statement_cache_size", "supa", "uselibpqcompat"),
}
POOLER_PORTS = (6432, 6543)  # of PgBouncer and of Supabase


def read_url(text: str) -> tuple[URL, dict[str, Any]]:
    """Return the URL for SQLAlchemy, and arguments of the driver. Raise ValueError with advice."""
    url = _parse(text)
    place = {name: value for name, value in url.query.items() if name in PLACE}
    options = {
        name: value if isinstance(value, str) else value[-1]
        for name, value in url.query.items()
        if name not in PLACE | IGNORED
    }
    if "ssl" in options:
        written = options.pop("ssl")
        mode = {"true": "require", "1": "require", "false": "disable", "0": "disable"}
        options.setdefault("sslmode", mode.get(written.lower(), written))
    _check(options)
    if url.host and "%2f" in url.host.lower():  # the folder of a Unix socket
        place["host"] = unquote(url.host)
        url = url.set(host="")
    return url.set(drivername=DRIVER, query=place), _arguments(options)


def uses_pooler(text: str) -> bool:
    """Return whether each transaction may have another server connection.

    In PgBouncer's transaction mode and in Supabase's and Neon's poolers, neither prepared
    statements nor settings outlive a transaction. `?pgbouncer=true` says so for any host.
    """
    url = _parse(text)
    host = url.host or ""
    return (
        url.query.get("pgbouncer") == "true"
        or url.port in POOLER_PORTS
        or "pooler." in host
        or host.startswith("pgbouncer.")
    )


def _parse(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError(f"must look like {EXAMPLE}") from None
    if url.drivername not in SCHEMES:
        raise ValueError(f"must look like {EXAMPLE}, or begin with postgresql://")
    return url


def _check(options: dict[str, str]) -> None:
    if "schema" in options:
        raise ValueError("has the option schema: write options=-csearch_path%3DNAME instead")
    unknown = sorted(options.keys() - OPTIONS)
    if unknown:
        raise ValueError(
            f"has the unknown option {unknown[0]}: the options of this project are "
            f"{', '.join(sorted(OPTIONS))}"
        )
    if options.get("sslmode", "prefer") not in SSL_MODES:
        raise ValueError(f"has another sslmode than {', '.join(SSL_MODES)}")


def _arguments(options: dict[str, str]) -> dict[str, Any]:
    # {% if concurrency == "async" %}
    if options.pop("channel_binding", "") == "require":
        # asyncpg cannot bind a login to its TLS channel. Against the same attacker, who is in the
        # middle, it verifies the certificate.
        options = {"sslrootcert": "system", **options, "sslmode": "verify-full"}
    arguments: dict[str, Any] = {}
    if options.get("sslrootcert") == "system":
        del options["sslrootcert"]
        options.pop("sslmode", None)
        arguments["ssl"] = ssl.create_default_context()
    if options:
        arguments["dsn"] = f"postgresql://?{urlencode(options)}"
    return arguments
    # {% else %}
    return dict(options)
    # {% endif %}
