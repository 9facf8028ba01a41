# The two commands: `make demo` sets up and runs the product, `make test` sets up and runs every test.
PY := .venv/bin/python
DATA := $(if $(LIANGTIAN_TEST_DATA),$(LIANGTIAN_TEST_DATA),$(wildcard ../shared/data))
export LIANGTIAN_TEST_DATA := $(if $(DATA),$(abspath $(DATA)),)

.PHONY: setup demo test lint fix bench docs e2e clean

setup: .venv/.ready

.venv/.ready: pyproject.toml uv.lock
	@python3 -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "良田 needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@test -x $(PY) || python3 -m venv .venv || { echo "The venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }
	@$(PY) -m pip --disable-pip-version-check install -q "uv>=0.9"
	@VIRTUAL_ENV=$(CURDIR)/.venv $(PY) -m uv sync --frozen --inexact --active --extra web --group dev -q
	@touch $@

test: setup
	@$(PY) -m pytest

lint: setup
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/lint-imports && .venv/bin/mypy

fix: setup
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .

clean:
	rm -rf .venv node_modules src/liangtian_web/static/bundle .pytest_cache .mypy_cache .ruff_cache
