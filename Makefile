# The two commands to know: `make demo` and `make test`. Both build the environment first.
SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
ASSIGNMENT ?= vae
SUBMISSIONS ?= submitted/$(ASSIGNMENT)
DEMO := results/demo
# The assignments with a demonstration class, as solutions/course.toml lists them.
DEMOS = $(shell $(BIN)/python -c 'from pathlib import Path; from autograder.course.manifest import read_manifest as read; print(*read(Path(".")).demo)')
CLASS := results/demo-submissions
ISOLATION ?= strict
# Processes that run the tests; each holds torch and a grader, 3 GB. 1 runs them in order, in this one.
TEST_JOBS ?= 2
PYTEST := $(BIN)/python -m pytest tests $(if $(filter-out 1,$(TEST_JOBS)),-n $(TEST_JOBS) --dist loadscope)

.PHONY: bench-student bench-training-class same-under-load mutant-hints charged-elsewhere bench-peers bench-scale constraints calibrate bench-training test-training test-fast help env demo test release collect grade feedback export report audit mutants docs feedback-gallery bench lint clean dist student-kit

help:
	@echo "make demo      environment, then grade the demonstration class and say where the report is"
	@echo "make test-training  every training task on real data, a right answer and a wrong one (an hour)"
	@echo "make calibrate measure the levels of training tasks anew (many hours)"
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
	@echo "make mutant-hints   what is said of mutants, and whether it names what was changed (hours; ONLY=\"vae:losses warmup\")"
	@echo "make charged-elsewhere   what the corpus's mistakes cost in the exercises that build on them"
	@echo "make same-under-load   a class graded beside 20 busy loops and without (STUDENTS=20 LOAD=20): what differs"
	@echo "make dist      dist/dgm_autograder-….whl: what students install, and what instructors install with [grading,nbgrader]"
	@echo "make student-kit   dist/student-kit.zip: what a class is handed"
	@echo "make feedback-gallery   all feedback on one page"
	@echo "make bench     measure speed and memory, also of stock nbgrader (an hour), write benchmarks/results/"
	@echo "make bench-student   what the kit takes on a student's disk beside torch, and its three commands"
	@echo "make bench-training   what each training task costs and measures (half an hour)"
	@echo "make bench-training-class   a class of twenty with its training, two at once: is anything lost or different? (ASSIGNMENT=vae)"
	@echo "make bench-peers   the same checks, submissions and attacks through other graders (PEERS=\"otter-grader\"), each from PyPI in an environment of its own (an hour)"
	@echo "make bench-scale   a class of a thousand beside one of a hundred, and a model of a hundred thousand (half an hour)"
	@echo "make docs      the documentation as a site: site/index.html"
	@echo "make lint      ruff, mypy, and the floors of the house"
	@echo "make constraints   write the exact versions anew (UPGRADE=1: the newest ones)"
	@echo "make clean     remove the environment and results"

env: $(VENV)/.ready

# A Python that is asked for and is another one than the environment's makes it anew, however fresh it is.
ifneq ($(PYTHON),)
version_of = $(shell "$(1)" -c 'import sys; print(*sys.version_info[:2])' 2>/dev/null || echo none)
ifneq ($(call version_of,$(PYTHON)),$(call version_of,$(BIN)/python))
.PHONY: $(VENV)/.ready
endif
endif

$(VENV)/.ready: pyproject.toml constraints.txt tools/make_env.sh
	@bash tools/make_env.sh $(VENV)
	@touch $@

# 2 says that something could not be read: the demonstration classes have such work on purpose.
# A check that hangs is stopped earlier than in a course.
demo: env
	@$(BIN)/autograder release
	@$(BIN)/python tools/build_demo.py $(CLASS)
	@for a in $(DEMOS); do \
	  echo; echo "== $$a =="; \
	  $(BIN)/autograder grade $$a $(CLASS)/$$a --out $(DEMO)/$$a --isolation $(ISOLATION) --time-limit 3 --no-training || [ $$? -eq 2 ] || exit 3; \
	done
	@echo; echo "== training: a right VAE and a wrong one =="
	@$(BIN)/autograder grade vae $(CLASS)/vae/alice $(CLASS)/vae/carol.zip --only training.vae_mnist --training-only \
	  --out $(DEMO)/training --isolation $(ISOLATION)
	@echo; echo "Class reports (open in a browser):"
	@for a in $(DEMOS) training; do echo "  file://$(CURDIR)/$(DEMO)/$$a/index.html"; done

test: env
	@$(PYTEST)

test-fast: env
	@$(PYTEST) -m "not processes and not course"

release: env
	@$(BIN)/autograder release
	@$(BIN)/nbgrader generate_assignment $(ASSIGNMENT) --force --log-level=WARN
	@echo "$(ASSIGNMENT) is in the gradebook; hand it out with: nbgrader release_assignment $(ASSIGNMENT)"
	@echo "(another one: make release ASSIGNMENT=…; what is in the gradebook is in its lists, with 0 for whoever hands in nothing;"
	@echo " nbgrader db assignment remove $(ASSIGNMENT) takes it out)"

collect: env
	@$(BIN)/nbgrader collect $(ASSIGNMENT) --update || { \
	  echo "collect: nbgrader could not fetch anything, see above (where its exchange lies: c.Exchange.root in nbgrader_config.py;" >&2; \
	  echo "  work that did not come through nbgrader needs no collecting: make grade SUBMISSIONS=folder)" >&2; exit 1; }

grade: env
	@if ls -d submitted/*/$(ASSIGNMENT) >/dev/null 2>&1; then \
	  $(BIN)/autograder nbgrade $(ASSIGNMENT); \
	elif [ -e "$(SUBMISSIONS)" ]; then \
	  $(BIN)/autograder grade $(ASSIGNMENT) $(SUBMISSIONS); \
	else \
	  $(BIN)/autograder list "$(ASSIGNMENT)" >/dev/null && echo "nothing was handed in: neither submitted/*/$(ASSIGNMENT) nor $(SUBMISSIONS) is there"; \
	fi

# Some seconds a page, with everything that a notebook's page has in it; a class's pages of results/ are there after grading.
feedback: env
	@echo "nbgrader makes the pages one by one, a few seconds each (results/$(ASSIGNMENT)/ has pages of its own already)"
	@$(BIN)/nbgrader generate_feedback $(ASSIGNMENT) --force --log-level=WARN
	@$(BIN)/nbgrader release_feedback $(ASSIGNMENT) --log-level=WARN \
	  || echo "The pages are in feedback/; they did not reach the exchange, see above."

export: env
	@mkdir -p results
	@$(BIN)/nbgrader export --to results/marks.csv

report: env
	@$(BIN)/autograder report results/$(ASSIGNMENT)

test-training: env
	@AUTOGRADER_TRAINING=all $(BIN)/python -m pytest tests/training tests/models

calibrate: env
	@$(BIN)/autograder calibrate

audit: env
	@$(BIN)/autograder audit

mutants: env
	@$(BIN)/autograder audit --seeds 200 --mutants --out benchmarks/results/audit.json

mutant-hints: env
	@$(BIN)/python benchmarks/fairness/mutant_hints.py $(ONLY)

charged-elsewhere: env
	@$(BIN)/python benchmarks/fairness/charged_elsewhere.py

same-under-load: env
	@$(BIN)/python benchmarks/fairness/same_under_load.py --students $(or $(STUDENTS),20) --load $(or $(LOAD),20)

docs: env
	@$(BIN)/python tools/write_docs.py
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet
	@echo "site/index.html"

feedback-gallery: env
	@$(BIN)/python tools/feedback_gallery.py

bench-student: env
	@$(BIN)/python benchmarks/students/install.py

bench-training: env
	@$(BIN)/python benchmarks/training.py $(TASKS)

bench-training-class: env
	@$(BIN)/python benchmarks/training_class.py --assignment $(ASSIGNMENT)

bench: env
	@$(BIN)/python benchmarks/class_speed.py
	@$(BIN)/python benchmarks/spawn.py
	@$(BIN)/python benchmarks/nbgrader_speed.py

bench-peers: env
	@$(BIN)/python benchmarks/peers/run.py --afresh $(PEERS)

bench-scale: env
	@$(BIN)/python benchmarks/scale/thousand.py
	@$(BIN)/python benchmarks/scale/scale_model.py

dist: env
	@$(BIN)/python -c 'from pathlib import Path; from autograder.bundles.wheel import build_wheel; print(build_wheel(Path("dist")))'

student-kit: env
	@$(BIN)/autograder bundle student --out dist/student-kit.zip

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
