#!/usr/bin/env bash
# CHiME-7, task 2 (UDASE): conversations at home, of which no clean speech exists; labelled
# pairs are of another domain.
#
# Source   https://github.com/UDASE-CHiME2023; S. Leglaive et al., "The CHiME-7 UDASE task:
#          Unsupervised domain adaptation for conversational speech enhancement", 2023
# DOI      https://doi.org/10.48550/arXiv.2307.03533
# Licence  CHiME-5: its own, see https://www.chimechallenge.org/datasets/chime5; LibriMix:
#          of LibriSpeech (CC BY 4.0) and WHAM noise (CC BY-NC 4.0)
# Size     LibriMix as its own script makes it 760 GB; only what the tree draws is needed
# train    57100 mixtures of LibriMix: 1 speaker in 33900, 2 in 13900, 3 in 9300
# valid    400 of the 1817 mixtures of reverberant LibriCHiME-5, dev
# test     1952 mixtures of reverberant LibriCHiME-5, eval: read speech in measured rooms,
#          up to 3 speakers at a time, in noise of CHiME-5
# train_real   CHiME-5, train: segments of 3 to 10 s in which the wearer of the microphone
#              is silent, 14 parties
# real         CHiME-5, eval/1: 3013 segments of one speaker at a time, 2 parties
#
# The reference is all speech, reverberant and of all speakers. The challenge's baseline
# hears 1, 2 and 3 speakers in 50, 25 and 25 % of its mixtures; here it is 59, 24 and 16.
# Not tried on the corpus itself: layout and figures are those of the challenge's scripts.
# Usage: egs/chime7_udase/run.sh --corpus_dir C [--OPTION VALUE]...    see --help
set -euo pipefail
from_dir=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./path.sh
exec ../../utils/pipeline.sh --from_dir "${from_dir}" --test_sets "test real" "$@"
