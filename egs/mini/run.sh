#!/usr/bin/env bash
# The built-in corpus: speech of espeak-ng's voices, made noise and made rooms.
#
# Needs no download: local/make_corpus.py makes all of it, the same on every machine.
# `test` has other speakers, noise kinds and rooms than the training data; `test_noref`
# has them, too, and its references are withheld from everything but scoring. Of the arms
# trained on recordings, refreshed_real takes the longest and gains nothing in so little
# time: it is left to --arms.
# Usage: egs/mini/run.sh [--OPTION VALUE]...    see --help
set -euo pipefail
from_dir=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./path.sh
arms="noisy baseline preset placebo refreshed placebo_real committee_real"
exec ../../utils/pipeline.sh --from_dir "${from_dir}" --test_sets "test test_noref" \
    --arms "${arms}" "$@"
