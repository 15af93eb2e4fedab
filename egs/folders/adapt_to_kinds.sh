#!/usr/bin/env bash
# What is adapting to a new place worth? Noise of a kind that no training has heard makes
# the place: the baseline is adapted to mixtures with it, without references, and tried on
# mixtures of other speakers with other recordings of that kind.
#
# Needs stages 1 and 2, run with folders that lack these kinds.
# Usage: egs/folders/adapt_to_kinds.sh --clean_dir C --noise_dir KINDS
#        [--OPTION VALUE]...    see --help
set -euo pipefail
from_dir=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./path.sh
exec ../../utils/kinds_pipeline.sh --from_dir "${from_dir}" "$@"
