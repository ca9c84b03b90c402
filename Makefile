# migcheck: `make` lists what there is to do.
.DEFAULT_GOAL := help
GO ?= go
TAGS := libvirt_dlopen
BIN := cmd/migcheck/migcheck
# The first heading of CHANGELOG.md.
VERSION := $(shell sed -n 's/^\#\# \([0-9][^ ]*\) - .*/\1/p' CHANGELOG.md | head -n 1)
ARCHES := amd64 arm64 s390x

.PHONY: help build static release package print-version try test unit bench demo-fleet lab prove lint fuzz update

help: ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

build: ## build migcheck with its libvirt client (needs a C compiler; libvirt is loaded at run time)
	$(GO) build -trimpath -tags $(TAGS) -o $(BIN) ./cmd/migcheck

static: ## build the static migcheck without a libvirt client: snapshots, the agent, the hook
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN) ./cmd/migcheck

release: $(ARCHES:%=$(BIN)-%) ## the static build for amd64, arm64 and s390x, the same bytes wherever it is built

$(BIN)-%: FORCE
	CGO_ENABLED=0 GOARCH=$* $(GO) build -trimpath -buildvcs=false -ldflags "-s -w -X main.release=$(VERSION)" -o $@ ./cmd/migcheck

package: ## a Debian package and an RPM for each architecture, in cmd/migcheck/packages
	@for arch in $(ARCHES); do .ci/package/build $$arch cmd/migcheck/packages || exit 1; done

print-version:
	@echo $(VERSION)

FORCE:

try: static ## judge the recorded example: one guest is ready, one is blocked
	@echo; echo '$$ migcheck guest1 guest2 --to hostB --snapshot fixtures/example'
	@$(BIN) guest1 guest2 --to hostB --snapshot fixtures/example; \
	  status=$$?; echo "exit status $$status"; test $$status -eq 1

test: ## install what the tests need (Debian, root) and run everything
	@.ci/test

unit: ## the tests that need neither root nor packages
	$(GO) test ./...

bench: ## figures, as ratios against a floor or a peer in the same run
	@.ci/bench

demo-fleet: ## write demo-fleet.html: the report of a made-up fleet of 1,000 hosts and 20,000 guests, to look at
	$(GO) run ./fixtures/demofleet/write -file demo-fleet.html
	@echo "open file://$(CURDIR)/demo-fleet.html in a browser"

lab: ## boot two virtual hosts and watch migcheck judge real guests there (root)
	@fixtures/lab/demo

prove: ## every scenario of fixtures/lab/scenarios.txt: predicted, migrated, compared (root)
	@.ci/prove

lint: ## gofumpt, vet and staticcheck, at the versions in .ci/go.mod
	@.ci/lint

fuzz: ## fuzz every parser for FUZZTIME each (10s)
	@.ci/fuzz $(or $(FUZZTIME),10s)

update: ## rewrite the golden files and generated tables
	$(GO) test ./preflight/rules ./preflight/report ./preflight/assume ./cmd/internal/act/hook ./cmd/migcheck -update
