"""Database URLs as hosts hand them out. Each is tried with the driver."""

# {% if concurrency == "async" %}
import ssl
# {% endif %}
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.auth.ext.database_errors import is_outage
from app.database.profile import create_reader, create_writer
from app.database.settings import DatabaseSettings
from app.database.url import DRIVER, read_url, uses_pooler

# Nothing listens at {here}, and the folder {folder} has no socket.
SHAPES = {
    "Heroku": "postgres://u:p@{here}/d1a2b3",
    "Render, internal": "postgresql://u:p@{here}/shop_db",
    "Render, external": "postgresql://u:p@{here}/shop_db?sslmode=require",
    "Railway": "postgresql://postgres:p@{here}/railway",
    "Fly.io, Postgres app": "postgres://shop:p@{here}/shop?sslmode=disable",
    "Fly.io, managed": "postgresql://fly-user:p@{here}/fly-db",
    "Neon": "postgresql://u:p@{here}/neondb?sslmode=require&channel_binding=require",
    "Neon, endpoint in options": "postgresql://u:p@{here}/db?sslmode=require&options=endpoint%3Dep-1",
    "Supabase, direct": "postgresql://postgres:p@{here}/postgres",
    "Supabase, pooled": "postgres://postgres.ref:p@{here}/postgres?pgbouncer=true",
    "Supabase, Vercel": "postgres://postgres.ref:p@{here}/postgres?sslmode=require&supa=base-pooler.x",
    "Amazon RDS": "postgresql://u:p@{here}/postgres?sslmode=verify-full&sslrootcert={roots}",
    "Google Cloud SQL": "postgresql://u:p@/shop?host={folder}/project:europe-west1:shop",
    "socket in the host": "postgresql://u:p@%2Fnowhere%2Fproject%3Aregion%3Ashop/shop",
    "Azure": "postgresql://u%40server:p@{here}/postgres?sslmode=require",
    "Aiven": "postgres://avnadmin:p@{here}/defaultdb?sslmode=require",
    "DigitalOcean": "postgresql://doadmin:p@{here}/defaultdb?sslmode=require",
    "Scaleway": "postgresql://u:p@{here}/db?sslmode=verify-full&sslrootcert=system",
    "Prisma": "postgresql://u:p@{here}/db?connection_limit=5&pool_timeout=10&connect_timeout=30",
    "node-postgres": "postgresql://u:p@{here}/db?ssl=true&application_name=shop",
    "SQLAlchemy": DRIVER + "://u:p@{here}/db",
}
# {% if concurrency == "async" %}
PREPARED = "prepared_statement_cache_size"
# {% else %}
PREPARED = "prepare_threshold"
# {% endif %}


@pytest.fixture
def roots(tmp_path: Path) -> Path:
    """A file of certificates, which is read before the connection."""
    file = tmp_path / "roots.pem"
    file.write_text(CERTIFICATE)
    return file


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
async def test_driver_accepts_the_url_of_a_host(shape: str, roots: Path, tmp_path: Path) -> None:
    url = shape.format(here="127.0.0.1:1", folder=tmp_path, roots=roots)

    for create in (create_writer, create_reader):
        engine = create(DatabaseSettings(url=url))
        with pytest.raises(DBAPIError) as failure:
            async with engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        await engine.dispose()
        assert is_outage(failure.value)


# {% if concurrency == "async" %}
def test_options_of_libpq_are_translated() -> None:
    url, arguments = read_url("postgres://u:p@host/name?sslmode=require&options=-csearch_path%3Da")

    assert url.render_as_string(hide_password=False) == f"{DRIVER}://u:p@host/name"
    assert arguments == {"dsn": "postgresql://?sslmode=require&options=-csearch_path%3Da"}


@pytest.mark.parametrize("query", ["channel_binding=require", "sslrootcert=system"])
def test_certificate_is_verified(query: str) -> None:
    _, arguments = read_url(f"postgres://u:p@host/name?sslmode=require&{query}")

    context = arguments["ssl"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert arguments.keys() == {"ssl"}


# {% else %}
def test_options_of_libpq_are_passed_on() -> None:
    url, arguments = read_url("postgres://u:p@host/name?sslmode=require&channel_binding=require")

    assert url.render_as_string(hide_password=False) == f"{DRIVER}://u:p@host/name"
    assert arguments == {"sslmode": "require", "channel_binding": "require"}


# {% endif %}
async def test_options_reach_the_server(database_settings: DatabaseSettings) -> None:
    mark = "&" if "?" in database_settings.url else "?"
    url = f"{database_settings.url}{mark}application_name=shop&options=-csearch_path%3Dmine"
    engine = create_reader(DatabaseSettings(url=url))
    query = text(
        "SELECT concat_ws(' ', current_setting('search_path'), current_setting('lock_timeout'), "
        "current_setting('application_name'))"
    )

    async with engine.connect() as connection:
        found = await connection.scalar(query)

    await engine.dispose()
    assert found == "mine 5s shop"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@ep-cool-darkness-1a2b-pooler.eu-central-1.aws.neon.tech/neondb",
        "postgres://postgres.ref:p@aws-0-eu-central-1.pooler.supabase.com:5432/postgres",
        "postgres://postgres:p@db.ref.supabase.co:6543/postgres",
        "postgresql://fly-user:p@pgbouncer.cluster.flympg.net/fly-db",
        "postgresql://u:p@server.postgres.database.azure.com:6432/postgres",
        "postgresql://u:p@host:25061/pool?pgbouncer=true",
    ],
)
def test_pooler_is_recognised(url: str) -> None:
    assert uses_pooler(url)
    assert not uses_pooler("postgresql://u:p@db.ref.supabase.co:5432/postgres")


async def test_pooler_gets_timeouts_in_each_transaction(
    database_settings: DatabaseSettings,
) -> None:
    mark = "&" if "?" in database_settings.url else "?"
    pooled = DatabaseSettings(url=f"{database_settings.url}{mark}pgbouncer=true")
    shown = text("SELECT current_setting('lock_timeout') || current_setting('statement_timeout')")
    prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE name <> ''")

    found = []
    for create in (create_writer, create_reader):
        engine = create(pooled)
        async with engine.connect() as connection:
            found += [await connection.scalar(shown) for _ in range(6)]
            found.append(await connection.scalar(prepared))
        await engine.dispose()

    assert found == [*["5s5s"] * 6, 0] * 2


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("charset=utf8", "unknown option charset: the options of this project are application"),
        ("schema=mine", "write options=-csearch_path%3DNAME instead"),
        ("sslmode=required", "another sslmode than disable, allow, prefer, require, verify-ca"),
    ],
)
def test_other_option_is_rejected(query: str, message: str) -> None:
    with pytest.raises(ValidationError) as failure:
        DatabaseSettings(url=f"postgresql://u:secret@host/name?{query}")

    assert message in str(failure.value)
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize("url", ["", "host/name", "oracle://u@host", "postgresql+other://host"])
def test_other_url_is_rejected(url: str) -> None:
    with pytest.raises(ValidationError, match="must look like postgresql"):
        DatabaseSettings(url=url)


# Self-signed, of nobody.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBeDCCAR+gAwIBAgIULVP5i1blxFemBhAGfKxqKLDUvIowCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTEyNzE2NDQzMFoYDzIxMjYxMTAzMTY0
NDMwWjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQRpOPc5Xd+VM0MKA3FSDD4cGd0asozTapbAZ6gh+nczOgBAwXcvAbsSdb6E7Jj
IHW3dqWtccDp8YtwGIN63k2do1MwUTAdBgNVHQ4EFgQUv0pP8mOG1bq6Z6H+2Lj6
kcnM0kEwHwYDVR0jBBgwFoAUv0pP8mOG1bq6Z6H+2Lj6kcnM0kEwDwYDVR0TAQH/
BAUwAwEB/zAKBggqhkjOPQQDAgNHADBEAiAhDdXUPHnmzCvwzNftdeY6NG+59xG0
YDN/19XZYTnOIwIgRXQIKbEaDL8YujrNH1d8r6xhNEACj1QotMwGSqNgHMo=
-----END CERTIFICATE-----
"""
