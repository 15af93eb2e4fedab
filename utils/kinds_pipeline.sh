#!/usr/bin/env bash
# Adapts a baseline to kinds of noise that it has not heard, and scores what that is worth.
# Called by egs/folders/adapt_to_kinds.sh.
#
# For each kind: mixtures with it take the place of recordings. The baseline is adapted to
# them, without references, and, as a control, by equal updates of the anchor alone. Both
# enhance mixtures of other speakers with other recordings of that kind. Speakers are
# those of the test set. Writes ADAPTATION.md; what is finished is not done again.
set -euo pipefail
# begin options
clean_dir=            # that of the recipe
noise_dir=            # <kind>/.../<file>; no training may have heard any
size=default          # default, large or smoke: that of the recipe
nj=$(env -u OMP_NUM_THREADS nproc) # jobs at a time
inference_nj=${nj}    # jobs at a time that enhance
expdir=exp            # folder for models, logs and scores, in the recipe's
datadir=data          # folder for data directories, in the recipe's
python=python3        # one of your own is used instead of tools/venv
from_dir=.            # where relative paths of --python and the folders start
# end options
utils=$(dirname "${BASH_SOURCE[0]}")
. "${utils}/common.sh"
. "${utils}/steps.sh"
. "${utils}/layout.sh"
. "${utils}/stages.sh"
. "${utils}/parse_options.sh"
(($# == 0)) || wrong_use "'$1': expected an option"
ngpu=0
. ./cmd.sh
# shellcheck disable=SC2034 # steps.sh and stages.sh look at them
max_jobs=${nj} in_shards="${utils}/in_shards.sh ${shards}"
baseline=${expdir}/seed1/baseline

# make_data KIND FOLDER: its test set, and what is heard, a folder a speaker, in FOLDER
make_data() {
    local file speaker utterance
    mkdir -p "$2"/parts/{clean,noise}
    while read -r speaker; do
        ln -sfn "${clean_dir}/${speaker}" "$2/parts/clean/${speaker}"
    done < <(cut -d ' ' -f 2- "${datadir}/test/utt2spk" | sort -u)
    find -L "${noise_dir}/$1" -type f | while IFS= read -r file; do
        mkdir -p "$2/parts/noise/$(basename "${file}")"
        ln -sf "${file}" "$2/parts/noise/$(basename "${file}")/"
    done
    run step "${train_cmd}" "$2/test" simulate_data --clean_dir "$2/parts/clean" \
        --noise_dir "$2/parts/noise" --config conf/data_kinds.yaml --size "${size}" \
        --output_dir "$2" --nj "${cpus}"
    while read -r utterance file; do
        speaker=$(sed -n "s/^${utterance} //p" "$2/heard/utt2spk")
        mkdir -p "$2/recordings/all/${speaker}"
        ln -sf "$(realpath "${file}")" "$2/recordings/all/${speaker}/"
    done <"$2/heard/wav.scp"
}

# adapt OUTPUT RECORDINGS [OPTION]
adapt() {
    run start "${cuda_cmd}" "$1" sqase_adapt "$2" --model "${baseline}" --size "${size}" \
        --pairs_dir "${datadir}" --output_dir "$1" --nj 1 "${@:3}"
}

for folder in clean_dir noise_dir; do
    [[ -n "${!folder}" ]] || wrong_use "--${folder}: expected a folder, got none"
    printf -v "${folder}" '%s' "$(realpath -- "$(from_caller "${!folder}")")"
done
need_file "${baseline}.done"
prepare
metrics=$(metrics_for scored) data=() of=() models=(noisy baseline anchor_only adapted)
for kind in "${noise_dir}"/*/; do
    kind=$(basename "${kind}")
    folder=${datadir}/kinds/${kind} output=${expdir}/kinds/${kind}
    make_data "${kind}" "${folder}"
    adapt "${output}/anchor_only" "${folder}/recordings" --anchor_only
    adapt "${output}/adapted" "${folder}/recordings"
    finish
    result=() enhanced=() scores=()
    for model in "${models[@]}"; do
        result+=("$(expdir=${output} datadir=${folder} enhanced_by "${model}" 1 test)")
        enhanced+=("${result[-1]}/wav.scp")
        scores+=("${output}/scores/seed1/${model}/test.jsonl")
    done
    start_enhancing "${result[1]}" "${baseline}" "${folder}/test/wav.scp"
    start_enhancing "${result[2]}" "${output}/anchor_only" "${folder}/test/wav.scp"
    start_enhancing "${result[3]}" "${output}/adapted" "${folder}/test/wav.scp"
    finish
    run step "${in_shards} ${decode_cmd}" "${output}/scores" score --output "${scores[@]}" \
        --data_dir "${folder}"/test{,,,} --enhanced_scp "${enhanced[@]}" \
        --system "${models[@]}" --metrics "${metrics}" \
        --cache "${expdir}/labels.sqlite" --nj "${cpus}"
    data+=("${folder}/test") of+=("${output}")
done
# shellcheck disable=SC2016 # the variables are for the reader
table=ADAPTATION.md command='./adapt_to_kinds.sh --clean_dir "$CLEAN" --noise_dir "$KINDS"'
[[ "${size}" == default ]] || table=${expdir}/ADAPTATION.md command+=" --size ${size}"
redo_if_changed "${table}" "${data[*]}" "${of[@]/%//scores}"
run step "${train_cmd}" "${table}" cross_report --title "Adaptation" \
    --config conf/metrics.yaml --data_dir "${data[@]}" --expdir "${of[@]}" --seed 1 \
    --models "${models[@]}" --control anchor_only --output "${table}" \
    --command "${command}"
