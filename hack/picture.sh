#!/usr/bin/env bash
# Takes docs/img/check.png: what a terminal shows of `kubectl kspm check -f examples/`. Needs Debian's
# aha and chromium.
set -euo pipefail
cd "$(dirname "$0")/.."
make -s build
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
{
  printf '\033[1m$\033[0m kubectl kspm check -f examples/ --severity high\n'
  bin/kubectl-kspm check -f examples/ --severity high --color always 2>&1 || true
} | aha --black --title kubectl-kspm --style 'margin: 18px; font: 14px/1.35 "DejaVu Sans Mono", monospace; background: #14161b' >"$dir/check.html"
lines=$(grep -c '' "$dir/check.html")
chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
  --disable-component-update --disable-sync --user-data-dir="$dir/profile" --hide-scrollbars \
  --window-size=980,$((lines * 12 + 10)) --screenshot=docs/img/check.png "file://$dir/check.html" >/dev/null 2>&1
