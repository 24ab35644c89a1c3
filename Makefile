# Latchkey's build. `make run` and `make test` are all that a newcomer needs; `make help` lists the rest.
# The work is in tools/; here stands how the pieces hang together. Cargo decides what has to be compiled again.

export CARGO_TARGET_DIR := $(abspath $(or $(CARGO_TARGET_DIR),target))
export LATCHKEY_SITE_DIR := $(CARGO_TARGET_DIR)/site
export LATCHKEY_BIN := $(CARGO_TARGET_DIR)/release/latchkey

# What tools/setup chose on this machine: the compiler and wasm-opt. Looked at once per call of make, before
# the targets that need it; setup installs what is missing and touches the file only when the choice changes.
chosen := $(CARGO_TARGET_DIR)/tools.mk
ifneq ($(filter-out help clean,$(or $(MAKECMDGOALS),help)),)
include $(chosen)
endif

.PHONY: help setup build run watch test faults fence bench count clean always

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

setup: ## Install what is missing for building and for testing
	@tools/setup-tests >/dev/null
	@echo 'Everything needed is there: try "make run".'

build: ## Build target/release/latchkey, one file with the site inside
	@tools/build

run: build ## Set up what is missing, build and serve
	@exec $(LATCHKEY_BIN) serve

watch: ## Build and serve, and again after each change
	@tools/watch

test: ## Set up what is missing and run every check: format, fence, supply chain, lints, Rust tests, browser tests
	@tools/test

faults: ## Run the faults in full: kills, floods, slow connections, full disks, wrong clocks, databases that are away
	@tools/faults

fence: ## Prove that dependencies between crates, and between the files of each, point one way only
	@tools/fence

bench: build ## Measure how quick the page and the server are
	@[ ! -x tools/bench ] || tools/bench
	@tools/bench-page

count: build ## Count the instructions of each stage of a verification, under valgrind
	@tools/count

clean: ## Remove what was built
	cargo clean

always:

$(chosen): always
	@tools/setup $@
