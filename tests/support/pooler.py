"""A PgBouncer in transaction mode before the PostgreSQL server of the tests."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from support.databases import SERVERS
from support.programs import required
from support.redis import accepts
from support.servers import free_port, stop
from support.waiting import wait_until

SETTING = "?pgbouncer=true"
CONFIGURATION = """\
[databases]
* = host={host} port={port} user={user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen_port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
"""


@contextmanager
def pooler(folder: Path, *, connections: int) -> Iterator[str]:
    """Start a PgBouncer with this many server connections, and yield its address."""
    binary = required("pgbouncer")
    server = urlsplit(f"postgresql://{SERVERS['postgresql']}")
    port = free_port()
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(
        CONFIGURATION.format(
            host=server.hostname,
            port=server.port,
            user=server.username,
            listen_port=port,
            connections=connections,
        )
    )
    # It refuses to run as root.
    other_user = ("-u", "nobody") if os.getuid() == 0 else ()
    with (folder / "pgbouncer.log").open("wb") as log:
        process = subprocess.Popen((binary, *other_user, configuration), stdout=log, stderr=log)
    try:
        wait_until(lambda: accepts(port), "PgBouncer accepts connections")
        yield f"{server.username}@127.0.0.1:{port}"
    finally:
        stop(process)


def pooled(database_url: str, address: str) -> str:
    """Return the URL of the same database behind the pooler."""
    scheme, _, rest = database_url.partition("://")
    return f"{scheme}://{address}/{rest.partition('/')[2]}{SETTING}"
