# Two commands are all the set-up: `make demo` and `make test`. Both make the environment in .venv if need be.
ENVIRONMENT := .venv
PYTHON := $(ENVIRONMENT)/bin/python
READY := $(ENVIRONMENT)/.ready
OUT ?= results/demo

.PHONY: env demo test test-more campaign bench docs honesty lint clean

env: $(READY)

$(READY): constraints.txt pyproject.toml
	@sh tools/make_environment.sh $(ENVIRONMENT)
	@touch $(READY)

demo: env
	@rm -rf $(OUT)
	@$(ENVIRONMENT)/bin/relsim compare +experiment=main out=$(OUT)
	@echo "Open $(OUT)/report.html in a browser."

test: env
	@$(PYTHON) -m ruff check sim experiments tests benchmarks tools
	@$(PYTHON) -m pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder

test-more: env
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,ray]'
	@RELSIM_MORE=1 $(PYTHON) -m pytest -rs tests/test_engines.py

campaign: env
	@$(PYTHON) -m benchmarks.campaigns

bench: env
	@$(PYTHON) -m benchmarks.bench

docs: env
	@$(PYTHON) tools/write_docs.py

honesty: env
	@$(PYTHON) tools/write_honesty.py
	@$(PYTHON) -m experiments.honesty.reachable
	@$(PYTHON) -m experiments.rigged
	@$(PYTHON) -m experiments.honesty.twin
	@$(PYTHON) -m experiments.honesty.layers

lint: env
	@$(PYTHON) -m ruff check --fix sim experiments tests benchmarks tools

clean:
	rm -rf $(ENVIRONMENT) .compiled results build dist
