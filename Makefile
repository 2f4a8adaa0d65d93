# What people type. `make` alone tells what there is.
CARGO ?= cargo
# What `make bench` scans.
TREE ?= examples/
# Where the servers for the tests of AWS accounts are installed.
RIG := target/rig-venv
# How often `make bench` runs each program.
RUNS ?= 11

.DEFAULT_GOAL := help
.PHONY: help demo test check bench screen docs clean

help: ## Tell what there is
	@echo "make TARGET:"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1|\2/p' Makefile | while IFS='|' read -r name text; do printf '  %-8s %s\n' $$name "$$text"; done

# Unoptimised: built cold in half the time, and quick enough for one small tree. Without git, which only --since
# needs and which is a fifth of a cold build, and without `serve`, `aws` and `notify`, the parts that connect: the account
# and its trail are recorded.
demo: ## Build, follow the key of examples/incident to the disk, and audit all of the incident
	@echo "Building; the first time takes a few minutes."
	@$(CARGO) build --quiet --locked --no-default-features
	@$(call demonstrate,scan examples/incident)
	@$(call demonstrate,audit --settings examples/incident/secretrail.toml --also html=target/incident.html)
	@echo
	@echo "Exit code 1 is right for both: a gate would stop here. examples/incident-fixed passes it."
	@echo "The same report as a page for a browser: target/incident.html"

# Runs a command that must find something.
define demonstrate
echo; echo "$$ secretrail $(1)"; code=0; \
$(CARGO) run --quiet --locked --no-default-features -- $(1) || code=$$?; \
if [ $$code -ne 1 ]; then echo "Exit code $$code, but 1 was expected"; exit 1; fi
endef

test: $(RIG)/installed ## Run all tests
	$(CARGO) test --locked

# moto and ministack, at pinned versions: stand-ins for AWS, on loopback only.
$(RIG)/installed: tests/aws/requirements.txt
	@echo "Installing the servers for the tests into $(RIG)"
	@python3 -m venv --clear $(RIG)
	@$(RIG)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

check: ## Format, lints and licences
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- -D warnings
	$(CARGO) clippy --locked --all-targets --no-default-features -- -D warnings
	@if $(CARGO) deny --version >/dev/null 2>&1; then \
	  $(CARGO) deny --locked check; \
	else \
	  echo "cargo-deny is not installed: advisories and bans are not checked"; \
	fi
	$(CARGO) metadata --locked --format-version 1 | python3 .ci/licences.py deny.toml

bench: ## Time and memory beside other scanners, on TREE=path, RUNS=n times
	$(CARGO) build --locked --release
	@benches/compare.sh "$(TREE)" "$(RUNS)"

screen: $(RIG)/installed ## Show the founding team's list of keys on a stand-in for AWS
	@$(CARGO) build --quiet --locked
	@$(RIG)/bin/python -B tests/aws/screen.py

docs: ## Take the README's picture of the audit of examples/incident; needs Chromium
	@$(CARGO) build --quiet --locked --no-default-features
	@docs/picture.sh

clean: ## Remove what was built
	$(CARGO) clean
