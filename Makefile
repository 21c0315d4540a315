# `make demo` and `make test` need Python 3.10 or newer and nothing else: each makes .venv and fills it.
# No command here needs an API key.

VENV := .venv
PY := $(VENV)/bin/python
PYTEST := $(PY) -m pytest
WORKERS ?= 2
ARGS ?=
# Tests start this package as a program some hundred times: it is compiled once, not each time.
unexport PYTHONDONTWRITEBYTECODE

# The folders and files that do no IO (numbers 1 to 4 of the layers in tests/support/layers.py).
PURE := contract legacy prompting pegasus reading scoring paging recordings compare rollout planning judging runs carrying
PURE_FILES := errors steps settings models prices
empty :=
comma := ,
space := $(empty) $(empty)
PURE_PATTERNS := $(subst $(space),$(comma),$(PURE:%=*/pegasus_classify/%/*) $(PURE_FILES:%=*/pegasus_classify/%.py))

.PHONY: help demo test test-slow test-all check format tables coverage bench fuzz wheel clean
.DEFAULT_GOAL := help

help:
	@echo "make demo      an old request, the prompt, what the model wrote, and the old answer; no key needed"
	@echo "make test      the fast tests"
	@echo "make check     linter, formatting, strict types, layers and house numbers"
	@echo "make test-slow the slow tests, and the laws on many examples; make test-all  fast and slow"
	@echo "make coverage  all tests, with the limits for covered branches"
	@echo "make bench     benchmarks, as ratios"
	@echo "make fuzz      200,000 mangled texts through the reader"
	@echo "make wheel     the wheel, in dist/"
	@echo "make format    put the code into the house's form"
	@echo "make tables    write the table of fields into MIGRATION.md"
	@echo "make clean     remove .venv and everything generated"

demo: $(VENV)/.ready-to-use
	@$(VENV)/bin/pegasus-classify demo $(ARGS)

test: $(VENV)/.ready-to-develop
	$(PYTEST) -q -n $(WORKERS) --dist worksteal -m "not slow" $(ARGS)

# The laws are among the fast tests with few examples; here they are tried on many.
test-slow test-all coverage: export HYPOTHESIS_PROFILE ?= full

test-slow: $(VENV)/.ready-to-develop
	$(PYTEST) -q -n $(WORKERS) --dist worksteal -m "slow or hypothesis" $(ARGS)

test-all: $(VENV)/.ready-to-develop
	$(PYTEST) -q -n $(WORKERS) $(ARGS)

check: $(VENV)/.ready-to-develop
	$(PY) -m ruff check --output-format concise .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PYTEST) -q tests/test_architecture.py tests/test_house_numbers.py tests/test_public_names.py

format: $(VENV)/.ready-to-develop
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

tables: $(VENV)/.ready-to-develop
	$(PY) tests/support/coverage_table.py

coverage: $(VENV)/.ready-to-develop
	$(PYTEST) -q -n $(WORKERS) --cov --cov-branch --cov-report= $(ARGS)
	$(PY) -m coverage report --skip-covered --show-missing --fail-under=95
	@echo "-- the folders without IO must be covered whole --"
	$(PY) -m coverage report --skip-covered --show-missing --fail-under=100 --include='$(PURE_PATTERNS)'

bench: $(VENV)/.ready-to-develop
	$(PY) tests/benchmarks/run.py $(ARGS)

fuzz: $(VENV)/.ready-to-develop
	$(PY) tests/fuzz/reading.py $(ARGS)

wheel: $(VENV)/.ready-to-develop
	$(PY) -m build --wheel --outdir dist

clean:
	rm -rf $(VENV) .venv-old .venv-ray dist build htmlcov .coverage .coverage.* .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# Whoever develops can also use: the second stamp is set with the first.
$(VENV)/.ready-to-develop: pyproject.toml $(VENV)/pyvenv.cfg
	@echo "Installing pegasus-classify with its development tools into $(VENV) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.ready-to-use

$(VENV)/.ready-to-use: pyproject.toml $(VENV)/pyvenv.cfg
	@echo "Installing pegasus-classify into $(VENV) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[cli,server]'
	@touch $@

# PYTHON=/path/to/python chooses the interpreter; else the first of the usual names that is new enough.
$(VENV)/pyvenv.cfg:
	@chosen=; \
	for name in $(PYTHON) python3 python python3.13 python3.12 python3.11 python3.10; do \
		if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; then chosen=$$name; break; fi; \
	done; \
	if [ -z "$$chosen" ]; then \
		echo "pegasus-classify needs Python 3.10 or newer and found none." >&2; \
		echo "Install one, or name it: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 1; \
	fi; \
	if ! "$$chosen" -c 'import venv, ensurepip' >/dev/null 2>&1; then \
		echo "$$chosen lacks the venv module (on Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; \
	fi; \
	echo "Making $(VENV) with $$("$$chosen" --version) ..."; \
	"$$chosen" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }
