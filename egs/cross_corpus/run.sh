#!/usr/bin/env bash
# Every trained model on every test set: what is left of its gain on another corpus?
#
# Takes the recipes beside this one whose stages 1 to 9 have run, as they are now.
# Usage: egs/cross_corpus/run.sh [--recipes "folders chime4"] [--OPTION VALUE]...
#        see --help
set -euo pipefail
from_dir=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./path.sh
exec ../../utils/cross_pipeline.sh --from_dir "${from_dir}" "$@"
