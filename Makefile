# make setup   the command, its packages and the engine; make demo   a tour;   make test   everything
# Each line of a recipe that takes long says what it does. No target asks a question.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := demo
TESTS ?=
WORKERS ?= auto

# A stamp carries the sum of what was installed, so a changed lock installs again and an equal one does not.
SUM := $(shell command -v sha256sum >/dev/null && echo sha256sum || echo shasum -a 256)
sum_of = $(shell cat $(1) | $(SUM) | cut -c1-16)
PACKAGES := $(VENV)/.packages-$(call sum_of,requirements-dev.lock)
PROJECT := $(VENV)/.project-$(call sum_of,requirements-dev.lock pyproject.toml)
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet

.DEFAULT_GOAL := help
.PHONY: help setup engine programs check lint test demo bench lock clean

help: ## Show the targets.
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(PROJECT) engine programs ## Install packages, the engine and (as root on Debian) what PDF and tests need.
	@echo "ready: $(BIN)/thabat"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "Python 3.11 or newer is needed; name one: make setup PYTHON=python3.12" >&2; exit 1; }
	@echo "making the virtual environment $(VENV)"
	@$(PYTHON) -m venv $(VENV) || \
	    { echo "on Debian: apt-get install python3-venv" >&2; rm -rf $(VENV); exit 1; }

$(PACKAGES): $(VENV)/bin/python
	@echo "installing packages as requirements-dev.lock pins them"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@rm -f $(VENV)/.packages-* && touch $@

$(PROJECT): $(PACKAGES)
	@echo "installing thabat from this checkout"
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@rm -f $(VENV)/.project-* && touch $@

engine: $(PROJECT) ## Find or build the Pulumi engine (minutes, once for all checkouts).
	@$(BIN)/thabat env --get >/dev/null

# What reports are looked at with, PDF is set with, and evidence is checked with.
DEBIAN := chromium fonts-noto-core libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 poppler-utils openssl \
    openssh-client
programs:
	@has() { dpkg-query -W -f '$${Status}' "$$1" 2>/dev/null | grep -q 'ok installed'; }; \
	if ! command -v dpkg-query >/dev/null; then \
	    echo "tests of what is not here are skipped: Chromium, Pango, Poppler, OpenSSL, OpenSSH"; exit 0; fi; \
	for one in $(DEBIAN); do has $$one || missing="$$missing $$one"; done; \
	if [ -z "$$missing" ]; then :; \
	elif [ "$$(id -u)" = 0 ]; then \
	    echo "installing$$missing" && apt-get update --quiet=2 && DEBIAN_FRONTEND=noninteractive \
	    apt-get install --yes --quiet=2 --no-install-recommends $$missing >/dev/null; \
	else echo "tests of what is not here are skipped; to have it: apt-get install$$missing"; fi

# Each is run and heard, whatever the one before it says.
LINT := failed=0; $(BIN)/ruff check . || failed=1; $(BIN)/ruff format --check . || failed=1; \
    $(BIN)/mypy || failed=1; $(BIN)/lint-imports || failed=1

lint: $(PROJECT) ## Lint, format, types and layers.
	@$(LINT); exit $$failed

check: lint ## The same and the quick tests: under a minute.
	@$(BIN)/pytest -q -n $(WORKERS) -m "not slow and not engine and not browser" $(TESTS)

test: setup ## Everything; pytest's closing line comes last.
	@$(LINT); \
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup $(TESTS) || failed=1; exit $$failed

# State and register of the demo are its own, so that it neither finds nor leaves anything of yours.
demo: export THABAT_STATE := $(DEMO)/state
demo: export THABAT_REGISTER := $(DEMO)/register.sqlite
demo: setup ## Judge the national estate, provision its cured twin, verify it, and report on both.
	@mkdir -p $(DEMO)
	@printf '\n== 1. The national estate, and what is wrong with it\n'
	$(BIN)/thabat check national -o terminal -o json=$(DEMO)/national.json || [ $$? -eq 1 ]
	@printf '\n== 2. Its plan is stopped, with what would mend each finding\n'
	$(BIN)/thabat preview national || [ $$? -eq 1 ]
	@printf '\n== 2b. The plain engine with the policy pack stops it too: the stack of what is national\n'
	eval "$$($(BIN)/thabat env)" && pulumi preview --stack national --policy-pack policies/pack --non-interactive \
	    --suppress-progress --suppress-outputs --color never 2>&1 | sed -n '/^Policies:/,$$p' | grep .
	@printf '\n== 3. Its cured twin has no finding\n'
	$(BIN)/thabat check national-cured
	@printf '\n== 4. It is planned and provisioned into the asset register\n'
	$(BIN)/thabat up national-cured --yes
	@printf '\n== 5. Does the register hold what was declared?\n'
	$(BIN)/thabat verify national-cured || [ $$? -eq 1 ]
	@printf '\n== 6. Reports to open\n'
	$(BIN)/thabat report national -o html=$(DEMO)/national.html
	$(BIN)/thabat report national-cured -o html=$(DEMO)/national-cured.html
	@printf '\nopen %s\n' "$(CURDIR)/$(DEMO)/national.html" "$(CURDIR)/$(DEMO)/national-cured.html"

bench: setup ## Measure loading, judging and previewing, and how they grow.
	@$(BIN)/python -m benchmarks.run --preview
	@$(BIN)/python -m benchmarks.up
	@$(BIN)/python -m benchmarks.fault_trees
	@$(BIN)/python -m benchmarks.sweep --quick

lock: $(PROJECT) ## Pin the packages anew.
	@$(BIN)/pip-compile --quiet --allow-unsafe --generate-hashes --strip-extras --no-emit-find-links \
	    --no-emit-index-url --no-emit-trusted-host --output-file=requirements.lock pyproject.toml
	@$(BIN)/pip-compile --quiet --allow-unsafe --generate-hashes --no-strip-extras --no-emit-find-links \
	    --no-emit-index-url --no-emit-trusted-host --output-file=requirements-dev.lock requirements-dev.in

clean: ## Remove what can be made again; state, register and the virtual environment stay.
	@rm -rf build dist $(DEMO) *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis \
	    .import_linter_cache
	@find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +
