#!/usr/bin/env bash
# Your own folders: clean speech and noise, and, if you have them, rooms and recordings.
#
# Any format and rate that libsndfile reads. `test` is simulated from speakers and noise
# kinds that training does not hear; `real` are recordings that have no reference.
# Without --real_dir, that test set and the arms trained on recordings are left out.
# Usage: egs/folders/run.sh --clean_dir C --noise_dir N [--rir_dir R] [--real_dir D]
#        [--OPTION VALUE]...    see --help
set -euo pipefail
from_dir=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./path.sh
facts=(--test_sets "test real")
[[ " $* " == *" --real_dir "* || " $* " == *" --help "* ]] ||
    facts=(--test_sets test --arms "noisy baseline placebo refreshed refreshed_blind")
exec ../../utils/pipeline.sh --from_dir "${from_dir}" "${facts[@]}" "$@"
