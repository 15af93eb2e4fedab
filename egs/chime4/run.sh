#!/usr/bin/env bash
# CHiME-4, one channel: sentences of the Wall Street Journal read to a tablet with six
# microphones, in a bus, a cafe, a pedestrian area and a street; simulated and real.
#
# Source   https://www.chimechallenge.org/challenges/chime4; E. Vincent et al., "An analysis
#          of environment, microphone and data simulation mismatches in robust speech
#          recognition", Computer Speech & Language, 2017
# DOI      https://doi.org/10.1016/j.csl.2016.11.005
# Licence  of the speech that of CHiME-3 and WSJ0 (LDC2017S24, LDC93S6A): not to be fetched
# Size     40 GB of simulated pairs, beside the corpus; 16 kHz, a file for each channel
# train    7138 pairs of tr05_simu, channel 5, 83 speakers, 15.1 h
# valid    400 of the 1640 pairs of dt05_simu, in the channels of the 1-channel track
# test     1320 pairs of et05_simu, in the channels of that track, 4 speakers, 2.3 h
# train_real   1600 recordings of tr05_real, channel 5, 4 speakers
# real         1320 recordings of et05_real as that track has them, 4 speakers
#
# The pairs, with the clean speech as it arrives at the microphone for reference, are what
# ESPnet's egs2/chime4/enh1 makes of the corpus and takes; it trains on all six channels.
# Not tried on the corpus itself: layout and figures are those of ESPnet's and Kaldi's
# recipes.
# Usage: egs/chime4/run.sh --corpus_dir C [--OPTION VALUE]...    see --help
set -euo pipefail
from_dir=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./path.sh
exec ../../utils/pipeline.sh --from_dir "${from_dir}" --test_sets "test real" "$@"
