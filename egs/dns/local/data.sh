#!/usr/bin/env bash
# Makes data directories of the DNS challenge: train and valid are mixed from its parts,
# test and real are its own. Run it from the recipe.
set -euo pipefail

# begin options
corpus_dir=     # has the challenge's folder datasets/
size=default    # default, small or smoke
nj=2            # processes
output_dir=data # gets a data directory for each set
python=python3  # which Python
shard=1/1       # mix this part alone, see utils/in_shards.sh
# end options
# shellcheck source=../../../utils/parse_options.sh
. ../../utils/parse_options.sh
# shellcheck source=../path.sh
. ./path.sh

shared=(--size "${size}" --output_dir "${output_dir}" --nj "${nj}")
"${python}" -m sqase.bin.prepare_corpus --corpus_dir "${corpus_dir}" \
    --config conf/corpus.yaml "${shared[@]}"

parts=${corpus_dir}/datasets
"${python}" -m sqase.bin.simulate_data --clean_dir "${parts}/clean/read_speech" \
    --noise_dir "${parts}/noise" --rir_dir "${parts}/impulse_responses/SLR26" \
    --config conf/data.yaml "${shared[@]}" --shard "${shard}"
[[ "${shard}" == 1/1 ]] || exit 0

"${python}" -m sqase.bin.validate_data --disjoint true "${output_dir}"/{train,valid,test,real}
