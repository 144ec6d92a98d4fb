"""Who starts the embedded server, who shares it, and who stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from config.postgres import binaries
from config.postgres.account import Account


def every_postgresql() -> list[str]:
    """The one we choose, and each that the system has."""
    chosen = binaries.find(account=Account.me(), store=Path("/nowhere"))
    return list(dict.fromkeys(map(str, [chosen.folder, *sorted(binaries.SYSTEM_ROOT.glob("*/bin"))])))


def test_eight_first_starts_at_once_make_one_server_that_ends_with_the_last(place, query):
    programs = binaries.find(account=Account.me(), store=place.folder)
    counting = place.folder / "bin"
    counting.mkdir()
    for name in ("postgres", "pg_ctl"):
        (counting / name).symlink_to(programs.program(name))
    (counting / "initdb").write_text(
        f'#!/bin/sh\nmktemp {place.folder}/counted/XXXXXX >/dev/null\nexec {programs.program("initdb")} "$@"\n'
    )
    (counting / "initdb").chmod(0o755)
    (place.folder / "counted").mkdir()
    (place.folder / "counted").chmod(0o777)

    owners = [place.start_owner(PG_BIN=str(counting)) for _ in range(8)]
    answers = [owner.hears() for owner in owners]

    assert len(list((place.folder / "counted").iterdir())) == 1
    assert len({answer["url"] for answer in answers}) == 1
    assert query(answers[0], "SELECT count(*) FROM pg_database WHERE datname = 'consent_desk'") == 1
    for owner in owners:
        assert place.postmaster() is not None
        owner.leaves()
    assert place.postmaster() is None


def test_a_later_start_finds_the_data_again(old_place, query):
    first = old_place.start_owner()
    query(first.hears(), "CREATE TABLE kept AS SELECT 42 AS answer")
    first.leaves()
    assert old_place.postmaster() is None

    second = old_place.start_owner()
    assert query(second.hears(), "SELECT answer FROM kept") == 42


def test_a_process_joins_a_running_server_and_may_ask_for_another_database(old_place, query):
    first = old_place.start_owner()
    postmaster = first.hears() and old_place.postmaster()

    second = old_place.start_owner(database='odd "name"')
    answer = second.hears()

    assert query(answer, "SELECT current_database()") == 'odd "name"'
    first.leaves()
    assert old_place.postmaster() == postmaster
    second.leaves()
    assert old_place.postmaster() is None


def test_joining_costs_less_than_50_milliseconds(old_place):
    owner = old_place.start_owner()
    owner.hears()

    costs = []
    for _ in range(10):
        began = time.perf_counter()
        owner.told("ensure")
        costs.append(time.perf_counter() - began)

    assert min(costs) < 0.05


def test_the_server_outlives_its_killed_owner_and_ends_with_the_next(old_place):
    killed = old_place.start_owner()
    killed.hears()
    postmaster = old_place.postmaster()
    killed.is_killed()
    assert old_place.postmaster() == postmaster

    survivor = old_place.start_owner()
    survivor.hears()
    assert old_place.postmaster() == postmaster
    survivor.leaves()
    assert old_place.postmaster() is None


def test_a_killed_postmaster_is_replaced_for_the_next_caller(old_place, query):
    owner = old_place.start_owner(durable=True)
    query(owner.hears(), "CREATE TABLE written AS SELECT 42 AS answer")
    killed = old_place.postmaster()
    os.kill(killed, signal.SIGKILL)

    answer = owner.told("ensure")

    assert query(answer, "SELECT answer FROM written") == 42
    assert old_place.postmaster() not in (None, killed)
    owner.leaves()
    assert old_place.postmaster() is None


def test_a_stranger_with_the_postmasters_number_is_not_taken_for_it(old_place, query):
    owner = old_place.start_owner()
    owner.hears()
    left_behind = [
        old_place.home() / "data" / "postmaster.pid",
        old_place.home() / "socket" / ".s.PGSQL.5432.lock",
    ]
    os.kill(old_place.postmaster(), signal.SIGKILL)
    owner.is_killed()
    # PostgreSQL itself only mistakes processes of its own account.
    account = left_behind[0].stat()
    as_server = {"user": account.st_uid, "group": account.st_gid} if os.geteuid() == 0 else {}
    with subprocess.Popen(["sleep", "60"], **as_server) as stranger:
        for file in left_behind:
            _, newline, rest = file.read_text().partition("\n")
            file.write_text(f"{stranger.pid}{newline}{rest}")

        answer = old_place.start_owner().hears()

        assert query(answer, "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()


def test_a_half_written_postmaster_file_does_not_block_the_start(old_place, query):
    (old_place.home() / "data" / "postmaster.pid").write_text("")

    assert query(old_place.start_owner().hears(), "SELECT 1") == 1


def test_a_server_whose_socket_was_cleaned_away_is_restarted(old_place, query):
    owner = old_place.start_owner()
    owner.hears()
    lost = old_place.postmaster()
    (old_place.home() / "socket" / ".s.PGSQL.5432").unlink()

    answer = owner.told("ensure")

    assert query(answer, "SELECT 1") == 1
    assert old_place.postmaster() not in (None, lost)


def test_a_killed_first_start_leaves_nothing_half_made(place, query):
    unfinished = place.home() / "initdb-killed"
    (unfinished / "base").mkdir(parents=True)

    assert query(place.start_owner().hears(), "SELECT 1") == 1
    assert not unfinished.exists()


def test_a_forked_child_that_ends_does_not_take_the_server_away(old_place, query):
    os.mkfifo(old_place.folder / "child-may-go")
    owner = old_place.start_owner()
    answer = owner.hears()
    owner.told("fork")

    (old_place.folder / "child-may-go").write_text("")
    owner.told("wait for child")

    (old_place.folder / "child-may-go").unlink()
    assert query(answer, "SELECT 1") == 1
    owner.leaves()
    assert old_place.postmaster() is None


def test_a_forked_child_keeps_the_server_after_its_parent_left(old_place, wait_until):
    os.mkfifo(old_place.folder / "child-may-go")
    owner = old_place.start_owner()
    owner.hears()
    owner.told("fork")

    owner.leaves()
    passer_by = old_place.start_owner()
    passer_by.hears()
    passer_by.leaves()

    assert old_place.postmaster() is not None
    (old_place.folder / "child-may-go").write_text("")
    (old_place.folder / "child-may-go").unlink()
    wait_until(lambda: old_place.postmaster() is None)


def test_a_long_path_moves_the_socket_to_a_private_temp_folder(place, query):
    data_root = place.folder / ("long-" * 30) / ".postgres"
    data_root.parent.mkdir()
    data_root.parent.chmod(0o711)
    owner = place.start_owner(data_root=data_root, TMPDIR=str(place.folder))

    answer = owner.hears()

    folder = Path(answer["host"])
    assert folder.parent == place.folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.stat().st_uid == (data_root / "test" / "data").stat().st_uid
    assert query(answer, "SELECT 1") == 1
    joined = place.start_owner(data_root=data_root, TMPDIR="/var/tmp")
    assert joined.hears()["url"] == answer["url"]
    owner.leaves()
    joined.leaves()
    assert not folder.exists()


def test_test_and_dev_are_two_servers_and_only_dev_is_durable(place, query):
    dev = place.start_owner(name="dev", durable=True).hears()
    test = place.start_owner(name="test", durable=False).hears()

    assert place.postmaster("dev") != place.postmaster("test")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert query(dev, f"SHOW {setting}") == "on"
        assert query(test, f"SHOW {setting}") == "off"


def test_only_the_password_opens_the_server_and_only_through_its_socket(old_place, query):
    answer = old_place.start_owner().hears()

    assert query(answer, "SHOW listen_addresses") == ""
    assert query(answer, "SHOW max_connections") == "200"
    assert answer["django"]["ENGINE"] == "django.db.backends.postgresql"
    password = answer["django"]["PASSWORD"]
    assert len(password) >= 32
    for wrong in ("wrong", ""):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(answer["url"].replace(password, wrong))
    assert (old_place.home() / "password").stat().st_mode & 0o777 == 0o600
    assert (old_place.home() / "socket").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("folder", every_postgresql())
def test_every_postgresql_serves_and_knows_letters_beyond_ascii(folder, place, query):
    answer = place.start_owner(PG_BIN=folder).hears()

    assert query(answer, "SELECT 'ÉCOLE' ILIKE 'école' AND lower('ÄÖ') = 'äö'") is True
    assert query(answer, "SHOW server_encoding") == "UTF8"


def test_started_by_hand_it_stays_until_stopped_by_hand(place, query):
    assert place.by_hand("status").returncode == 3
    assert not place.data_root.exists()

    started = place.by_hand("start")
    assert started.returncode == 0, started.stderr
    postmaster = place.postmaster()
    assert f"process {postmaster}" in started.stdout
    passer_by = place.start_owner()
    passer_by.hears()
    passer_by.leaves()
    assert place.postmaster() == postmaster
    assert query(place.by_hand("url").stdout.strip(), "SELECT current_database()") == "consent_desk"

    assert place.by_hand("stop").returncode == 0
    assert place.postmaster() is None
    assert place.by_hand("stop").returncode == 0
    assert place.by_hand("url").returncode == 3
    owner = place.start_owner()
    owner.hears()
    owner.leaves()
    assert place.postmaster() is None
