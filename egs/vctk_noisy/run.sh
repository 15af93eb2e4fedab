#!/usr/bin/env bash
# VoiceBank-DEMAND (VCTK noisy), 28 speakers: read English speech in noise, in pairs.
#
# Source   C. Valentini-Botinhao, "Noisy speech database for training speech enhancement
#          algorithms and TTS models", University of Edinburgh, 2017
# DOI      https://doi.org/10.7488/ds/2117       licence  CC BY 4.0
# Size     5.6 GB of zip files, 48 kHz; used at 16 kHz
# train    10802 pairs, 26 speakers, 8.8 h, 10 kinds of noise at 0, 5, 10 and 15 dB
# valid    770 pairs of p226 and p287, 0.6 h, as in ESPnet's recipe
# test     824 pairs, p232 and p257, 0.6 h, 5 other kinds at 2.5, 7.5, 12.5 and 17.5 dB
#
# With --corpus_dir, the folder of the unpacked zip files; without, they are fetched into
# download/. Nothing here is without a reference, so there are no arms *_real.
# Not tried on the corpus itself: layout, checksums and figures are those that others give.
# Usage: egs/vctk_noisy/run.sh [--corpus_dir C] [--OPTION VALUE]...    see --help
set -euo pipefail
from_dir=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./path.sh
exec ../../utils/pipeline.sh --from_dir "${from_dir}" --test_sets test \
    --arms "noisy baseline preset placebo refreshed refreshed_blind" "$@"
