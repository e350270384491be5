# Every command a newcomer needs. Nothing outside this folder is touched but by `setup-full`.
SHELL := /bin/sh
.DELETE_ON_ERROR:
.PHONY: help setup setup-dev setup-full demo build serve check format test test-full lock clean

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
STARTER := $(VENV)/starter.sqlite
STARTER_DATE := 2026-09-18
DATA := demo
ARTICLES := data/articles
PORT := 8000
# The first interpreter that is new enough and can make a virtual environment.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)

help:
	@echo "make demo       build the sample articles and serve them on http://127.0.0.1:$(PORT)"
	@echo "make test       the fast tests (installs what they need)"
	@echo "make test-full  all tests, with servers, browsers and peers (after: sudo make setup-full)"
	@echo "make setup      fill $(VENV); the command is then $(BIN)/kg"
	@echo "make build, serve, check, format, lock, clean"

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "make: needs Python 3.11, 3.12 or 3.13 with venv (Debian: apt install python3 python3-venv)" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The package itself is installed in place, so that a change of the code needs no new installation.
$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(BIN)/python
	@echo "installing pinned dependencies into $(VENV) ..."
	$(PIP) install --require-hashes --only-binary :all: -r requirements/runtime.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "installing pinned development tools into $(VENV) ..."
	$(PIP) install --require-hashes --only-binary :all: -r requirements/dev.txt
	@touch $@

# A small snapshot of what things elsewhere are called: countries, towns, brands. Its packages are read once and not kept;
# without npm or a registry it has less, or is left out, and says so.
$(STARTER): requirements/authority.txt package-lock.json $(VENV)/.runtime
	@echo "building the starter snapshot of names elsewhere ..."
	@rm -rf $(VENV)/starter && mkdir -p $(VENV)/starter && cp package.json package-lock.json $(VENV)/starter
	-@$(PIP) install --no-deps --require-hashes --only-binary :all: --target $(VENV)/starter/python -r requirements/authority.txt
	-@command -v npm >/dev/null && npm ci --prefix $(VENV)/starter --ignore-scripts --no-audit --no-fund --silent
	-@PYTHONPATH=$(VENV)/starter/python $(BIN)/kg authority build --starter --modules $(VENV)/starter/node_modules \
		--date $(STARTER_DATE) --quiet --into $@
	@rm -rf $(VENV)/starter

setup: $(VENV)/.runtime $(STARTER)
setup-dev: $(VENV)/.dev

# What the full test tier drives: Debian packages (the only target that needs root), sssom-py in an environment of its
# own, since it brings a hundred packages, and Comunica, jsonld.js and YASGUI in folders of theirs.
setup-full: setup-dev $(VENV)-sssom/.installed
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends chromium curl raptor2-utils openrefine virtuoso-opensource-7 zstd nginx-light
	command -v npm >/dev/null || apt-get install -y -qq --no-install-recommends npm
	for peer in comunica jsonld yasgui; do \
		npm ci --prefix tests/full/$$peer --ignore-scripts --no-audit --no-fund --silent || exit 1; done

$(VENV)-sssom/.installed: requirements/sssom.txt
	$(BIN)/python -m venv $(VENV)-sssom
	$(VENV)-sssom/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r requirements/sssom.txt
	@touch $@

# What is linked is what the starter snapshot knows; a publisher's own is set in DATA/kg.toml or stands in DATA/state.
build: setup
	KG_AUTHORITY=$${KG_AUTHORITY-$$(test ! -f $(STARTER) || echo $(STARTER))} $(BIN)/kg build $(ARTICLES) --into $(DATA)

serve: setup
	$(BIN)/kg serve $(DATA) --port $(PORT)

demo: build
	@$(BIN)/kg serve $(DATA) --port $(PORT) --welcome

format: setup-dev
	$(BIN)/ruff format kg tests
	$(BIN)/ruff check --fix kg tests

check: setup-dev
	$(BIN)/ruff format --check kg tests
	$(BIN)/ruff check kg tests
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy kg

test: setup-dev
	$(BIN)/pytest -m "not full"

test-full: setup-dev
	$(BIN)/pytest

# Needs the dev environment only; writes hashes, never a registry's address.
lock: setup-dev
	$(PIP) install uv
	for set in runtime dev; do \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
			--no-header --extra extract --extra zh $$( [ $$set = dev ] && echo --group dev ) \
			--output-file requirements/$$set.txt pyproject.toml requirements/build.in || exit 1; done
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --constraint requirements/runtime.txt --output-file requirements/serve.txt pyproject.toml requirements/build.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --output-file requirements/sssom.txt requirements/sssom.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --output-file requirements/authority.txt requirements/authority.in

clean:
	rm -rf $(VENV) $(VENV)-sssom tests/full/*/node_modules $(DATA) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
