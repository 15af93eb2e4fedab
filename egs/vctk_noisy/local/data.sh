#!/usr/bin/env bash
# Makes data directories of VoiceBank-DEMAND, at 16 kHz: train, valid and test. Run it
# from the recipe.
set -euo pipefail

# begin options
corpus_dir=     # the unpacked zip files; left out: fetched into download/
size=default    # default, small or smoke
nj=2            # processes
output_dir=data # gets a data directory for each set
python=python3  # which Python
# end options
# shellcheck source=../../../utils/parse_options.sh
. ../../utils/parse_options.sh
# shellcheck source=../path.sh
. ./path.sh

if [[ -z "${corpus_dir}" ]]; then
    corpus_dir=download
    "${python}" -m sqase.bin.download --list conf/files.txt --output_dir download --unpack true
fi
"${python}" -m sqase.bin.prepare_corpus --corpus_dir "${corpus_dir}" \
    --config conf/corpus.yaml --size "${size}" --output_dir "${output_dir}" --nj "${nj}"

"${python}" -m sqase.bin.validate_data --disjoint true "${output_dir}"/{train,valid,test}
