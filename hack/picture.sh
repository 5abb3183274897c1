#!/usr/bin/env bash
# Takes the pictures of docs/img over examples/: check.png, what a terminal shows of `kubectl kspm check`,
# report.png and report-dark.png, its HTML report, and dashboard.png and dashboard-dark.png, pages of
# `kubectl kspm dashboard`. Needs Debian's aha and chromium.
set -euo pipefail
cd "$(dirname "$0")/.."
make -s build
dir=$(mktemp -d)
dashboard=
trap '[ -z "$dashboard" ] || kill $dashboard; rm -rf "$dir"' EXIT

# shoot PAGE PICTURE WIDTH HEIGHT [FLAG…]
shoot() {
  chromium --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking \
    --disable-component-update --disable-sync --user-data-dir="$dir/profile" --hide-scrollbars \
    --window-size="$3,$4" --screenshot="docs/img/$2" "${@:5}" "$1" >/dev/null 2>&1
}

{
  printf '\033[1m$\033[0m kubectl kspm check -f examples/ --severity high\n'
  script -qc 'stty cols 120; bin/kubectl-kspm check -f examples/ --severity high' /dev/null | tr -d '\r' || true
} | aha --black --title kubectl-kspm --style 'margin: 18px; font: 14px/1.35 "DejaVu Sans Mono", monospace; background: #14161b' >"$dir/check.html"
lines=$(grep -c '' "$dir/check.html")
shoot "file://$dir/check.html" check.png 1060 $((lines * 13 - 10))

bin/kubectl-kspm check -f examples/ --fail-on none -o html="$dir/report.html"
# One rule and its finding unfolded.
sed \
  -e '0,/<details class="rule"/s//<details open class="rule"/' \
  -e '0,/<details class="finding"/s//<details open class="finding"/' "$dir/report.html" >"$dir/open.html"
shoot "file://$dir/report.html" report.png 1200 1180
shoot "file://$dir/open.html" report-dark.png 1200 1700 --blink-settings=preferredColorScheme=0

bin/kubectl-kspm dashboard -f examples/ --no-browser >"$dir/address" 2>"$dir/said" &
dashboard=$!
until grep -qs '^http' "$dir/address"; do
  kill -0 $dashboard 2>/dev/null || { cat "$dir/said" >&2; exit 1; }
  sleep 0.2
done
base=$(sed -n 's|/$||p' "$dir/address")
finding=$(curl -fsS "$base/api/v1/findings?rule=NSA-23&name=shop" | grep -o '"fingerprint": *"[0-9a-f]*"' | grep -om1 '[0-9a-f]\{16,\}')
shoot "$base/" dashboard.png 1280 790
shoot "$base/findings/manifests:examples/$finding" dashboard-dark.png 1280 790 --blink-settings=preferredColorScheme=0
