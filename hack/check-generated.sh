#!/usr/bin/env bash
# Fails when `make generate` changes, adds or removes a file.
set -euo pipefail
cd "$(dirname "$0")/.."

state() {
  git ls-files -z --cached --others --exclude-standard |
    xargs -0 cksum 2>/dev/null | sort || true
}

before=$(state)
make -s generate
if ! diff <(echo "$before") <(state); then
  echo "generated files were out of date: run 'make generate' and commit the result" >&2
  exit 1
fi
