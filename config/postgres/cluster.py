"""Where one cluster keeps its things, and how its data folder is made."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.postgres import account
from config.postgres.account import Account
from config.postgres.binaries import Binaries
from config.postgres.errors import EmbeddedPostgresError

SUPERUSER = "postgres"

#: Holds root's data when the checkout is where the server's account cannot go, such as below /root.
OUT_OF_REACH_ROOT = Path("/var/lib/consent-desk")

#: Bytes that the path of a Unix socket may have on macOS, which allows less than Linux.
SOCKET_PATH_LIMIT = 103
PORT = 5432
SOCKET_NAME = f".s.PGSQL.{PORT}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """One server's folder and the account it runs as."""

    home: Path
    account: Account

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def password_file(self) -> Path:
        return self.home / "password"

    @property
    def log_file(self) -> Path:
        return self.home / "server.log"

    @property
    def change_lock(self) -> Path:
        return self.home / "change.lock"

    @property
    def owners_lock(self) -> Path:
        return self.home / "owners.lock"

    @property
    def keep_file(self) -> Path:
        """Exists while a person wants the server to outlive its owners."""
        return self.home / "keep"

    @property
    def inner_socket_folder(self) -> Path:
        return self.home / "socket"

    @property
    def socket_folder(self) -> Path:
        """The folder of the Unix socket: below `home`, or in the temp folder when that path is too long."""
        if _fits(self.inner_socket_folder):
            return self.inner_socket_folder
        mark = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        outside = f"consent-desk-{self.account.uid}-{mark}"
        return next(
            folder
            for temp in (tempfile.gettempdir(), "/tmp")  # noqa: S108 (made private, and checked, before use)
            if _fits(folder := Path(temp, outside))
        )


def locate(*, data_root: Path, name: str) -> Cluster:
    """Return where the cluster `name` is, or would be. Creates nothing."""
    home = data_root.expanduser().resolve() / name
    server_account = account.for_server(home / "data")
    if not (home / "data").exists() and not server_account.can_enter(home):
        mark = hashlib.sha256(os.fsencode(home.parent)).hexdigest()[:12]
        home = OUT_OF_REACH_ROOT / mark / name
        server_account = account.for_server(home / "data")
    return Cluster(home, server_account)


def make_home(cluster: Cluster) -> None:
    """Create the cluster's own folder, leaving parents that exist as they are."""
    missing = [folder for folder in (cluster.home, *cluster.home.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        # The server's account passes through to `data` and `socket`, and reads nothing else here.
        folder.chmod(0o700 if cluster.account.is_me else 0o711)


def make_socket_folder(cluster: Cluster) -> Path:
    """Create the socket's folder, private to the server's account.

    Raises: EmbeddedPostgresError when somebody else sits on its name in the shared temp folder.
    """
    folder = cluster.socket_folder
    try:
        folder.mkdir(mode=0o700)
        cluster.account.own(folder)
    except FileExistsError:
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid != cluster.account.uid or found.st_mode & 0o077:
            raise EmbeddedPostgresError(
                f"The socket's folder {folder} exists and is not private to this server.",
                "Remove it, or set TMPDIR to a folder of your own. DATABASE_URL does without both.",
            ) from None
    return folder


def make_data(cluster: Cluster, binaries: Binaries, *, durable: bool) -> None:
    """Create the data folder. Built aside and renamed, so that a killed attempt leaves no half of one.

    Raises: EmbeddedPostgresError with what initdb said.
    """
    for leftover in cluster.home.glob("initdb-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    _write_password(cluster)
    unfinished = Path(tempfile.mkdtemp(prefix="initdb-", dir=cluster.home))
    cluster.account.own(unfinished)
    command = [
        binaries.program("initdb"),
        f"--pgdata={unfinished}",
        f"--username={SUPERUSER}",
        f"--pwfile={cluster.password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--no-instructions",
        *_locale(binaries),
        *([] if durable else ["--no-sync"]),
    ]
    with open_log(cluster) as log:
        code = cluster.account.run(command, output=log).returncode
    if code != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise EmbeddedPostgresError(
            f"PostgreSQL could not create its data in {cluster.data}: initdb ended with code {code}.\n"
            f"{log_tail(cluster)}"
        )
    unfinished.rename(cluster.data)


def open_log(cluster: Cluster) -> IO[bytes]:
    """Open a new, empty log."""
    # Removed first: an old one may belong to another user of a shared checkout.
    cluster.log_file.unlink(missing_ok=True)
    return open(os.open(cluster.log_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def log_tail(cluster: Cluster) -> str:
    lines = cluster.log_file.read_text(errors="replace").splitlines()
    return "\n".join(f"  {line}" for line in lines[-12:])


def _write_password(cluster: Cluster) -> None:
    cluster.password_file.unlink(missing_ok=True)
    descriptor = os.open(cluster.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(24))
    cluster.account.own(cluster.password_file)


def _locale(binaries: Binaries) -> list[str]:
    # Plain C knows no letters beyond ASCII: ILIKE would not find É by é.
    if binaries.major >= 17:
        return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8"]


def _fits(folder: Path) -> bool:
    return len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_LIMIT
