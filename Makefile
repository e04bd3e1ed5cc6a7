# Two commands matter: `make demo` and `make test`. Both set everything up first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCHES := agent-poll ingest judge exposition report register-files

.PHONY: help setup demo test faults check bench lock messages notes dashboards clean $(addprefix bench-,$(BENCHES))

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: $(READY) ## make .venv with the locked dependencies and this project

$(READY): requirements.lock pyproject.toml fonts/pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if v >= (3, 11) else "wanzhao needs Python 3.11 or newer; %s is %d.%d. Try: make PYTHON=python3.11" % (sys.executable, v[0], v[1]))'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation ./fonts
	@touch $@

demo: setup ## a simulated county, running until Ctrl-C
	$(BIN)/wanzhao demo

test: setup ## install what the tests can use, then lint, types and all tests
	@PYTHON=$(BIN)/python sh tests/support/install-real-parts.sh
	$(MAKE) --no-print-directory check
	PYTEST_XDIST_AUTO_NUM_WORKERS=$$(( $$(nproc) < 3 ? $$(nproc) + 1 : 4 )) \
		$(BIN)/python -m pytest --numprocesses=auto --dist=loadfile --no-loadscope-reorder

faults: setup ## the long fault tests (kills, cuts, crashes, clocks, bad lines): an hour or more on two cores
	WANZHAO_FAULTS=long $(BIN)/python -m pytest tests/faults -o faulthandler_timeout=0

check: setup ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(addprefix bench-,$(BENCHES)) ## all benchmarks, then the table in docs/performance.md
	$(BIN)/python benchmarks/table.py

$(addprefix bench-,$(BENCHES)): bench-%: setup
	$(BIN)/python benchmarks/$(subst -,_,$*).py

lock: ## write requirements.lock anew (needs uv)
	uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
		--generate-hashes --no-header --no-annotate --output-file requirements.lock

clean: ## remove what setup and the tests made
	rm -rf $(VENV) build dist ./*.egg-info .mypy_cache .ruff_cache .pytest_cache

LOCALE := inventory/locale
messages: setup ## collect messages into the Chinese catalogue and compile it
	mkdir -p build
	$(BIN)/pybabel --quiet extract --keyword=_ --keyword=N_ --no-location --sort-output --project=wanzhao \
		--output=build/wanzhao.pot wanzhao inventory agent collector exporters
	$(BIN)/pybabel --quiet update --domain=wanzhao --locale=zh_CN --input-file=build/wanzhao.pot \
		--output-dir=$(LOCALE) --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BIN)/pybabel --quiet compile --domain=wanzhao --directory=$(LOCALE)

dashboards: setup ## write the Grafana dashboards anew
	$(BIN)/python -m exporters.grafana deploy/grafana/dashboards

notes: setup ## collect what docs/register.md says of each column for the Excel template
	$(BIN)/python tests/support/column_notes.py
