# Two commands do everything on a fresh machine that has Python >= 3.11, git and make: `make demo` and `make test`.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
GRAPH := build/demo.kg
# The lock files name every package with its hashes, so pip has nothing to resolve.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps
LOCK := uv pip compile pyproject.toml --universal --generate-hashes --no-header --no-emit-index-url --quiet --extra build --extra map --extra serve

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types unit notebooks llm entities bench million killed docs ontology-docs editor wheel lock clean

help:  ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(VENV)/.runtime  ## Build the graph of seeds/articles, ask it three questions, draw it
	@rm -rf $(GRAPH)
	$(BIN)/kg build seeds/articles -o $(GRAPH)
	@echo
	$(BIN)/kg query $(GRAPH) meetings --about "Kim Jong Un"
	@echo
	$(BIN)/kg query $(GRAPH) planned --limit 3
	@echo
	$(BIN)/kg query $(GRAPH) country-pairs
	@echo
	$(BIN)/kg view $(GRAPH) -o graph.html --title "Putin, Kim and Trump in August 2025"
	@printf '%s\n' '' \
		'Open graph.html in any browser (no network is needed), click Putin, then the line to Kim. Then try:' \
		'  $(BIN)/kg query $(GRAPH)                        # lists the named queries' \
		'  $(BIN)/kg query $(GRAPH) timeline --about Trump # one of them' \
		'  $(BIN)/kg query $(GRAPH) "SELECT ?whom WHERE { wd:Q7747 kg:met/rdfs:label ?whom }"' \
		'  $(BIN)/kg build YOUR_ARTICLES -o my.kg          # .txt, .html or .jsonl files, folders, URLs'

test: check  ## Set up, check style and types, run all tests and the notebooks
check: lint types unit notebooks  ## The same as test

lint: $(VENV)/.dev  ## Check style
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(VENV)/.dev  ## Check types
	$(BIN)/mypy

unit: $(VENV)/.dev  ## Run the tests
	$(BIN)/pytest

notebooks: $(VENV)/.dev  ## Run the notebooks from their sources
	$(BIN)/python notebooks/execute.py

llm: $(VENV)/.dev  ## Ask a real small model behind a real server (compiles llama.cpp once)
	$(BIN)/python -m tests.llm_server

bench: $(VENV)/.dev  ## Measure quality and speed; writes benchmarks/results.*
	$(BIN)/python -m benchmarks.run

million: $(VENV)/.dev  ## Measure the store on a million quads beside pyoxigraph and rdflib; writes benchmarks/million.*
	$(BIN)/python -m benchmarks.million

killed: $(VENV)/.dev  ## Kill builds at 20 random moments and compare the graphs; writes benchmarks/killed.*
	$(BIN)/python -m benchmarks.killed

docs: $(VENV)/.dev  ## Write the outputs, tables and the picture of README.md and docs/ anew
	$(BIN)/python -m docs.refresh

ontology-docs: $(VENV)/.dev  ## Write the documentation of the ontology as HTML to build/ontology
	$(BIN)/python -m docs.ontology

entities: $(VENV)/.runtime  ## Compile seeds/entities from seeds/curated and seeds/facts
	$(BIN)/python seeds/make_entities.py

editor: $(VENV)/.runtime  ## Bring the editor of the query page by npm; a wheel built after that holds it
	$(BIN)/python hatch_build.py

wheel: editor  ## Build the wheel into dist/, with the editor of the query page
	$(BIN)/python -m hatchling build -t wheel

lock:  ## Pin all dependencies with their hashes again (needs uv)
	$(LOCK) -o requirements.txt
	$(LOCK) --extra dev -c requirements.txt -o requirements-dev.txt

clean:  ## Remove everything that was made
	rm -rf $(VENV) build dist kg/server/static/yasgui graph.html .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "kg needs Python 3.11 or later: run make with PYTHON=python3.11")'
	@$(PYTHON) -c 'import venv, ensurepip' || { echo "this Python cannot make virtual environments: install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt pyproject.toml | $(BIN)/python
	@echo "setting up $(VENV) (once; a minute or two)"
	$(PIP) --require-hashes -r requirements.txt
	$(PIP) --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@
