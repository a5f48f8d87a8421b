#!/usr/bin/env bash
# Opens the HTML report in a real Chromium, with axe-core. What is needed and missing is installed where that can be done
# (Debian's package as root, axe-core from the npm registry); otherwise it is said, loudly, and nothing is tested.
set -euo pipefail
python=$1
folder=$(dirname "$python")/../axe
skip() {
  echo "SKIPPED: the page was not opened in a browser: $1" >&2
  exit 0
}
find_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome || true; }
chromium=$(find_chromium)
if [ -z "$chromium" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing chromium ..."
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } >/dev/null 2>&1 || true
  chromium=$(find_chromium)
fi
[ -n "$chromium" ] || skip "there is no Chromium, and it could not be installed"
axe=$folder/node_modules/axe-core/axe.min.js
if [ ! -f "$axe" ] && command -v npm >/dev/null; then
  mkdir -p "$folder"
  npm install --silent --no-audit --no-fund --prefix "$folder" axe-core@4 >/dev/null 2>&1 || true
fi
[ -f "$axe" ] || { echo "SKIPPED: axe-core could not be fetched from the npm registry; the rest is tested" >&2; axe=; }
SEC02_CHROMIUM=$chromium SEC02_AXE=$axe "$python" -m pytest -q -s tests/browser
