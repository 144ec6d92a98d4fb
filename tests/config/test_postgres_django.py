"""The embedded server under what developers run: the reloading web server, commands beside it, test workers."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

SETTINGS = """
import os
from pathlib import Path

from config.postgres import ensure_running

SECRET_KEY = "only for this test"
DEBUG = True
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "urls"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
DATABASES = {
    "default": ensure_running(
        data_root=Path(__file__).parent / ".postgres", name="test", durable=False, database="shop"
    ).django()
}
"""

URLS = """
from django.db import connection
from django.http import HttpResponse
from django.urls import path

def answer(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        return HttpResponse(f"edition 1 on {cursor.fetchone()[0]}")

urlpatterns = [path("", answer)]
"""

WORKER_TESTS = """
import pytest
from django.contrib.auth.models import Permission
from django.db import connection

@pytest.mark.django_db
@pytest.mark.parametrize("number", range(4))
def test_the_database_is_there(number):
    assert Permission.objects.filter(codename="add_user").count() == 1
    assert connection.settings_dict["NAME"].startswith("test_shop_gw")
"""


@pytest.fixture
def project(old_place):
    """A Django project in the smallest form that can serve, migrate and be tested."""
    files = {"settings.py": SETTINGS, "urls.py": URLS, "test_shop.py": WORKER_TESTS}
    for name, text in files.items():
        (old_place.folder / name).write_text(text)
    return old_place


def django(project, *words: str) -> subprocess.Popen[str]:
    # Where the tests run in the background their children would be deaf to Ctrl-C, as everything is there.
    heard = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "django", *words],
            cwd=project.folder,
            env=django_environment(project),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    finally:
        signal.signal(signal.SIGINT, heard)
    project.processes.append(process)
    return process


def django_environment(project) -> dict[str, str]:
    environment = project.environment(DJANGO_SETTINGS_MODULE="settings")
    return environment | {"PYTHONPATH": f"{project.folder}{os.pathsep}{environment['PYTHONPATH']}"}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def page(port: int) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as response:
            return response.read().decode()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return ""


def test_the_reloading_web_server_and_migrate_beside_it_share_one_server(project, wait_until):
    port = free_port()
    web = django(project, "runserver", f"127.0.0.1:{port}")
    wait_until(lambda: page(port) == "edition 1 on shop")
    postmaster = project.postmaster()

    migrate = django(project, "migrate", "-v0")
    said, _ = migrate.communicate(timeout=60)
    assert migrate.returncode == 0, said
    urls = project.folder / "urls.py"
    # As editors save: the reloader never sees half a file, nor two changes of which the second is yet to come.
    saved = urls.with_suffix(".new")
    saved.write_text(urls.read_text().replace("edition 1", "edition 2"))
    saved.replace(urls)
    wait_until(lambda: page(port) == "edition 2 on shop")

    assert project.postmaster() == postmaster
    os.killpg(web.pid, signal.SIGINT)
    web.wait(30)
    wait_until(lambda: project.postmaster() is None)


def test_test_workers_share_one_server_that_ends_with_the_run(project, wait_until):
    run = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "pytest_django.plugin", "-p", "xdist.plugin",
            "-c", os.devnull, "--rootdir", str(project.folder), "-p", "no:cacheprovider", "test_shop.py",
        ],
        cwd=project.folder,
        env=django_environment(project) | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )  # fmt: skip

    assert "4 passed" in run.stdout, run.stdout + run.stderr
    wait_until(lambda: project.postmaster() is None)
