#!/usr/bin/env bash
# Makes data directories from your own folders: train, valid and test, test_large, which
# is as test but larger, and, from real recordings, train_real and real, and the same the
# other way round, train_real_2 and real_2; and of pairs, pairs. Any format and rate. Run it
# from the recipe.
set -euo pipefail

# begin options
clean_dir=      # clean speech, <speaker>/.../<file>
noise_dir=      # noise, <kind>/.../<file>
rir_dir=        # room impulse responses; may be left out
real_dir=       # noisy recordings, <group>/<speaker>/<file>; may be left out
pairs_dir=      # noisy/<file> and clean/<file>, test pairs; may be left out
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

for name in clean_dir noise_dir; do
    if [[ -z "${!name}" ]]; then
        echo "data.sh: --${name}: expected a folder, got none. See data.sh --help" >&2
        exit 2
    fi
done

sets=("${output_dir}"/{train,valid,test})
optional=()
if [[ -n "${rir_dir}" ]]; then
    optional+=(--rir_dir "${rir_dir}")
fi
if [[ -n "${real_dir}" ]]; then
    optional+=(--real_dir "${real_dir}")
    sets+=("${output_dir}"/{train_real,real})
    cross_fit=("${output_dir}"/{train,valid,test,train_real_2,real_2})
fi
"${python}" -m sqase.bin.simulate_data --clean_dir "${clean_dir}" --noise_dir "${noise_dir}" \
    "${optional[@]}" --config conf/data.yaml --size "${size}" \
    --output_dir "${output_dir}" --nj "${nj}" --shard "${shard}"
[[ "${shard}" == 1/1 ]] || exit 0
[[ -z "${pairs_dir}" ]] ||
    "${python}" -m sqase.bin.prepare_corpus --corpus_dir "${pairs_dir}" \
        --config conf/pairs.yaml --output_dir "${output_dir}" --nj "${nj}"

"${python}" -m sqase.bin.validate_data --disjoint true "${sets[@]}"
"${python}" -m sqase.bin.validate_data --disjoint true \
    "${output_dir}"/{train,valid,test_large}
[[ -z "${real_dir}" ]] ||
    "${python}" -m sqase.bin.validate_data --disjoint true "${cross_fit[@]}"
