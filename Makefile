# The two commands to know: `make demo` and `make test`. Both build the environment first.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
ASSIGNMENT ?= vae
SUBMISSIONS ?= submitted/$(ASSIGNMENT)
DEMO := results/demo
# The assignments with a demonstration class, as solutions/course.toml lists them.
DEMOS = $(shell $(BIN)/python -c 'from pathlib import Path; from autograder.course.manifest import read_manifest as read; print(*read(Path(".")).demo)')
ISOLATION ?= strict

.PHONY: constraints test-fast help env demo test release collect grade feedback export report audit mutants docs feedback-gallery bench lint clean

help:
	@echo "make demo      environment, then grade the demonstration class and say where the report is"
	@echo "make test      environment, then the project's tests"
	@echo "make test-fast the tests that start no program"
	@echo "make env       the environment only: .venv/bin/autograder works afterwards"
	@echo "make release   write assignments/, source/ and release/ from solutions/"
	@echo "make collect   fetch what students submitted of ASSIGNMENT=vae from nbgrader's exchange"
	@echo "make grade     grade what was collected of ASSIGNMENT=vae into the gradebook, or the folder SUBMISSIONS=…"
	@echo "make feedback  pages with marks, messages and hints, into feedback/ and the exchange"
	@echo "make export    the gradebook as results/marks.csv"
	@echo "make audit     test the checks: references, stubs, alternatives, misconceptions"
	@echo "make mutants   mutate the references and see whether the checks notice (long)"
	@echo "make feedback-gallery   all feedback on one page"
	@echo "make bench     measure speed and memory, also of stock nbgrader (an hour), write benchmarks/results/"
	@echo "make lint      ruff, mypy, and the floors of the house"
	@echo "make constraints   write the exact versions anew (UPGRADE=1: the newest ones)"
	@echo "make clean     remove the environment and results"

env: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt tools/make_env.sh
	@bash tools/make_env.sh $(VENV)
	@touch $@

demo: env
	@$(BIN)/autograder release
	@for a in $(DEMOS); do \
	  echo; echo "== $$a =="; \
	  $(BIN)/autograder grade $$a demo/$$a --out $(DEMO)/$$a --isolation $(ISOLATION) || exit $$?; \
	done
	@echo; echo "Class reports (open in a browser):"
	@for a in $(DEMOS); do echo "  file://$(CURDIR)/$(DEMO)/$$a/index.html"; done

test: env
	@$(BIN)/python -m pytest tests

test-fast: env
	@$(BIN)/python -m pytest tests -m "not processes and not course"

release: env
	@$(BIN)/autograder release
	@$(BIN)/nbgrader generate_assignment $(ASSIGNMENT) --force --log-level=WARN
	@echo "$(ASSIGNMENT) is in the gradebook; hand it out with: nbgrader release_assignment $(ASSIGNMENT)"

collect: env
	@$(BIN)/nbgrader collect $(ASSIGNMENT) --update

grade: env
	@if ls -d submitted/*/$(ASSIGNMENT) >/dev/null 2>&1; then \
	  $(BIN)/autograder nbgrade $(ASSIGNMENT); \
	else \
	  $(BIN)/autograder grade $(ASSIGNMENT) $(SUBMISSIONS); \
	fi

feedback: env
	@$(BIN)/nbgrader generate_feedback $(ASSIGNMENT) --force --log-level=WARN
	@$(BIN)/nbgrader release_feedback $(ASSIGNMENT) --log-level=WARN \
	  || echo "The pages are in feedback/; they did not reach the exchange, see above."

export: env
	@mkdir -p results
	@$(BIN)/nbgrader export --to results/marks.csv

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
	@$(BIN)/python benchmarks/nbgrader_speed.py

lint: env
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet autograder tests benchmarks tools nbgrader_config.py
	@$(BIN)/mypy autograder
	@$(BIN)/lint-imports --no-logo

constraints: env
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --no-annotate --quiet --custom-compile-command "make constraints" \
	  $(if $(UPGRADE),--upgrade) -o constraints.txt

clean:
	rm -rf $(VENV) results .hypothesis .mypy_cache .ruff_cache
