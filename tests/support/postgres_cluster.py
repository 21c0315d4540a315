"""A private PostgreSQL in a temporary folder, started for real and gone afterwards."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Cluster", "programs_folder", "running_cluster"]


def programs_folder() -> Path | None:
    """Where PostgreSQL's programs are; None when it is not installed."""
    on_path = shutil.which("pg_ctl")
    if on_path and shutil.which("initdb"):
        return Path(on_path).parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return installed[-1].parent if installed else None


@dataclass
class Cluster:
    """A server on a port of its own.

    Attributes:
        programs: Folder of `pg_ctl`.
        folder: Holds data, socket and log.
        port: On 127.0.0.1.
        account: Arguments for `subprocess` that run a program as somebody who is not root.
    """

    programs: Path
    folder: Path
    port: int
    account: dict[str, Any]
    _numbers: Any = field(default_factory=itertools.count)

    def address(self) -> str:
        """An empty place of its own, as a store's address."""
        import psycopg

        name = f"place{next(self._numbers)}"
        with psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"postgresql://postgres:secret-word@127.0.0.1:{self.port}/postgres?options=-csearch_path%3D{name}"

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        # No test cuts the power: what is written need not have reached the disk.
        unsafe = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 {unsafe}"
        self.run("pg_ctl", "-w", "-t", "60", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        """Stop the server in the middle of whatever it does."""
        self.run("pg_ctl", "-w", "-m", "immediate", "stop")

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs on this cluster's data."""
        command = [str(self.programs / program), "-D", str(self.folder / "data"), *arguments]
        subprocess.run(command, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, **self.account)


@contextmanager
def running_cluster(programs: Path) -> Iterator[Cluster]:
    """Make a cluster, run it while the block runs, and remove it."""
    folder = Path(tempfile.mkdtemp(prefix="pegasus-classify-"))
    account: dict[str, Any] = {}
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        entry = _somebody()
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cluster = Cluster(programs, folder, port, account)
    try:
        cluster.run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        cluster.start()
        try:
            yield cluster
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _somebody() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return next(entry for entry in pwd.getpwall() if entry.pw_uid)
