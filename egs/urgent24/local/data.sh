#!/usr/bin/env bash
# Fetches the challenges' datasets and unpacks them, and prepared listening tests, into
# sound at 16 kHz and tables of scores. Run it from the recipe.
set -euo pipefail

# begin options
mos_dir=              # prepared listening tests; may be left out
size=default          # default, large, small or smoke
nj=2                  # processes
download_dir=download # gets what is fetched
output_dir=data       # gets sound/ and tables/{train,test}/*.jsonl
python=python3        # which Python
# end options
# shellcheck source=../../../utils/parse_options.sh
. ../../utils/parse_options.sh
# shellcheck source=../path.sh
. ./path.sh

files=${output_dir}/files.txt # kept, so that a new start fetches the same version
if [[ ! -e "${files}" ]]; then
    "${python}" local/list_files.py --config conf/tables.yaml --size "${size}" \
        --output "${files}"
fi
"${python}" -m sqase.bin.download --list "${files}" --output_dir "${download_dir}"

optional=()
if [[ -n "${mos_dir}" ]]; then
    optional+=(--mos_dir "${mos_dir}")
fi
"${python}" local/unpack.py --config conf/tables.yaml --list "${files}" --nj "${nj}" \
    --download_dir "${download_dir}" --output_dir "${output_dir}" "${optional[@]}"
