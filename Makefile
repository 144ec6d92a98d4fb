# Everything a newcomer, a developer and CI need. `make` alone lists the targets.
PYTHON ?= python3
PORT   ?= 8000
BIN    := .venv/bin
UV     := $(BIN)/uv
STAMP  := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help run test check e2e bench lock demo stop format migrations docs clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Consent Desk needs Python 3.11 or newer; set PYTHON=python3.12, say."; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "Python's venv module is missing; on Debian: apt install python3-venv"; rm -rf .venv; exit 1; }

# uv installs in seconds; where it can't be had, pip does the same from the same hashes.
$(STAMP): requirements/dev.txt | $(BIN)/python
	-@test -x $(UV) || $(BIN)/python -m pip install -q --disable-pip-version-check "uv>=0.13,<0.14"
	@if [ -x $(UV) ]; then $(UV) pip install -q --python $(BIN)/python --require-hashes -r requirements/dev.txt; \
	 else $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.txt; fi
	@touch $@

run: $(STAMP) ## Start the product with demo data: web, worker and its own PostgreSQL
	@$(BIN)/python manage.py run_desk --port $(PORT)

test: $(STAMP) ## Run the test suite without the browser tests (ARGS="-k stop" narrows it)
	@$(BIN)/python -m pytest -m "not e2e" -n auto --dist worksteal $(ARGS)

e2e: $(STAMP) ## Run the browser tests; they need Chromium
	@$(BIN)/python -m pytest -m e2e -p no:randomly tests/e2e $(ARGS)

check: $(STAMP) ## Format, lint, types, import contracts, templates, migrations, generated docs
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@DATABASE_URL=postgres://none $(BIN)/mypy . # its plugin reads the settings, and would leave a server running
	@$(BIN)/lint-imports
	@$(BIN)/djlint templates --check --lint --quiet
	@$(BIN)/python manage.py makemigrations --check --dry-run
	@$(BIN)/python manage.py check --fail-level WARNING
	@$(BIN)/python manage.py print_rules --check

format: $(STAMP) ## Put code and templates in their form
	@$(BIN)/ruff check -q --fix . || true
	@$(BIN)/ruff format -q .
	@$(BIN)/djlint templates --reformat --quiet || true

docs: $(STAMP) ## Print the generated pages of docs/
	@$(BIN)/python manage.py print_rules

migrations: $(STAMP) ## Write the migrations that the models ask for
	@$(BIN)/python manage.py makemigrations

demo: $(STAMP) ## Load the demo business (make run does it on its first start)
	@$(BIN)/python manage.py migrate -v0
	@$(BIN)/python manage.py load_demo

stop: ## Stop this checkout's PostgreSQL, if a killed process left it running
	@test ! -x $(BIN)/python || { $(BIN)/python -m config.postgres stop; $(BIN)/python -m config.postgres --name test stop; }

bench: $(STAMP) ## Measure the hot paths as ratios (SCALE=100k|1m|10m, ONLY=name)
	@$(BIN)/python -m benchmarks --scale $(or $(SCALE),1m) $(if $(ONLY),--only $(ONLY))

lock: $(STAMP) ## Pin dependencies anew, with hashes
	@$(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade -q -o requirements/base.txt
	@$(UV) pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --upgrade -q -o requirements/dev.txt

clean: stop ## Remove everything that make made, the demo's data included
	@rm -rf .venv .postgres .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis staticfiles test-results
