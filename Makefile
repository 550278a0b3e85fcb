# Every target sets up what it needs. Needed beforehand: git, make, Python 3.11+ with venv, Node.js with npm.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
export LINEPROOF_CACHE ?= $(CURDIR)/.cache
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv
export UV_PYTHON_DOWNLOADS := never
BIN := .venv/bin
# How many processes share the tests.
WORKERS ?= 2
PACK := src/lineproof/packs/built/default/pack.toml

.PHONY: help axe demo test check fix bench fuzz parsers wheel pack clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(PACK) ## Set everything up and verify a right and a wrong person
	@$(BIN)/lineproof demo --out out/demo $(if $(PHONE),--phone)

# What films a script in its own time runs by itself, and runs also where something else failed.
tests = failed=0; \
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not unhurried $(1)" || failed=$$?; \
	$(BIN)/python -m pytest -m unhurried tests/pages || failed=$$?; \
	exit $$failed

test: .venv/ready ## Set everything up and run every test
	@$(MAKE) --no-print-directory pack-if-possible
	@$(call tests,)

check: .venv/ready ## Everything CI runs, the quick checks first: format, lint, types, floors, tests
	@$(BIN)/ruff format --check src tests benchmarks training
	@$(BIN)/ruff check src tests benchmarks training
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(MAKE) --no-print-directory pack-if-possible
	@$(call tests,and not house)

fix: .venv/ready ## Format and mend what ruff can
	@$(BIN)/ruff format src tests benchmarks training
	@$(BIN)/ruff check --fix src tests benchmarks training

axe: .venv/ready ## Fetch axe-core, by which the tests look for what shuts people out of a page
	@$(BIN)/python -m tests.axe

bench: $(PACK) ## Measure speed and error rates (docs/measurements.md)
	@$(BIN)/uv sync --frozen --inexact --compile-bytecode --group bench
	@$(BIN)/python -m benchmarks

fuzz: .venv/ready ## Feed mutated pictures for a minute
	@$(BIN)/python -m tests.face.fuzz_images --seconds 60

parsers: .venv/ready ## Feed damaged chips, zones and records to their parsers, led by coverage, for 40 minutes
	@$(BIN)/uv run --no-sync --with atheris==3.0.0 python -m tests.reading.fuzz_chip --seconds 1200
	@$(BIN)/uv run --no-sync --with atheris==3.0.0 python -m tests.reading.fuzz_records --seconds 1200

wheel: $(PACK) ## Build the wheel, with the finished pack inside
	@$(BIN)/uv build --quiet && ls -l dist

pack: $(PACK) ## Build the default pack

$(PACK): .venv/ready src/lineproof/packs/build/default.lock.toml src/lineproof/packs/build/default.pack.toml
	@command -v npm >/dev/null || { echo "npm is missing. Install Node.js 20 or newer with npm, then run make again."; exit 1; }
	@$(BIN)/lineproof packs build --again
	@touch $@

.PHONY: pack-if-possible
pack-if-possible:
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory pack; \
	$(MAKE) --no-print-directory axe 2>/dev/null || echo "axe-core could not be fetched; the tests that need it are skipped."; \
	$(BIN)/lineproof demo --out out/demo >/dev/null || echo "The demonstration did not pass; tests that need its photographs may be skipped."; \
	else echo "npm is missing, so no pack can be built: the tests that need one are skipped. Install Node.js 20 or newer."; fi

.venv/ready: pyproject.toml uv.lock tools/uv.txt
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is missing. Install Python 3.11 or newer, or say make PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is too old: Python 3.11 or newer is needed. Say make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@echo "Setting up .venv"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r tools/uv.txt
	@$(BIN)/uv sync --frozen --inexact --compile-bytecode
	@touch $@

clean: ## Remove what was built (downloads stay in .cache)
	@rm -rf .venv build dist out src/lineproof/packs/built .mypy_cache .ruff_cache .pytest_cache
