#!/bin/sh
# Makes the environment: a Python of at least 3.12, the exact versions of constraints.txt, and this checkout in it.
set -eu
environment="$1"

fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null; }

found=""
for candidate in python3.13 python3.12 python3 python; do
    if command -v "$candidate" >/dev/null 2>&1 && fits "$candidate"; then
        found=$(command -v "$candidate")
        break
    fi
done
if [ -z "$found" ] && command -v uv >/dev/null 2>&1; then
    found=$(uv python find '>=3.12' 2>/dev/null || true)
fi
if [ -z "$found" ]; then
    echo "relsim needs Python 3.12 or newer and found none: install one (python.org, your package manager, or 'uv python install 3.12') and run make again" >&2
    exit 2
fi

echo "Making the environment in $environment with $("$found" --version) ..."
"$found" -m venv "$environment"
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
echo "Environment ready."
