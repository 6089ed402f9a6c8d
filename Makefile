# Two commands do everything on a fresh machine that has Python >= 3.11, git and make: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
GRAPH := build/demo.kg
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: demo test check lint types unit notebooks bench lock clean help

help:  ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.runtime  ## Build the graph of seeds/articles, ask it three questions, draw it
	@rm -rf $(GRAPH)
	$(BIN)/kg build seeds/articles -o $(GRAPH)
	$(BIN)/kg query $(GRAPH) meetings --about "Kim Jong Un"
	$(BIN)/kg query $(GRAPH) planned
	$(BIN)/kg query $(GRAPH) aid
	$(BIN)/kg view $(GRAPH) -o graph.html --title "Putin, Kim and Trump in August 2025"

test: check  ## Set up, lint, check types, run all tests and the notebooks
check: lint types unit notebooks

lint: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.dev
	$(BIN)/mypy

unit: $(VENV)/.dev
	$(BIN)/pytest

notebooks: $(VENV)/.dev  ## Run the notebooks from their sources
	$(BIN)/python notebooks/execute.py

bench: $(VENV)/.dev  ## Measure speed and quality; writes benchmarks/results.*
	$(BIN)/python benchmarks/run.py

lock:  ## Pin all dependencies with their hashes again (needs uv)
	uv pip compile pyproject.toml --extra build --universal --generate-hashes --no-header --no-emit-index-url --quiet -o requirements.txt
	uv pip compile pyproject.toml --extra build --extra dev --universal --generate-hashes --no-header --no-emit-index-url --quiet \
		-c requirements.txt -o requirements-dev.txt

clean:  ## Remove everything that was made
	rm -rf $(VENV) build dist graph.html .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kg needs Python 3.11 or later: run make with PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt pyproject.toml | $(BIN)/python
	@echo "setting up $(VENV) (once; about a minute)"
	$(PIP) --require-hashes -r requirements.txt
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@
