#!/usr/bin/env bash
# Builds the wheel, installs it in an empty venv and walks the main job in another folder, as a user would.
set -euo pipefail
python=$1
builder=$(realpath -s "$2")
root=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$builder" -m build --quiet --outdir "$work/dist" "$root"
"$python" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$work"/dist/*.whl
cd "$work"
core=$("$work/venv/bin/python" -m pip list --format=freeze --disable-pip-version-check | grep -vcE '^(pip|setuptools)==')
size=$(du -sm --exclude=pip --exclude='pip-*' --exclude=setuptools --exclude='setuptools-*' venv/lib/python3*/site-packages | cut -f1)
echo "core: $core packages, $size MB"
test "$core" -le 30
test "$size" -le 120
venv/bin/sec02 --version
venv/bin/sec02 test | tail -n 1
venv/bin/sec02 evaluate "$root/snapshots/minimal.json" --fail-on none --allow-unknown >/dev/null
code=0; venv/bin/sec02 demo 2>message || code=$?
test "$code" -eq 5
grep -q "sec02-policies\[demo\]" message
"$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$(echo "$work"/dist/*.whl)[demo]"
venv/bin/sec02 demo >table 2>message
grep -q "sec02 evaluate snapshot.json" table
test -s sec02-demo/snapshot.json
code=0; venv/bin/sec02 evaluate sec02-demo/snapshot.json --format json --output results.json || code=$?
test "$code" -eq 1
test -s results.json
venv/bin/sec02 report results.json --snapshot sec02-demo/snapshot.json --format html=report.html
grep -q "Who is human and who is machine" report.html
echo "wheel: sec02 demo, evaluate and test work in an empty venv, in another folder"
