"""What the documents say is so: their commands exist and are run, and they leave no command or variable out."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import resolve

from consent.rules import RULES

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
PROVIDERS = sorted((ROOT / "docs" / "providers").glob("*.md"))
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
OUR_APPS = ("config", "consent", "contacts", "lists")
CI = (ROOT / ".ci" / "run").read_text()

PROVEN_BY_TESTS = {
    "make run": "tests/config/test_run.py",
    ".venv/bin/python manage.py send_sample": "tests/config/test_send_sample.py",
    ".venv/bin/python manage.py create_api_key": "tests/api/test_keys_admin.py",
    ".venv/bin/python manage.py migrate": "tests/config/test_run.py",
    ".venv/bin/python manage.py check --deploy": "tests/config/test_deployment.py",
    ".venv/bin/python manage.py collectstatic": "tests/config/test_deployment.py",
    ".venv/bin/python manage.py procrastinate worker --concurrency 4": "tests/config/test_run.py",
    ".venv/bin/python manage.py verify_ledger": "tests/consent/test_sealing.py",
    ".venv/bin/python manage.py print_pack_key": "tests/config/test_complaint_pack.py",
    "python3 docs/verify_pack.py": "tests/config/test_complaint_pack.py",
    ".venv/bin/python manage.py export_suppressions": "tests/consent/test_operator_commands.py",
    ".venv/bin/python manage.py import_suppressions": "tests/consent/test_operator_commands.py",
    ".venv/bin/python manage.py health": "tests/consent/test_operator_commands.py",
    ".venv/bin/python manage.py export_seal_heads": "tests/consent/test_sealing.py",
    ".venv/bin/gunicorn config.wsgi": "tests/config/test_run.py",
}
"""Commands that a test runs, or the program that they start."""
OF_DJANGO_OR_PYTHON = (
    ".venv/bin/python manage.py createsuperuser",
    "python3 -m venv",
    ".venv/bin/pip install --require-hashes -r requirements/base.txt",
)
"""Others prove these."""


def fenced_commands(path: Path) -> list[str]:
    blocks = re.findall(r"^[ ]*```sh\n(.*?)^[ ]*```", path.read_text(), re.MULTILINE | re.DOTALL)
    lines = (line.partition("  #")[0].strip() for block in blocks for line in block.splitlines())
    return [line for line in lines if line]


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z0-9]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


def variables_read() -> set[str]:
    """Return the environment variables that the product reads."""
    sources = [ROOT / "config" / "settings.py", *(ROOT / "config" / "postgres").glob("*.py")]
    reads = re.compile(r"\benv\.(?:str|bool|int|list|db|json|dict)\(\s*\"([A-Z_]+)\"|os\.environ\.get\(\"([A-Z_]+)\"")
    names = {name for source in sources for pair in reads.findall(source.read_text()) for name in pair if name}
    return {name for name in names if not name.startswith("PYTEST_")}


def our_commands() -> set[str]:
    return {name for name, app in get_commands().items() if app in OUR_APPS}


def test_every_command_in_the_documents_is_run_by_a_test_or_by_ci():
    unproven = [
        command
        for path in DOCS
        for command in fenced_commands(path)
        if not command.startswith((*PROVEN_BY_TESTS, *OF_DJANGO_OR_PYTHON)) and command not in CI
    ]

    assert fenced_commands(ROOT / "README.md")
    assert unproven == []


def test_the_tests_that_prove_commands_are_there():
    assert [path for path in PROVEN_BY_TESTS.values() if not (ROOT / path).exists()] == []


def test_make_run_is_the_command_that_its_test_runs():
    recipe = (ROOT / "Makefile").read_text().partition("\nrun:")[2].splitlines()[1]

    assert recipe.strip() == "@$(BIN)/python manage.py run_desk --port $(PORT)"


def test_every_make_target_in_the_documents_exists():
    named = {target for path in DOCS for target in re.findall(r"\bmake ([a-z0-9]+)`", path.read_text())}

    assert named
    assert named <= make_targets()


def test_the_documents_name_every_command_of_ours():
    told = "\n".join(path.read_text() for path in DOCS)

    assert our_commands() >= {"run_desk", "load_demo", "send_sample"}
    assert {name for name in our_commands() if not re.search(rf"\b{name}\b", told)} == set()


def test_the_deployment_page_and_the_example_name_every_variable():
    page = set(re.findall(r"`([A-Z_]{4,})`", (ROOT / "docs" / "deployment.md").read_text()))
    example = set(re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert len(variables_read()) > 20
    assert variables_read() - page == set()
    assert variables_read() ^ example == set()


def test_the_addresses_that_providers_are_given_are_answered():
    told = re.findall(r"https://desk\.example\.org(/hooks/[a-z/]+/)`", (ROOT / "docs" / "deployment.md").read_text())

    assert len(set(told)) >= 3
    for path in told:
        assert resolve(path)


@pytest.mark.parametrize("path", [*DOCS, *PROVIDERS, *DECISIONS], ids=lambda path: path.name)
def test_every_link_leads_somewhere(path):
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text())

    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


def test_what_the_architecture_page_names_is_there():
    page = (ROOT / "docs" / "architecture.md").read_text()
    tables = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]
    named = [name for cell in tables for name in re.findall(r"`([a-z_]+/[a-z_./]*)`", cell)]

    assert len(named) > 15
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_every_decision_tells_context_decision_and_consequence(path):
    text = path.read_text()

    assert re.fullmatch(r"\d{4}-[a-z0-9-]+", path.stem)
    assert text.startswith(f"# {path.stem[:4]}. ")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["Context", "Decision", "Consequence"]


def test_no_two_decisions_have_one_number():
    numbers = [path.name[:4] for path in DECISIONS]

    assert numbers[:2] == ["0001", "0002"]
    assert len(set(numbers)) == len(numbers)


def test_rules_that_decisions_name_exist():
    named = {code for path in DECISIONS for code in re.findall(r"\b([RLMJ]\d\d)\b", path.read_text())}

    assert named <= {rule.code for rule in RULES}


def test_pictures_are_small():
    heavy = [path.name for path in (ROOT / "docs" / "images").glob("*.png") if path.stat().st_size > 300_000]

    assert heavy == []


def test_make_alone_lists_its_targets():
    said = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert {line.split()[1] for line in said.splitlines()} == make_targets()
