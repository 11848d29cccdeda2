# Everything a fresh machine needs: `make demo` and `make test` do their own set-up.
PYTHON ?= python3
BIN := .venv/bin
VIEWER := bot/viewer
VIEWER_SOURCES := $(shell find $(VIEWER) -type f -not -path '*/node_modules/*' -not -name '*.pyc')

.DEFAULT_GOAL := help
.PHONY: help install demo zendesk-app test check test-python test-viewer bench fidelity screenshots lock clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

install: .venv/installed ## Make .venv with the command in it and the built viewer

.venv/installed: requirements.lock pyproject.toml $(VIEWER_SOURCES)
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

demo: install ## Run the whole product on this machine, with sample data
	$(BIN)/replay-courier demo

zendesk-app: install ## Pack the Zendesk sidebar app: make zendesk-app PUBLIC_URL=https://…
	$(BIN)/replay-courier setup zendesk-app -o dist/replay-courier-zendesk.zip

test: install ## Set up what tests need, then lint, type-check and run every test
	sh tests/setup.sh
	$(MAKE) --no-print-directory check test-viewer test-python

check: install ## Lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test-viewer: install ## The viewer's own tests
	$(BIN)/python $(VIEWER)/build_hook.py ci
	$(BIN)/python $(VIEWER)/build_hook.py run check
	$(BIN)/python $(VIEWER)/build_hook.py run test

# In the order of their folders: the few long browser tests would come last otherwise, and
# one of the two processes would wait for the other.
test-python: install ## The Python tests
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: install ## Benchmarks, as ratios against a baseline in the same run
	$(BIN)/python -m tests.bench

fidelity: install ## How far the viewer is from bare replayers, recording by recording
	$(BIN)/python -m tests.browser.fidelity_table

screenshots: install ## Take the README's pictures of the demo again
	$(BIN)/python deploy/screenshots.py

lock: ## Resolve the lock file again from pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip compile pyproject.toml --group dev --all-extras --universal --python-version 3.11 \
		--no-emit-index-url --no-header --no-annotate --generate-hashes \
		--output-file requirements.lock

clean: ## Remove what building left behind
	rm -rf .venv $(VIEWER)/node_modules bot/exporter/viewer.html integrations/capture/sdk
