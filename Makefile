# Gridward: every target that people use; `make` prints them.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PORT   ?= 8000
STAMP  := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo test check format bench accept messages docs lock clean

help:  ## print these targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1	\2/' | expand -t 18

install: $(STAMP)  ## the product and its tools, pinned, into .venv; builds the front end

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Gridward needs Python 3.11 or newer, this is " + sys.version.split()[0]) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }

$(STAMP): $(BIN)/python requirements.lock pyproject.toml hatch_build.py
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

demo: install  ## a demonstration district on http://127.0.0.1:8000 (PORT=…)
	@$(BIN)/python hatch_build.py >/dev/null
	@$(BIN)/gridward demo --port $(PORT)

test: install  ## the whole suite, on SQLite and (where one answers) PostgreSQL
	@$(BIN)/python hatch_build.py >/dev/null
	@$(BIN)/python tests/run.py

check: install  ## lint, types, import contracts, guards, templates and translations
	@$(BIN)/python tests/run.py --check

format: install  ## put the code in order
	@$(BIN)/ruff check --fix --quiet . ; $(BIN)/ruff format --quiet .

bench: install  ## timed questions at 1 k, 100 k and 1 M cases, with their bounds
	@$(BIN)/python -m benchmarks

accept: install  ## DATA=folder: the real files of a city, counted
	@test -n "$(DATA)" || { echo "Say where the data is: make accept DATA=../data"; exit 2; }
	@$(BIN)/python tests/run.py --accept "$(DATA)"

messages: install  ## bring the translations up to date with templates and code
	@$(BIN)/gridward messages

docs: install  ## write the reference pages that come from the code
	@$(BIN)/gridward reference

lock:  ## pin what a clean install finds now
	@$(PYTHON) tests/lock.py

clean:  ## remove what was built; data in var/ stays
	rm -rf $(VENV) frontend/node_modules src/gridward/web/ui/static/gridward .mypy_cache .ruff_cache build dist
