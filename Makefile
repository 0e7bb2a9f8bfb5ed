# make test needs nothing but Go. make check is what a change must pass. make
# full adds what needs a browser, Debian packages or npm; .ci/run installs those.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Stamping the revision fails in a tree that git does not trust, and a build
# must be the same wherever it is made.
export GOFLAGS ?= -buildvcs=false

GO       ?= go
RACE     ?= -race
FUZZTIME ?= 20s
TOOL      = $(GO) tool -modfile=tools/tools.mod

# Packages whose golden files can be written anew: those that define the flag.
GOLDEN = $(shell grep -rlE --include='*_test.go' 'flag\.Bool.*"update"' . | xargs -r -n1 dirname | sort -u)

.PHONY: help test check vet lint fmt mod docs docs-check race full bench fuzz golden demo build clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: ## all tests; needs only Go, takes less than 3 minutes
	tools/gotest ./...

check: fmt vet lint mod docs-check race ## what a change must pass: race detector, vet, staticcheck, gofmt, modules, docs

full: ## the tests that need a browser or other programs, or take long
	tools/gotest -tags full -timeout 40m ./...

bench: ## all benchmarks: first whole scans beside a naive client, then the parts
	$(GO) test -run '^$$' -bench Clients ./cmd/mailposture
	$(GO) test -run '^$$' -bench . -benchmem $$($(GO) list ./... | grep -v /cmd/)

fuzz: ## every fuzz target for FUZZTIME (20s)
	FUZZTIME=$(FUZZTIME) tools/gofuzz

golden: ## write the golden files anew; read the diff afterwards
	$(if $(GOLDEN),$(GO) test $(GOLDEN) -update,@echo no package has golden files)

docs: ## write the generated docs
	$(GO) run ./cmd/mailposture rules -f markdown > docs/rules.md
	$(GO) test -run '^TestWrongVerdicts$$' . -update
	$(GO) run ./cmd/mailposture diagnose --codes > docs/bounces.md

demo: ## scan the built-in demo zone
	$(GO) run ./cmd/mailposture scan --zone :demo:

build: ## build bin/mailposture
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags=-buildid= -o bin/mailposture ./cmd/mailposture

clean: ## remove what build made
	rm -rf bin

# --- the parts of check ---

fmt:
	@bad=$$(gofmt -l .); [ -z "$$bad" ] || { echo "gofmt would change:"; echo "$$bad"; exit 1; }

# The files of make full are vetted too, or a change could break them unseen.
vet:
	$(GO) vet -tags full ./...

lint:
	$(TOOL) staticcheck -tags full ./...

mod:
	$(GO) mod tidy -diff
	$(GO) mod verify

docs-check:
	@new=$$(mktemp); trap 'rm -f "$$new"' EXIT; \
	$(GO) run ./cmd/mailposture rules -f markdown > "$$new"; \
	diff -u docs/rules.md "$$new" || { echo "docs/rules.md is old: run make docs"; exit 1; }; \
	$(GO) run ./cmd/mailposture diagnose --codes > "$$new"; \
	diff -u docs/bounces.md "$$new" || { echo "docs/bounces.md is old: run make docs"; exit 1; }

race:
	tools/gotest $(RACE) -timeout 30m ./...
