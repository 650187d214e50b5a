# The two commands of a fresh machine are `make demo` and `make test`; every target sets itself up first.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: demo test check install lock up benchmark format clean

install: $(STAMP)

# uv where it is found, else plain venv and pip; both from the same hashed lock.
$(STAMP): requirements-dev.lock
	@if command -v uv >/dev/null 2>&1; then \
		echo "labsys: setting up $(VENV) with uv" && \
		uv venv --quiet --allow-existing --python "$(PYTHON)" $(VENV) && \
		VIRTUAL_ENV="$(CURDIR)/$(VENV)" uv pip sync --quiet --require-hashes requirements-dev.lock; \
	else \
		echo "labsys: setting up $(VENV) with venv and pip, a minute or two" && \
		$(PYTHON) -m venv $(VENV) && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock; \
	fi
	@touch $(STAMP)

demo: install
	@$(BIN)/python manage.py up --demo

up: install
	@$(BIN)/python manage.py up

test: install
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder --max-worker-restart 0 $(ARGS)

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check --fail-level WARNING
	LABSYS_PRODUCTION=1 LABSYS_ALLOWED_HOSTS=labsys.example.org $(BIN)/python manage.py check --deploy --fail-level WARNING

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

benchmark: install
	$(BIN)/python -m tests.benchmarks $(ARGS)

# Needs uv. Writes versions and hashes only, no address of any index.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
		--custom-compile-command "make lock" --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean:
	rm -rf $(VENV) .staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
