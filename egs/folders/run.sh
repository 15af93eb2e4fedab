#!/usr/bin/env bash
# Your own folders: clean speech and noise, and, if you have them, rooms and recordings.
#
# Any format and rate that libsndfile reads. `test` is simulated from speakers and noise
# kinds that training does not hear; `real` are recordings that have no reference.
# `test_large` is as `test`, with 300 mixtures (--test_sets "test_large real").
# Without --real_dir, that test set and the arms trained on recordings are left out.
# With --pairs_dir P (P/noisy/<file>, P/clean/<file>), such pairs are a test set, too.
# Usage: egs/folders/run.sh --clean_dir C --noise_dir N [--rir_dir R] [--real_dir D]
#        [--pairs_dir P] [--OPTION VALUE]...    see --help
set -euo pipefail
from_dir=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./path.sh
given=" $* "
test_sets=test facts=()
if [[ "${given}" == *" --real_dir "* || "${given}" == *" --help "* ]]; then
    test_sets+=" real"
else
    facts=(--arms "noisy baseline preset placebo refreshed")
fi
[[ "${given}" != *" --pairs_dir "* ]] || test_sets+=" pairs"
exec ../../utils/pipeline.sh --from_dir "${from_dir}" --test_sets "${test_sets}" \
    "${facts[@]}" "$@"
