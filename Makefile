# The commands of this project. `make help` lists them.
SHELL := /bin/sh
PYTHON := .venv/bin/python
BUILD := .build
# Most tests wait for processes of their own. Four files at a time; the tests of one file in their order.
SIDE_BY_SIDE := -n 4 --dist loadfile --no-loadscope-reorder
.DEFAULT_GOAL := help
# A machine may forbid it; then every process of every test would compile all modules anew.
export PYTHONDONTWRITEBYTECODE :=
# One recipe at a time: two pip or npm runs in one folder spoil each other.
.NOTPARALLEL:

.PHONY: help install demo test test-fast soak check format lock verifier clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | expand -t 14

install: $(BUILD)/run $(BUILD)/npm-run ## install what `guoji` needs to run into this folder, nothing else

demo: $(BUILD)/run $(BUILD)/npm-run ## run the whole story; ONCE=1 checks itself and ends; PUBLIC=https://host sets what the QR says
	@$(PYTHON) -m demo $(if $(ONCE),--once) $(if $(PUBLIC),--public-url $(PUBLIC))

test: $(BUILD)/dev $(BUILD)/npm-dev $(BUILD)/slither debian check-only ## everything: checks, unit and system tests, a few rounds of each fault
	@scripts/npm run --silent test:contracts
	@$(PYTHON) -m pytest $(SIDE_BY_SIDE) -m 'not soak'

test-fast: $(BUILD)/dev $(BUILD)/npm-dev ## the tests that start no processes, with fewer examples of each property
	@$(PYTHON) -m pytest $(SIDE_BY_SIDE) -q --hypothesis-profile=fast -m 'not slow and not soak'

soak: $(BUILD)/dev $(BUILD)/npm-dev debian ## the full counts of every fault; writes its report to .build/soak.xml
	@GUOJI_TEST_ROUNDS=50 scripts/npm run --silent test:contracts
	@GUOJI_TEST_ROUNDS=50 $(PYTHON) -m pytest -m 'slow or soak' --timeout=0 --junitxml=$(BUILD)/soak.xml

check: $(BUILD)/dev $(BUILD)/npm-dev $(BUILD)/slither check-only ## lint, types, import floors, contract checks

.PHONY: check-only debian
check-only:
	@scripts/check

debian:
	@scripts/setup-debian

format: $(BUILD)/dev ## put the code into its usual shape
	@.venv/bin/ruff check -q --fix . ; .venv/bin/ruff format -q .

lock: ## resolve the requirements anew and write their hashes (needs uv)
	@for set in run dev slither bench; do uv pip compile -q --generate-hashes --no-emit-index-url --universal --python-version 3.11 \
	  requirements/$$set.in -o requirements/$$set.txt; done

verifier: $(BUILD)/run ## write .build/guoji-verify.pyz: `guoji verify` as one file for any Python
	@$(PYTHON) -m scripts.make_verifier $(BUILD)/guoji-verify.pyz

clean: ## remove what these commands made
	rm -rf .venv node_modules $(BUILD) .demo artifacts cache

$(BUILD)/run: requirements/run.txt pyproject.toml scripts/setup-python
	@scripts/setup-python run

$(BUILD)/dev: $(BUILD)/run requirements/dev.txt
	@scripts/setup-python dev

$(BUILD)/slither: $(BUILD)/run requirements/slither.txt scripts/setup-slither
	@scripts/setup-slither

$(BUILD)/npm-run: $(BUILD)/run package-lock.json scripts/setup-npm
	@scripts/setup-npm run

$(BUILD)/npm-dev: $(BUILD)/run package-lock.json scripts/setup-npm
	@scripts/setup-npm dev
