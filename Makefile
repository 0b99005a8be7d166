# Every target starts from nothing: `.venv` is made on first use and again when the pins change.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Named here, before anything else is installed: an open range would pull gigabytes of GPU libraries.
TORCH := torch==2.13.0
PIP := $(BIN)/python -m pip install -q --disable-pip-version-check
READY := $(VENV)/.ready
READY_BENCH := $(VENV)/.ready-bench

.PHONY: demo test test-all check docs bench clean
.DEFAULT_GOAL := test

$(READY): pyproject.toml constraints.txt src/nanonet/_kernel.c
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) '$(TORCH)'
	$(PIP) -c constraints.txt -e '.[train,onnx,llm,serve,report,dev]'
	touch $@

$(READY_BENCH): $(READY)
	$(PIP) -c constraints.txt -e '.[train,onnx,llm,serve,report,dev,bench]'
	touch $@

demo: $(READY)
	$(BIN)/python examples/demo.py

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist loadfile

test-all: $(READY)
	$(BIN)/python -m pytest -n auto --dist loadfile -m 'slow or not slow'

# Without ruff's cache, which does not see that a moved file changes how another one sorts its imports.
check: $(READY) docs
	$(BIN)/ruff check --no-cache .
	$(BIN)/ruff format --no-cache --check .
	$(BIN)/mypy

docs: $(READY)
	$(BIN)/python -m pytest tests/test_docs.py
	$(BIN)/python -m bench.tables --check

bench: $(READY_BENCH)
	$(BIN)/python -m bench

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache build src/nanonet/_kernel*.so
