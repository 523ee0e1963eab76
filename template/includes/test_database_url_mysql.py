"""Database URLs as hosts hand them out. Each is tried with the driver."""

# {% if concurrency == "sync" %}
import gc
# {% endif %}
import ssl
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.auth.ext.database_errors import is_outage
from app.database.profile import create_reader, create_writer
from app.database.settings import DatabaseSettings
from app.database.url import DRIVER, read_url

# Nothing listens at {here}, and the folder {folder} has no socket.
SHAPES = {
    "Railway": "mysql://root:p@{here}/railway",
    "Amazon RDS": "mysql://admin:p@{here}/shop?ssl_ca={roots}",
    "Amazon RDS, verified": "mysql://admin:p@{here}/shop?ssl-mode=VERIFY_IDENTITY&ssl-ca={roots}",
    "Amazon RDS, SQLAlchemy": DRIVER + "://u:p@{here}/shop?ssl_ca={roots}&ssl_check_hostname=true",
    "Google Cloud SQL": "mysql://u:p@/shop?unix_socket={folder}/project:europe-west1:shop",
    "Google Cloud SQL, Prisma": "mysql://u:p@localhost/shop?socket={folder}/project:region:shop",
    "PlanetScale, Prisma": "mysql://u:pscale_pw_p@{here}/shop?sslaccept=strict",
    "PlanetScale, mysql2": "mysql://u:p@{here}/shop?ssl=%7B%22rejectUnauthorized%22%3Atrue%7D",
    "Aiven": "mysql://avnadmin:p@{here}/defaultdb?ssl-mode=REQUIRED",
    "DigitalOcean": "mysql://doadmin:p@{here}/defaultdb?ssl-mode=REQUIRED",
    "Azure": "mysql://u%40server:p@{here}/shop?ssl_mode=REQUIRED",
    "TiDB Cloud": "mysql://u.root:p@{here}/test?ssl_ca={roots}&ssl_verify_identity=true",
    "Heroku, JawsDB": "mysql://u:p@{here}/x1y2z3",
    "Heroku, ClearDB": "mysql://u:p@{here}/heroku_1a2b?reconnect=true",
    "Prisma": "mysql://u:p@{here}/shop?connection_limit=5&pool_timeout=10&connect_timeout=30",
    "MariaDB": "mariadb://u:p@{here}/shop?sslmode=verify-full",
    "SQLAlchemy": DRIVER + "://u:p@{here}/shop?charset=utf8mb4",
}


@pytest.fixture
def roots(tmp_path: Path) -> Path:
    """A file of certificates, which is read before the connection."""
    file = tmp_path / "roots.pem"
    file.write_text(CERTIFICATE)
    return file


# {% if concurrency == "sync" %}
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
# {% endif %}
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
    # {% if concurrency == "sync" %}
    del failure
    gc.collect()  # the driver does not close a Unix socket that it cannot connect
    # {% endif %}


@pytest.mark.parametrize(
    ("query", "mode", "checks_host"),
    [
        ("ssl-mode=REQUIRED", ssl.CERT_NONE, False),
        ("ssl=true", ssl.CERT_NONE, False),
        ("ssl-mode=VERIFY_CA", ssl.CERT_REQUIRED, False),
        ("ssl_verify_cert=true", ssl.CERT_REQUIRED, False),
        ("ssl-mode=REQUIRED&ssl_verify_identity=true", ssl.CERT_REQUIRED, True),
        ("sslaccept=strict", ssl.CERT_REQUIRED, True),
        ('ssl={"rejectUnauthorized": true}', ssl.CERT_REQUIRED, True),
    ],
)
def test_connection_is_as_safe_as_the_url_says(
    query: str,
    mode: ssl.VerifyMode,
    checks_host: bool,
) -> None:
    _, arguments = read_url(f"mysql://u:p@host/name?{query}")

    context = arguments["ssl"]
    assert (context.verify_mode, context.check_hostname) == (mode, checks_host)


@pytest.mark.parametrize("query", ["", "?ssl-mode=DISABLED", "?ssl-mode=PREFERRED", "?ssl=false"])
def test_encryption_is_up_to_the_server_unless_it_is_required(query: str) -> None:
    url, arguments = read_url(f"mysql://u:p@host/name{query}")

    expected = f"{DRIVER}://u:p@host/name?charset=utf8mb4"
    assert (url.render_as_string(hide_password=False), arguments) == (expected, {})


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("charset=latin1", "has another charset than utf8mb4"),
        ("options=-csearch_path", "unknown option options: the options of this project are ch"),
        ("ssl-mode=SOMETIMES", "unknown value for ssl_mode: write ssl-mode=VERIFY_IDENTITY"),
        ("ssl_ca=/no/such/file", "names a certificate that cannot be read: No such file"),
    ],
)
def test_other_option_is_rejected(query: str, message: str) -> None:
    with pytest.raises(ValidationError) as failure:
        DatabaseSettings(url=f"mysql://u:secret@host/name?{query}")

    assert message in str(failure.value)
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize("url", ["", "host/name", "oracle://u@host/name", "mysql+other://host"])
def test_other_url_is_rejected(url: str) -> None:
    with pytest.raises(ValidationError, match="must look like mysql"):
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
