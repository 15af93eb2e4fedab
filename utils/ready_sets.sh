#!/usr/bin/env bash
# Makes data directories of the ready sets that conf/corpus.yaml describes, at 16 kHz. Run
# it from the recipe.
set -euo pipefail

# begin options
corpus_dir=     # the corpus as it was unpacked; left out: fetched, where conf/files.txt is
size=default    # default, large, small or smoke
nj=2            # processes
output_dir=data # gets a data directory for each set
python=python3  # which Python
# end options
# shellcheck source=parse_options.sh
. ../../utils/parse_options.sh
# shellcheck source=../tools/env.sh
. ./path.sh

if [[ -z "${corpus_dir}" && -e conf/files.txt ]]; then
    corpus_dir=download
    "${python}" -m sqase.bin.download --list conf/files.txt --output_dir download --unpack true
fi
"${python}" -m sqase.bin.prepare_corpus --corpus_dir "${corpus_dir}" \
    --config conf/corpus.yaml --size "${size}" --output_dir "${output_dir}" --nj "${nj}"

trained=() tests=() # the latter may share speakers with each other
for set in "${output_dir}"/*/wav.scp; do
    set=${set%/wav.scp}
    case ${set##*/} in
        train | valid | train_real) trained+=("${set}") ;;
        *) tests+=("${set}") ;;
    esac
done
"${python}" -m sqase.bin.validate_data --disjoint true "${trained[@]}" \
    --test_dirs "${tests[@]}"
