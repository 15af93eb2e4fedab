#!/usr/bin/env bash
# Makes the embedded corpus and its data directories: train, valid and test, and, from
# other speakers, noises and rooms, train_real and test_noref. Run it from the recipe.
set -euo pipefail

# begin options
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

corpus=${output_dir}/corpus
"${python}" local/make_corpus.py --output_dir "${corpus}" --nj "${nj}"

simulate() {
    "${python}" -m sqase.bin.simulate_data --clean_dir "${corpus}/$1/clean" \
        --noise_dir "${corpus}/$1/noise" --rir_dir "${corpus}/$1/rir" \
        --config "$2" --size "${size}" --output_dir "${output_dir}" --nj "${nj}" \
        --shard "${shard}"
}
simulate main conf/data.yaml
simulate other conf/data_noref.yaml
[[ "${shard}" == 1/1 ]] || exit 0

"${python}" -m sqase.bin.validate_data --disjoint true \
    "${output_dir}"/{train,valid,test,train_real,test_noref}
