#!/bin/sh
# The README's picture: the page that an audit of examples/incident gives, in a browser of 1280 pixels. `make docs`.
set -eu
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo "no Chromium: it takes the picture" >&2
  exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
code=0
target/debug/secretrail audit --settings examples/incident/secretrail.toml --now 2026-04-02 --format html --output "$work/audit.html" || code=$?
[ "$code" -eq 1 ] || { echo "exit code $code, but 1 was expected" >&2; exit 1; }
"$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1 --window-size=1280,1180 \
  --user-data-dir="$work/browser" --screenshot="$work/audit.png" "file://$work/audit.html" >"$work/log" 2>&1
mv "$work/audit.png" docs/audit.png
