# Everything goes through .venv, which the first target makes; uv is used where it is present, pip otherwise.
PYTHON ?= python3
BIN := .venv/bin
UV := $(shell command -v uv 2>/dev/null)
INSTALL = $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check)
CODE := sec02_policies tests benchmarks docs

.PHONY: help demo test static check format docs bench conformance bench-report bench-inventory bench-cel bench-archive bench-collect fuzz chaos wheel-check other-python browser clean

help: ## Say what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.venv/made:
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@touch $@

.venv/demo-installed: pyproject.toml .venv/made
	@echo "Installing sec02-policies into .venv (a minute, the first time) ..."
	@$(INSTALL) -e '.[demo]'
	@touch $@

.venv/dev-installed: pyproject.toml .venv/made
	@echo "Installing sec02-policies and its tests' tools into .venv ..."
	@$(INSTALL) -e '.[dev]'
	@touch $@ .venv/demo-installed

demo: .venv/demo-installed ## The main job on an embedded AWS: collect, judge, show
	@$(BIN)/sec02 demo

# The official schema of SARIF is on PyPI only among the tests of cfn-lint, in its source package.
.venv/sarif-schema-2.1.0.json: .venv/dev-installed
	@mkdir -p .venv/cfn-lint && $(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --no-binary cfn-lint --dest .venv/cfn-lint 'cfn-lint==1.58.0' \
	  && tar -xOf .venv/cfn-lint/cfn_lint-*.tar.gz --wildcards '*/test/fixtures/schemas/sarif/schema-2.1.0.json' > $@.part && mv $@.part $@ \
	  || echo "SARIF's schema could not be fetched: its test will skip"

test: .venv/dev-installed .venv/sarif-schema-2.1.0.json ## Every test
	$(BIN)/pytest -q -n auto

static: .venv/dev-installed ## Format, lint, types and layers, without running anything
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports

check: static ## The whole gate: static, and every test with branch coverage
	$(BIN)/pytest -q -n auto --cov --cov-report=term --cov-fail-under=90

format: .venv/dev-installed ## Format the code and mend what can be mended
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

docs: .venv/dev-installed ## Write the generated pages
	$(BIN)/python docs/generate.py

conformance: .venv/dev-installed ## CEL's own conformance tests; DATA=DIR for another folder of them
	$(BIN)/python benchmarks/conformance.py $(DATA)

bench: .venv/dev-installed ## Ratios, measured side by side in one run
	$(BIN)/python benchmarks/cel

bench-collect: .venv/dev-installed ## Calls, time and memory of a collection as the account grows; SIZES="100 1000"
	$(BIN)/python benchmarks/collect.py $(SIZES)

bench-inventory: .venv/dev-installed ## The inventory and a review beside an evaluation; USERS="500 4000"
	$(BIN)/python benchmarks/inventory.py $(USERS)

bench-report: .venv/dev-installed ## What each report format costs beside json.dumps
	$(BIN)/python benchmarks/report.py

bench-cel: bench ## As bench

bench-archive: .venv/dev-installed ## Evidence: sizes, times, memory; MB=N for another size than 50
	$(BIN)/python benchmarks/archive.py $(or $(MB),50)

fuzz: .venv/dev-installed ## The long property tests
	HYPOTHESIS_PROFILE=fuzz $(BIN)/pytest -q -n auto tests/cel tests/iam tests/archive/test_attacks.py tests/test_law_of_gaps.py

chaos: .venv/dev-installed ## Collections under every fault of AWS, and killed 20 times
	SEC02_CHAOS=all $(BIN)/pytest -q -n auto tests/collect/test_faults.py
	SEC02_KILLS=20 $(BIN)/pytest -q tests/cli/test_collect_org_killed.py

wheel-check: .venv/dev-installed ## Build the wheel, install it in an empty venv, use it in another folder
	bash tests/wheel_check.sh $(PYTHON) $(BIN)/python

other-python: .venv/dev-installed ## Evidence made by another Python is the same, byte for byte; OTHER=python3.13 for a certain one
	bash tests/other_python.sh $(BIN)/python $(OTHER)

.venv/browser-installed: pyproject.toml .venv/dev-installed
	@$(INSTALL) -e '.[dev,browser]'
	@touch $@

browser: .venv/browser-installed ## Open the HTML report in Chromium: what it does, axe-core, 20,000 results
	bash tests/browser_check.sh $(BIN)/python

clean: ## Remove what was made
	rm -rf .venv dist build sec02-demo .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
