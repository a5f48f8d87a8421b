#!/usr/bin/env bash
# Evidence does not depend on the machine: another Python, hash seed, locale, time zone, umask and folder give the same
# bytes, and each side reproduces the other's bundle. Usage: other_python.sh PYTHON-OF-THE-VENV [OTHER-PYTHON]
set -euo pipefail
here=$(realpath -s "$1")
root=$(pwd)
other=${2:-}
if [ -z "$other" ]; then
  shopt -s nullglob
  for each in python3.14 python3.13 python3.12 "$HOME"/.pyenv/versions/3.1[2-9].*/bin/python; do
    if "$each" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; then other=$each; fi
  done
fi
if [ -z "$other" ]; then
  echo "other-python: SKIPPED, there is no Python newer than 3.11 on this machine"
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$here" -m pip list --format=freeze --disable-pip-version-check | grep -v '^sec02' >"$work/versions"
"$other" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check -c "$work/versions" "$root"
mkdir "$work/elsewhere"
snapshot=$root/snapshots/demo.json
(umask 077; cd "$root"; PYTHONHASHSEED=1 TZ=UTC LC_ALL=C "$(dirname "$here")/sec02" archive "$snapshot" -o "$work/one") >/dev/null
(umask 002; cd "$work/elsewhere"; PYTHONHASHSEED=77 TZ=Asia/Kathmandu LC_ALL=C.UTF-8 "$work/venv/bin/sec02" archive "$snapshot" -o "$work/two") >/dev/null
diff -r "$work/one" "$work/two"
(cd "$work/elsewhere"; "$work/venv/bin/sec02" verify "$work"/one/*.zip --replay --allow-unsigned)
(cd "$work/elsewhere"; "$work/venv/bin/sec02" test | tail -n 1)
echo "other-python: $("$other" --version) and $("$here" --version) make and reproduce the same bytes"
