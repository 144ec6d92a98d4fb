"""Which user the server runs as: PostgreSQL refuses root, so root lends it a lesser account."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from config.postgres.errors import WAY_OUT, EmbeddedPostgresError

#: Accounts that every Unix has, or gets with PostgreSQL's own packages. None is created for us.
LESSER_ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int

    @classmethod
    def me(cls) -> Account:
        return cls(os.geteuid(), os.getegid())

    @property
    def is_me(self) -> bool:
        return self.uid == os.geteuid()

    def run(
        self, command: list[str], *, output: IO[bytes] | int = subprocess.DEVNULL
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a program as this account, untouched by the caller's folder, language and PG* variables.

        Raises: OSError when the account cannot reach the program.
        """
        other = not self.is_me
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return subprocess.run(
            command,
            check=False,
            cwd="/",
            env=environment | {"LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=self.uid if other else None,
            group=self.gid if other else None,
            extra_groups=[] if other else None,
        )

    def can_enter(self, folder: Path) -> bool:
        """Say whether this account gets through to `folder`, or to its nearest parent that exists."""
        while not folder.exists():
            folder = folder.parent
        return self.is_me or self.run(["test", "-x", str(folder)]).returncode == 0

    def own(self, path: Path) -> None:
        """Give `path` to this account and to nobody else."""
        path.chmod(0o700 if path.is_dir() else 0o600)
        if not self.is_me:
            os.chown(path, self.uid, self.gid)


def for_server(data: Path) -> Account:
    """Return the account that runs a server on this data folder.

    Root takes whoever owns the data already, so that `sudo make run` does not lock its user out.
    Raises: EmbeddedPostgresError when root has no account to lend.
    """
    if os.geteuid() != 0:
        return Account.me()
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in LESSER_ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedPostgresError(
        f"PostgreSQL refuses to run as root, and no account {' or '.join(LESSER_ACCOUNTS)} exists here.",
        f"Run as an ordinary user. {WAY_OUT}",
    )
