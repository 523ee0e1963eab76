"""PostgreSQL servers that belong to one test, which may change their settings."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from glob import glob
from pathlib import Path
from tempfile import mkdtemp

import psycopg

from support.programs import required
from support.servers import free_port, stop
from support.waiting import wait_until

FOLDERS = ":".join(sorted(glob("/usr/lib/postgresql/*/bin"), reverse=True))
# It refuses to run as root.
USER = "postgres" if os.getuid() == 0 else None
OPTIONS = ("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off")
DATABASE = "app"


@dataclass(frozen=True)
class Cluster:
    """A running server with an empty database."""

    port: int
    pid: int

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def set_read_only(self, *, read_only: bool) -> None:
        """Refuse changes without a restart, as a standby or a fenced server does."""
        value = "on" if read_only else "off"
        self.run(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
        self.run("SELECT pg_reload_conf()")
        wait_until(lambda: self.read("SHOW default_transaction_read_only") == value, "a reload")

    @contextmanager
    def without_its_standby(self) -> Iterator[None]:
        """Let each COMMIT wait for a synchronous standby that is away."""
        self._name_standby("nobody")
        try:
            yield
        finally:
            self._name_standby("")

    def _name_standby(self, name: str) -> None:
        self.run(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
        self.run("SELECT pg_reload_conf()")
        wait_until(lambda: self.read("SHOW synchronous_standby_names") == name, "a reload")

    @contextmanager
    def hung(self) -> Iterator[None]:
        """Stop the processes. The kernel still accepts connections and what they send."""
        with self.connect("postgres") as connection:
            rows = connection.execute("SELECT pid FROM pg_stat_activity").fetchall()
        pids = [self.pid, *(pid for (pid,) in rows)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def is_up(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def read(self, query: str) -> object:
        with self.connect(DATABASE) as connection:
            row = connection.execute(query).fetchone()
        return row and row[0]

    def run(self, statement: str) -> None:
        with self.connect("postgres") as connection:
            connection.execute(statement)

    def connect(self, database: str) -> psycopg.Connection:
        address = f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"
        return psycopg.connect(address, autocommit=True)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a server with its own files, and end it and delete them afterwards."""
    initdb, postgres = (required(name, places=FOLDERS) for name in ("initdb", "postgres"))
    port = free_port()
    folder = Path(mkdtemp(prefix="auth-kit-cluster-"))
    try:
        if USER:
            shutil.chown(folder, USER)
        options = ("--auth=trust", "--username=postgres", "--no-sync")
        subprocess.run(
            (initdb, *options, "-D", folder), check=True, user=USER, stdout=subprocess.DEVNULL
        )
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                (postgres, "-D", folder, "-p", str(port), *OPTIONS), user=USER, stderr=log
            )
        try:
            started = Cluster(port, process.pid)
            wait_until(started.is_up, "PostgreSQL accepts connections")
            started.run(f"CREATE DATABASE {DATABASE}")
            yield started
        finally:
            # SIGTERM would wait for clients.
            stop(process, signal.SIGINT)
    finally:
        shutil.rmtree(folder)
