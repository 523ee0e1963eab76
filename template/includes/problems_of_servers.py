def connection_advice(error: DBAPIError, database: DatabaseSettings) -> str | None:
    """Return advice if there is no server, no database or no access, or None."""
    url, _ = read_url(database.url)
    server = _server(database)
    if _code(error) == NO_DATABASE:
        return (
            f"The server {server} has no database {url.database}: create it "
            f"(CREATE DATABASE {url.database}), or name another one in DATABASE_URL."
        )
    # {% if database == "postgresql" %}
    if POOLER in str(error.orig):
        return f"The pooler {server} rejects session settings: add pgbouncer=true to DATABASE_URL."
    if str(_code(error)).startswith(REJECTED):
    # {% else %}
    if _code(error) in REJECTED:
    # {% endif %}
        return f"The server {server} rejects the user {url.username}: correct DATABASE_URL."
    if database_errors.is_outage(error):
        reason = str(error.orig).partition("\n")[0] or "no answer in time"
        return (
            f"No {SERVER} answers at {server} ({reason}): run `docker compose up -d --wait`, or "
            "name another server in DATABASE_URL."
        )
    return None


def place_of(database: DatabaseSettings) -> str:
    """Return the name and the server of the database."""
    url, _ = read_url(database.url)
    return f"{url.database} at {_server(database)}"


# {% if database == "postgresql" %}
SERVER = "PostgreSQL"


def _server(database: DatabaseSettings) -> str:
    url, _ = read_url(database.url)
    host = url.query.get("host") or url.host or "localhost"
    return f"{host}:{url.port or 5432}" if isinstance(host, str) else " and ".join(host)


def _code(error: DBAPIError) -> str | None:
    code: str | None = getattr(error.orig, "sqlstate", None)
    # {% if concurrency == "sync" %}
    if code is None:
        text = str(error.orig)
        code = next((known for words, known in TEXTS.items() if words in text), None)
    # {% endif %}
    return code


# {% else %}
SERVER = "MySQL"


def _server(database: DatabaseSettings) -> str:
    url, arguments = read_url(database.url)
    return arguments.get("unix_socket") or f"{url.host or 'localhost'}:{url.port or 3306}"


def _code(error: DBAPIError) -> int | None:
    return error.orig.args[0] if error.orig and error.orig.args else None


# {% endif %}
