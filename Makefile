# `make demo` and `make test` need nothing but Python 3.11 to 3.14 and network access to PyPI.
# Another interpreter: make test PYTHON=/path/to/python3.12      More for pytest: make test ARGS="-k bareme"
# A tenth of every seeded sweep is run, and all of it with: make test EFFORT=full

PYTHON ?=
ARGS ?=
EFFORT ?= usual
VENV := .venv
PY := $(VENV)/bin/python
AVENANT := $(VENV)/bin/avenant
STAMP := $(VENV)/.set-up
UV ?= uv
PIP_LOCKED := -m pip install -q --no-input --disable-pip-version-check --require-hashes --no-deps

.DEFAULT_GOAL := help
.PHONY: help setup demo serve portfolio test spark-test editor-test browser-test lint format types check policy-test bench docs wheel lock clean

## Begin here

help: ## list the targets
	@awk -F ':.*## ' '/^## / { print "\n" substr($$0, 4) } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

# The stamp names the checkout and the Python it was made for: a copied or moved checkout, or another PYTHON=,
# is set up again.
MADE_FOR := $(shell sed -n 1p $(STAMP) 2>/dev/null)
MADE_WITH := $(shell sed -n 2p $(STAMP) 2>/dev/null)
ifneq ($(MADE_FOR):$(or $(PYTHON),$(MADE_WITH)),$(CURDIR):$(MADE_WITH))
.PHONY: $(STAMP)
endif

$(STAMP): locks/avenant.lock locks/compiler.lock pyproject.toml tools/setup_env.py tools/find_python.sh
	@python=$$(sh tools/find_python.sh "$(or $(PYTHON),$(MADE_WITH))") && \
	"$$python" tools/setup_env.py $(VENV) && \
	printf '%s\n' "$(CURDIR)" "$$python" > $(STAMP)

setup: $(STAMP) ## make .venv with the locked dependencies (every target below does this first)

demo: $(STAMP) ## decide an example and say what to try next (ARGS=--full: every example)
	@$(PY) tools/demo.py $(ARGS)

serve: $(STAMP) ## serve the estimate as pages on this machine (ARGS="--port 8001")
	@$(AVENANT) serve $(ARGS)

## Before a change is sent (.ci/run runs them)

# Bytecode is kept even where the machine says otherwise: each command that a test starts would compile the engine.
test: $(STAMP) ## run the Python tests, on every core up to eight (EFFORT=full: all of the seeded sweeps)
	@PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -q -n auto --maxprocesses 8 --dist worksteal --effort $(EFFORT) $(ARGS)
	@echo "test: left out are spark-test, editor-test and browser-test, each of which needs more than Python"

lint: $(STAMP) ## ruff and yamllint, changing nothing
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m yamllint --strict .

types: $(STAMP) ## mypy --strict
	@$(PY) -m mypy --strict engine tools

check: $(STAMP) ## prove the policies complete free of contradiction and of doubtful spots
	@$(AVENANT) check --strict

policy-test: $(STAMP) ## run the policies' own test cases
	@$(AVENANT) test

spark-test: $(STAMP) ## install Spark and run its tests (needs Java 17 or later)
	@command -v java >/dev/null || { echo "spark-test: needs Java 17 or later, and there is no java here" >&2; exit 1; }
	@$(PY) -m pip install -q --no-input --disable-pip-version-check --require-hashes --no-deps --no-build-isolation \
		-r locks/spark.lock
	@$(PY) -m pytest -q -m spark $(ARGS)

# Left out, and said so, where there is no Chromium or no npm (which brings axe-core, for who cannot see a page).
BROWSER := $(VENV)/browser
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

browser-test: $(STAMP) ## drive the pages with a Chromium (CHROMIUM=/path/to/it; writes docs/screens with ARGS=--update-golden)
	@mkdir -p $(BROWSER) && cp tests/browser/package.json tests/browser/package-lock.json $(BROWSER)
	@if [ -z "$(CHROMIUM)" ]; then echo "browser-test: left out, there is no Chromium here"; \
	elif ! npm ci --silent --no-audit --no-fund --prefix $(BROWSER); then echo "browser-test: left out, no axe-core from npm"; \
	elif ! $(PY) $(PIP_LOCKED) -r locks/browser.lock; then echo "browser-test: left out, no Playwright from PyPI"; \
	else CHROMIUM="$(CHROMIUM)" $(PY) -m pytest -q -m browser $(ARGS) tests/test_browser.py; fi

# Left out, and said so, where there is no Node.js or its packages cannot be had: editors are not what decides a case.
EDITOR := $(VENV)/editor

editor-test: $(STAMP) ## ask a YAML language server what editors show of the schemas (needs Node.js)
	@mkdir -p $(EDITOR) && cp tests/editor/package.json tests/editor/package-lock.json $(EDITOR)
	@if ! command -v npm >/dev/null; then echo "editor-test: left out, there is no npm here"; \
	elif ! npm ci --silent --no-audit --no-fund --prefix $(EDITOR); then \
		echo "editor-test: left out, npm could not install yaml-language-server"; \
	else $(PY) -m pytest -q -m editor $(ARGS) tests/test_editor.py; fi

## Put in shape, write again

format: $(STAMP) ## let ruff put the code in shape
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

docs: $(STAMP) ## write the generated pages again
	@$(PY) tools/generate_docs.py

portfolio: $(STAMP) ## write examples/portfolio.csv again: 10 000 invented contracts
	@$(PY) examples/make_portfolio.py

## Measure and publish

# openfisca-core brings numpy and pytest of its own choice, so it gets an environment to itself.
BENCH_VENV := .venv-bench
BENCH_STAMP := $(BENCH_VENV)/.set-up

bench: $(STAMP) ## measure single decisions, cold start and bulk beside their peers (benchmarks/README.md)
	@$(PY) $(PIP_LOCKED) -r locks/bench.lock || echo "bench: going on without zen-engine"
	@$(MAKE) -s --no-print-directory $(BENCH_STAMP) || echo "bench: going on without openfisca-core"
	@$(PY) -m benchmarks.run $(ARGS)

$(BENCH_STAMP): locks/bench-openfisca.lock
	@$(PY) -m venv --clear $(BENCH_VENV) && $(BENCH_VENV)/bin/python $(PIP_LOCKED) -r $< && touch $@

wheel: $(STAMP) ## build dist/avenant-*.whl
	@$(PY) -m pip wheel -q --no-deps --no-build-isolation -w dist .

# Universal, hashed and free of any index address. Uses uv, which nothing else here needs.
LOCK = $(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock"

lock: ## resolve the dependencies again (LOCK_ARGS=--upgrade for the newest)
	$(LOCK) $(LOCK_ARGS) --extra bulk --extra proof --extra web --extra letters --extra sheets --group dev --group build pyproject.toml -o locks/avenant.lock
	$(LOCK) $(LOCK_ARGS) --group compiler -o locks/compiler.lock
	$(LOCK) $(LOCK_ARGS) --group browser -o locks/browser.lock
	$(LOCK) $(LOCK_ARGS) --group spark -o locks/spark.lock
	$(LOCK) $(LOCK_ARGS) benchmarks/requirements.in -o locks/bench.lock
	$(LOCK) $(LOCK_ARGS) benchmarks/requirements-openfisca.in -o locks/bench-openfisca.lock

clean: ## remove .venv, caches and build products
	rm -rf $(VENV) $(BENCH_VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
