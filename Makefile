SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X github.com/kubectl-kspm/kubectl-kspm/internal/cli.version=$(VERSION)
CLUSTER := cd test/cluster && $(GO) run ./cmd/kspm-cluster
PODS ?= 200
BINARY ?= bin/kubectl-kspm
PLATFORMS ?= $(shell $(GO) env GOOS)/$(shell $(GO) env GOARCH)

# The race detector needs cgo and a C compiler. SQLite, which is C turned into Go, is 50 times slower
# under it, and its races are not ours to find.
RACE = $(shell [ "$$($(GO) env CGO_ENABLED)" = 1 ] && command -v $$($(GO) env CC) >/dev/null && \
	echo -race -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc/...=-race=false)

.PHONY: help
help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

.PHONY: build
build: ## Build bin/kubectl-kspm
	CGO_ENABLED=0 $(GO) build -trimpath $(BUILDFLAGS) -ldflags "$(LDFLAGS)" -o $(BINARY) ./cmd/kubectl-kspm

.PHONY: archive
archive: ## Build PLATFORMS' archives (this one's) and their krew manifest into dist, as VERSION (v0.0.0-dev)
	$(GO) run ./krew --version $(if $(filter v%,$(VERSION)),$(VERSION),v0.0.0-dev) --build $(PLATFORMS)

.PHONY: test
test: test-servers test-helm test-browser test-postgres bin/krew ## Run every test, those against a real API server included
	$(WITH_BROWSER) $(WITH_POSTGRES) $(GO) test $(RACE) -timeout 45m ./...
	[ -z "$(RACE)" ] || $(GO) test -run 'TestBombs|TestMemory' ./internal/manifest
	cd test/cluster && $(GO) test -timeout 30m ./...
	cd test/monitoring && $(GO) test ./...

# The dashboard and the HTML report are opened in a real browser. Where it may, make installs Debian's;
# elsewhere those tests are skipped, and say so here.
BROWSER = command -v chromium || command -v chromium-browser || command -v google-chrome
WITH_BROWSER = $(shell ($(BROWSER)) >/dev/null 2>&1 && echo KSPM_BROWSER=required)

.PHONY: test-browser
test-browser: ## Install the Chromium that tests open pages in
	@if ($(BROWSER)) >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; \
	else \
		echo "SKIPPING the tests of pages in a browser: there is no chromium, and only root can apt-get install it" >&2; \
	fi

# The history is kept in a real PostgreSQL as well.
POSTGRES = ls /usr/lib/postgresql/*/bin/initdb || command -v initdb
WITH_POSTGRES = $(shell ($(POSTGRES)) >/dev/null 2>&1 && echo KSPM_POSTGRES=required)

.PHONY: test-postgres
test-postgres: ## Install the PostgreSQL that the tests of the history keep it in
	@if ($(POSTGRES)) >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null; \
	else \
		echo "SKIPPING the tests of the history in PostgreSQL: there is none, and only root can apt-get install it" >&2; \
	fi

.PHONY: test-servers
test-servers: ## Build the kube-apiserver, etcd and kubelet that the tests start
	$(CLUSTER) build

.PHONY: test-helm
test-helm: ## Build the helm that the tests render charts with
	cd tools/helm && CGO_ENABLED=0 GOFLAGS=-trimpath GOWORK=off $(GO) tool -n helm >/dev/null

.PHONY: lint
lint: bin/golangci-lint ## Lint, vet, and check that what is generated is up to date
	bin/golangci-lint run ./...
	cd test/cluster && ../../bin/golangci-lint run --config ../../.golangci.yml ./...
	cd test/monitoring && ../../bin/golangci-lint run --config ../../.golangci.yml ./...
	cd test/oidc && ../../bin/golangci-lint run --config ../../.golangci.yml ./...
	$(GO) vet ./...
	cd test/cluster && $(GO) vet ./...
	cd test/monitoring && $(GO) vet ./...
	hack/check-generated.sh

.PHONY: fmt
fmt: bin/golangci-lint ## Format the code
	bin/golangci-lint fmt ./...
	cd test/cluster && ../../bin/golangci-lint fmt --config ../../.golangci.yml ./...

.PHONY: bench
bench: ## Measure against the floor: time and memory, as a table
	@for dir in internal/bench test/bench; do \
		if [ -d $$dir ]; then $(GO) test -run '^$$' -bench . -benchtime 1x -timeout 60m ./$$dir/...; fi; \
	done

.PHONY: generate
generate: ## Generate what is made from the code
	$(GO) generate ./...

.PHONY: cluster-up
cluster-up: ## Start a real API server on loopback
	$(CLUSTER) up --dir $(CURDIR)/bin/cluster
	@echo "export KUBECONFIG=$(CURDIR)/bin/cluster/admin.kubeconfig   # also view, nobody"

.PHONY: cluster-down
cluster-down: ## Stop it, and the demo's
	@for dir in $(wildcard $(CURDIR)/bin/cluster $(CURDIR)/bin/demo); do ($(CLUSTER) down --dir $$dir); done

.PHONY: demo
demo: build cluster-down ## Start an API server, fill it with PODS pods (200) and check it
	rm -rf bin/demo
	$(CLUSTER) up --dir $(CURDIR)/bin/demo --name demo
	$(CLUSTER) load --kubeconfig $(CURDIR)/bin/demo/admin.kubeconfig --pods $(PODS)
	KUBECONFIG=bin/demo/admin.kubeconfig bin/kubectl-kspm check || [ $$? = 1 ]
	@echo "still running: KUBECONFIG=bin/demo/admin.kubeconfig bin/kubectl-kspm sql '…'; make cluster-down stops it"

.PHONY: pictures
pictures: ## Take the pictures of docs/img, with chromium and aha
	hack/picture.sh

.PHONY: clean
clean: cluster-down ## Remove what was built
	rm -rf bin dist

bin/golangci-lint: tools/go.sum
	cd tools && $(GO) build -trimpath -o ../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

bin/krew: tools/go.sum
	cd tools && $(GO) build -trimpath -o ../$@ sigs.k8s.io/krew/cmd/krew
