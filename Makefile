# Everything is done through these targets; continuous integration runs the same ones.
# A machine needs Python 3.11 or newer with venv, and make. The rest is put into .venv by itself.

PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest

# What decides about a survivor is covered in every branch; the rest has a floor that only rises.
DECIDING := protocol/codec.py,protocol/acceptance.py,protocol/consent.py,protocol/consent_rules.py,protocol/permits.py,protocol/disclosure.py,protocol/*_flow.py
GATE = $(BIN)/coverage report --include='$(1)' --fail-under=$(2)

# The steps of a target follow one another, also under `make -j`.
.NOTPARALLEL:
.PHONY: help setup check lint test covered slow test-all fast fix faults vectors snapshots bench demo docs-check catalogues postgresql clean

help:
	@echo 'make demo      the whole story between two nodes on this machine, with invented people'
	@echo 'make test      every test, and how much of the code they reach'
	@echo 'make check     everything that is asked of a change, cheap things first'
	@echo 'make fast      style and the quick tests      make fix       format and safe corrections'
	@echo 'make faults    each planted fault turns its test red'
	@echo 'make vectors   write the vectors again        make bench     measure against the floors'
	@echo 'make test-all  the long searches too          make clean     remove what was built'
	@echo 'make snapshots take new pictures of the screens, as text'
	@echo 'make postgresql  the server that the tests of the relay need, from Debian'
	@echo 'make catalogues  take new texts of the desk into the translations'

# The stamp is newer than pyproject.toml when the environment holds what it asks for.
.venv/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo 'Sathi needs Python 3.11 or newer; name it with: make PYTHON=/path/to/python3'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo 'This Python has no venv. On Debian or Ubuntu: sudo apt-get install --yes python3-venv'; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

setup: .venv/.ready
	@if command -v pre-commit >/dev/null; then pre-commit install; \
	else echo 'Ready. With pre-commit installed, make setup also puts the checks before each commit.'; fi

# The tests start a server of their own from Debian's programs. Installing them makes no server and starts none.
postgresql:
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then echo 'PostgreSQL is here.'; \
	elif [ "$$(id -u)" != 0 ]; then \
		echo 'PostgreSQL is not here, and installing it needs root: sudo make postgresql'; exit 1; \
	else \
		export DEBIAN_FRONTEND=noninteractive; apt-get update \
		&& apt-get install --yes --no-install-recommends postgresql-common \
		&& sed -i -E 's/^#? *create_main_cluster.*/create_main_cluster = false/' \
			/etc/postgresql-common/createcluster.conf \
		&& apt-get install --yes --no-install-recommends postgresql; \
	fi

check: .venv/.ready
	@$(MAKE) --no-print-directory lint test faults

lint: .venv/.ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/codespell
	$(BIN)/validate-pyproject pyproject.toml

test: .venv/.ready
	@$(MAKE) --no-print-directory covered slow

# Measuring makes the slow tests slower still, so those run without. The desk's window, the demonstration and the
# walk run in processes of their own, where nothing is measured.
covered: .venv/.ready
	$(BIN)/coverage erase
	$(BIN)/python -m tests.parts --measure -m 'not slow'
	$(BIN)/coverage combine -q
	$(call GATE,$(DECIDING),100)
	$(call GATE,protocol/*,98)
	$(call GATE,node/*,88)
	$(call GATE,tui/*,94)

slow: .venv/.ready
	$(BIN)/python -m tests.parts -m slow

test-all: .venv/.ready
	HYPOTHESIS_PROFILE=nightly $(PYTEST)

fast: .venv/.ready
	$(BIN)/ruff check .
	$(PYTEST) -q -m 'not slow and not sockets'

fix: .venv/.ready
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

faults: .venv/.ready
	$(BIN)/python -m tests.faults --jobs 2

# What is sealed cannot be made again (the library draws its own randomness): those files stay.
vectors: .venv/.ready
	$(BIN)/python -m tests.vectors
	git diff --exit-code -- tests/vectors

# New texts go into tui/locale/; translations that are there stay.
catalogues: .venv/.ready
	$(BIN)/python -m tests.catalogues

bench: .venv/.ready
	$(BIN)/python -m bench

demo: .venv/.ready
	$(BIN)/sathi demo

snapshots: .venv/.ready
	SATHI_SNAPSHOTS=write $(PYTEST) -q tests/tui
	git diff --stat -- tests/tui/snapshots docs/pictures

docs-check: .venv/.ready
	$(PYTEST) -q tests/docs tests/tidy/test_adr.py

clean:
	rm -rf .venv build dist *.egg-info .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
