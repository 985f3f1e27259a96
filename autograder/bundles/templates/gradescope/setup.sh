#!/usr/bin/env bash
# Builds the image: Python, torch for the CPU and the grader, in the versions of the machine that made this archive.
set -euo pipefail
source="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
root="$(dirname "$source")"
export DEBIAN_FRONTEND=noninteractive UV_NO_CACHE=1 UV_PYTHON_INSTALL_DIR="$root/python" XDG_CACHE_HOME="$root/cache"

if ! command -v uv >/dev/null; then
  if ! python3 -m pip --version >/dev/null 2>&1; then
    apt-get update
    apt-get install -y --no-install-recommends python3-pip ca-certificates
  fi
  python3 -m pip install --quiet 'uv>=0.5' || python3 -m pip install --quiet --break-system-packages 'uv>=0.5'
fi

# Ubuntu's own Python may be another one: uv takes one that fits, or fetches it, to where workers under other uids can read it.
uv venv --quiet --seed --python "$(cat "$source/python.txt")" "$root/venv"
uv pip install --quiet --python "$root/venv/bin/python" --no-deps --index-url https://download.pytorch.org/whl/cpu -r "$source/torch.txt"
uv pip install --quiet --python "$root/venv/bin/python" -r "$source/requirements.txt"
uv pip install --quiet --python "$root/venv/bin/python" --no-deps "$source"/dgm_autograder-*.whl
"$root/venv/bin/python" -m compileall -q "$root/venv/lib" || true
chmod -R go= "$source"

# Shown in the log of the build: which isolation holds here. Training tasks take MNIST from here; without it, digits stand in.
"$root/venv/bin/autograder" doctor --platform gradescope || true
if grep -q '"training": true' "$source/settings.json"; then
  "$root/venv/bin/python" -c 'from autograder.data.mnist import load_mnist; load_mnist(None, True)' || true
fi
