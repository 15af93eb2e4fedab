#!/usr/bin/env bash
# Deep Noise Suppression challenge, ICASSP 2021, wide band: parts to be mixed, test sets.
#
# Source   https://github.com/microsoft/DNS-Challenge; Reddy et al., "ICASSP 2021 Deep Noise
#          Suppression Challenge"; licences of the parts: see its README
# Size     read speech 61 GB (500 h, 2150 readers), noise 20 GB (70000 clips), room
#          responses 2 GB (SLR26); the whole of datasets/ has 229 GB
# train    40000 mixtures of 4 s of read speech, noise and, for 3 in 10, rooms
# valid    300 mixtures of other readers, noises and rooms
# test     150 pairs without reverberation of the challenge of INTERSPEECH 2020
# real     recordings of the blind test set, track 1, which have no reference
#
# Of all responses, SLR26 alone: those of SLR28 have several microphones. No recordings are
# left to train on, so there are no arms *_real. Not tried on the corpus itself: names of
# files are those in the challenge's repository, sizes those of its README.
# Usage: egs/dns/run.sh --corpus_dir C [--OPTION VALUE]...    see --help
set -euo pipefail
from_dir=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./path.sh
exec ../../utils/pipeline.sh --from_dir "${from_dir}" --test_sets "test real" \
    --arms "noisy baseline preset placebo refreshed refreshed_blind" "$@"
