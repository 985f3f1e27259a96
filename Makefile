# The two commands to know: `make demo` and `make test`. Both build the environment first.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
ASSIGNMENT ?= vae
SUBMISSIONS ?= submitted/$(ASSIGNMENT)
DEMO := results/demo
ISOLATION ?= strict

.PHONY: help env demo test release grade report audit mutants docs feedback-gallery bench lint clean

help:
	@echo "make demo      environment, then grade the demonstration class and say where the report is"
	@echo "make test      environment, then the project's tests"
	@echo "make env       the environment only: .venv/bin/autograder works afterwards"
	@echo "make release   write assignments/, source/ and release/ from solutions/"
	@echo "make grade     grade SUBMISSIONS=submitted/vae of ASSIGNMENT=vae"
	@echo "make audit     test the checks: references, stubs, alternatives, misconceptions"
	@echo "make mutants   mutate the references and see whether the checks notice (long)"
	@echo "make feedback-gallery   all feedback on one page"
	@echo "make bench     measure speed and memory, write benchmarks/results/"
	@echo "make lint      ruff and mypy"
	@echo "make clean     remove the environment and results"

env: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt tools/make_env.sh
	@bash tools/make_env.sh $(VENV)
	@touch $@

demo: env
	@$(BIN)/autograder release
	@for a in warmup vae diffusion; do \
	  echo; echo "== $$a =="; \
	  $(BIN)/autograder grade $$a demo/$$a --out $(DEMO)/$$a --isolation $(ISOLATION) || exit $$?; \
	done
	@echo; echo "Class reports (open in a browser):"
	@for a in warmup vae diffusion; do echo "  file://$(CURDIR)/$(DEMO)/$$a/index.html"; done

test: env
	@$(BIN)/python -m pytest tests

release: env
	@$(BIN)/autograder release

grade: env
	@$(BIN)/autograder grade $(ASSIGNMENT) $(SUBMISSIONS)

report: env
	@$(BIN)/autograder report results/$(ASSIGNMENT)

audit: env
	@$(BIN)/autograder audit

mutants: env
	@$(BIN)/autograder audit --seeds 200 --mutants --out benchmarks/results/audit.json

docs: env
	@$(BIN)/python tools/write_docs.py

feedback-gallery: env
	@$(BIN)/python tools/feedback_gallery.py

bench: env
	@$(BIN)/python benchmarks/class_speed.py
	@$(BIN)/python benchmarks/spawn.py

lint: env
	@$(BIN)/ruff check .
	@$(BIN)/mypy autograder

clean:
	rm -rf $(VENV) results .hypothesis .mypy_cache .ruff_cache
