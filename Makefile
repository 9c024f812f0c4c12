# make run    read the articles under corpus/ and write the tables to out/tables
# make test   the tests        make lint   style and types
# make bench  words per second make docs   the output that README.md and docs/ show
# make site   the documentation as web pages in out/site
# make example  the worked example of docs/worked-example.md, from articles to a pooled estimate
# make model  train the recogniser: make model MACCROBAT=folder ARTICLES=folder (models/README.md)
# make clean  remove what the others made
# Needs nothing but make and Python 3.11 or 3.12; another interpreter: make run PYTHON=/path/to/python3.11

VENV := .venv
BIN := $(VENV)/bin
OUT := out/tables
USABLE := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3 python,\
	$(shell $(name) -c '$(USABLE)' >/dev/null 2>&1 && echo $(name))))

.PHONY: help run test lint bench docs site example clean
.DEFAULT_GOAL := help

help:
	@sed -n '1,7s/^# //p' Makefile

run: $(VENV)/.installed
	$(BIN)/casetab run corpus/articles --out $(OUT)
	@echo "The tables are in $(CURDIR)/$(OUT):"
	@cd $(OUT) && ls *.csv

test: $(VENV)/.installed-dev
	$(BIN)/pytest

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/speed.py corpus/articles

docs: run
	$(BIN)/python docs/refresh.py $(OUT)

site: $(VENV)/.installed-dev
	$(BIN)/sphinx-build -q -W --keep-going -b html docs out/site
	@echo "The pages are in $(CURDIR)/out/site; begin with index.html."

example: $(VENV)/.installed-dev
	$(BIN)/casetab run corpus/series --protocol corpus/series/protocol.yaml --out out/worked-example
	$(BIN)/python docs/worked-example/pool.py out/worked-example/analysis.csv
	@if Rscript -e 'library(metafor); library(lme4)' >/dev/null 2>&1; then echo "The same in R:"; \
		Rscript docs/worked-example/pool.R out/worked-example/analysis.csv; fi

# the folders of the corpora have no default: nothing is downloaded
model: $(VENV)/.installed-dev
	@test -d "$(MACCROBAT)" -a -d "$(ARTICLES)" || { echo "make model needs two folders:" >&2; \
		echo "  make model MACCROBAT=folder-of-brat-files ARTICLES=folder-of-case-reports" >&2; \
		echo "models/README.md says where to get them." >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --editable '.[model]'
	$(BIN)/python -m models.train --maccrobat "$(MACCROBAT)" --articles "$(ARTICLES)"

clean:
	rm -rf $(VENV) out build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "casetab needs Python 3.11 or 3.12, and neither was found on the PATH." >&2; \
		echo "Install one of them, or name it: make run PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# the stamps are older than pyproject.toml when dependencies may have changed
$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/.installed
