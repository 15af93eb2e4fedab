#!/usr/bin/env bash
# Makes the environment, if that is still to be done, and runs the tests, one file on
# each processor.
#
# Usage: test/run.sh [PYTEST_OPTION...]    e.g. test/run.sh test/metrics -k pesq
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tools/install.sh
. tools/env.sh
exec python3 -m pytest --durations=10 --numprocesses=auto --dist=loadfile \
    --no-loadscope-reorder -rs "${@:-test}"
