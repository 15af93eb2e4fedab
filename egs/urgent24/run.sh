#!/usr/bin/env bash
# The URGENT challenges' leaderboards: a quality model of 338 enhancement systems.
#
# Fetches more than 36 GB from the Hugging Face hub (CC BY-NC-SA 4.0); --size small takes
# two files of each phase. Listening tests that were prepared elsewhere are added with
# --mos_dir: CORPUS/data/train.csv, corpora as in conf/tables.yaml.
# Usage: egs/urgent24/run.sh [--OPTION VALUE]...    see --help
set -euo pipefail
from_dir=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")"
. ./path.sh
exec ../../utils/sqa_pipeline.sh --from_dir "${from_dir}" "$@"
