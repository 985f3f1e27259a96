#!/usr/bin/env bash
# Makes the virtual environment: finds a suitable Python, installs exact versions, says what is missing.
set -euo pipefail
venv="$1"

suitable() {
  [ "$("$1" -c 'import sys; print((3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null)" = True ]
}

version() {
  "$1" -c 'import sys; print(sys.version_info[:2])'
}

# Another one in place of a Python that was asked for would be found out gigabytes later.
if [ -n "${PYTHON:-}" ] && ! suitable "$PYTHON"; then
  echo "make env: $PYTHON is not a Python 3.11, 3.12 or 3.13 that runs here" >&2
  exit 2
fi

python=""
for candidate in "${PYTHON:-}" python3 python3.12 python3.11 python3.13; do
  if [ -n "$candidate" ] && command -v "$candidate" >/dev/null && suitable "$candidate"; then
    python="$candidate"
    break
  fi
done
if [ -z "$python" ]; then
  echo "make env: no Python 3.11, 3.12 or 3.13 found (install one, or name it: make env PYTHON=/path/to/python3.12)" >&2
  exit 2
fi

if [ ! -x "$venv/bin/python" ] || ! suitable "$venv/bin/python" \
  || [ "$(version "${PYTHON:-$venv/bin/python}")" != "$(version "$venv/bin/python")" ]; then
  if [ -x "$venv/bin/python" ]; then
    echo "$venv is of another Python: making it anew with $python ..."
  fi
  rm -rf "$venv"
  if ! "$python" -m venv "$venv" 2>/dev/null; then
    rm -rf "$venv"
    echo "make env: $python cannot make virtual environments (on Debian and Ubuntu: apt install python3-venv)" >&2
    exit 2
  fi
fi

echo "installing the environment into $venv (torch makes this a few gigabytes) ..."
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
# Bytecode is compiled now: where PYTHONDONTWRITEBYTECODE is set, every process would otherwise compile torch anew.
if ! "$venv/bin/uv" pip install --quiet --compile-bytecode --python "$venv/bin/python" --constraint constraints.txt --editable '.[dev,docs,grading,nbgrader,postgresql,cluster]'; then
  echo "make env: installing failed (is the network reachable, and are 8 GB of disk free? run make env again to resume)" >&2
  exit 2
fi
env -u PYTHONDONTWRITEBYTECODE "$venv/bin/python" -m compileall -q autograder
echo "ready; in this shell: source $venv/bin/activate, then autograder --help"
