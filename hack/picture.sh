#!/usr/bin/env bash
# Takes the pictures of docs/img: check.png, what a terminal shows of `kubectl kspm check -f examples/`, and
# report.png and report-dark.png, its HTML report. Needs Debian's aha and chromium.
set -euo pipefail
cd "$(dirname "$0")/.."
make -s build
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# shoot PAGE PICTURE WIDTH HEIGHT [FLAG…]
shoot() {
  chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$dir/profile" --hide-scrollbars \
    --window-size="$3,$4" --screenshot="docs/img/$2" "${@:5}" "file://$1" >/dev/null 2>&1
}

{
  printf '\033[1m$\033[0m kubectl kspm check -f examples/ --severity high\n'
  script -qc 'stty cols 120; bin/kubectl-kspm check -f examples/ --severity high' /dev/null | tr -d '\r' || true
} | aha --black --title kubectl-kspm --style 'margin: 18px; font: 14px/1.35 "DejaVu Sans Mono", monospace; background: #14161b' >"$dir/check.html"
lines=$(grep -c '' "$dir/check.html")
shoot "$dir/check.html" check.png 1060 $((lines * 13 - 10))

bin/kubectl-kspm check -f examples/ --fail-on none -o html="$dir/report.html"
# One rule and its finding unfolded.
sed \
  -e '0,/<details class="rule"/s//<details open class="rule"/' \
  -e '0,/<details class="finding"/s//<details open class="finding"/' "$dir/report.html" >"$dir/open.html"
shoot "$dir/report.html" report.png 1200 1180
shoot "$dir/open.html" report-dark.png 1200 1700 --blink-settings=preferredColorScheme=0
