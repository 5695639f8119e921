# Two commands do everything: `make run` and `make test`. Each installs what it needs into .venv first.
PYTHON ?= python3.11
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

.PHONY: run test check format lock bench clean

run: $(VENV)/.runtime
	$(BIN)/python -m flowinsight app $(ARGS)

test: check $(VENV)/.browser
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks $(ARGS)

# Pins every package, direct and not, from the ranges in pyproject.toml.
lock: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --no-header --python-version 3.11 pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --no-header --python-version 3.11 -c requirements.txt --extra sandbox pyproject.toml -o requirements-sandbox.txt
	$(BIN)/uv pip compile --quiet --no-header --python-version 3.11 -c requirements-sandbox.txt --extra sandbox --extra dev pyproject.toml -o requirements-dev.txt
	$(BIN)/uv pip compile --quiet --no-header --python-version 3.11 -c requirements-dev.txt --extra bench pyproject.toml -o requirements-bench.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.dev: requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements-dev.txt
	touch $(VENV)/.runtime $@

$(VENV)/.bench: requirements-bench.txt $(VENV)/.dev
	$(BIN)/python -m pip install -qq --disable-pip-version-check -r requirements-bench.txt
	touch $@

$(VENV)/.browser: tests/browser/chromium.py $(VENV)/.dev
	$(BIN)/python tests/browser/chromium.py
	touch $@
