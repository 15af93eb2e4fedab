#!/usr/bin/env bash
# Runs the trained models of several recipes over the test sets of all of them.
# Called by egs/cross_corpus/run.sh.
#
# Lists the test sets, enhances each with each model, scores, writes RESULTS.md. What is
# finished is not done again, unless a recipe has trained a model again.
set -euo pipefail
# begin options
recipes=              # folders of egs; none: all whose stages 1 to 9 have run
arms="baseline refreshed" # the models of each
seed=1                # of these trainings
nj=$(env -u OMP_NUM_THREADS nproc) # jobs at a time
inference_nj=${nj}    # jobs at a time that enhance
expdir=exp            # folder of models and scores, in each recipe and in this one
datadir=data          # folder of data directories, likewise
python=python3        # one of your own is used instead of tools/venv
from_dir=.            # where a relative path of --python starts
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

# sets_of RECIPE: those that its stage 9 has scored
sets_of() {
    find "../$1/${expdir}/scores/seed${seed}/noisy" -name '*.jsonl' -printf '%f\n' \
        2>/dev/null | sed 's/\.jsonl$//' | sort
}

# find_models: RECIPE/ARM of each, in ${models}
find_models() {
    local recipe arm model
    for recipe in ${recipes}; do for arm in ${arms}; do
        model=$(expdir=../${recipe}/${expdir} model_of "${arm}" "${seed}")
        need_file "${model}.done"
        models+=("${recipe}/${arm}")
    done; done
}

# list_set RECIPE SET: its data directory, with paths as they are from here
list_set() {
    local file to=${datadir}/$1/$2
    mkdir -p "${to}"
    for file in "../$1/${datadir}/$2"/{wav.scp,spk1.scp,scoring_reference.scp,utt2spk}; do
        [[ -e "${file}" ]] || continue
        case ${file} in
            *.scp) sed -E "s#^([^ ]+ )([^/])#\1../$1/\2#" "${file}" ;;
            *) cat "${file}" ;;
        esac >"${to}/$(basename "${file}")"
    done
}

# enhance RECIPE SET MODEL: a step
enhance() {
    local output model
    output=$(expdir=${expdir}/$1 enhanced_by "$3" "${seed}" "$2")
    model=$(expdir=../${3%/*}/${expdir} model_of "${3#*/}" "${seed}")
    start_enhancing "${output}" "${model}" "${datadir}/$1/$2/wav.scp"
}

# score RECIPE: its test sets; with its cache, which knows those of its own models
score() {
    local system set sets data=() enhanced=() made=() systems=() scores=() of=${expdir}/$1
    sets=$(sets_of "$1")
    for set in ${sets}; do for system in noisy "${models[@]}"; do
        data+=("${datadir}/$1/${set}")
        enhanced+=("$(expdir=${of} datadir=${datadir}/$1 enhanced_by \
            "${system}" "${seed}" "${set}")/wav.scp")
        [[ "${system}" == noisy ]] || made+=("$(dirname "${enhanced[-1]}")/made_from.json")
        systems+=("${system}")
        scores+=("${of}/scores/seed${seed}/${system}/${set}.jsonl")
    done; done
    redo_if_changed "${of}/scores" "${models[*]}" "${made[@]}" "${datadir}/$1"
    run step "${in_shards} ${decode_cmd}" "${of}/scores" score --output "${scores[@]}" \
        --data_dir "${data[@]}" --enhanced_scp "${enhanced[@]}" --system "${systems[@]}" \
        --metrics "${metrics}" --cache "../$1/${expdir}/labels.sqlite" \
        --nj "${cpus}"
}

report() {
    local recipe set command table=RESULTS.md data=() of=()
    [[ "${size}" == default ]] || table=${expdir}/RESULTS.md
    for recipe in ${recipes}; do for set in $(sets_of "${recipe}"); do
        data+=("${datadir}/${recipe}/${set}")
        of+=("${expdir}/${recipe}")
    done; done
    command="./run.sh --recipes \"${recipes}\" --arms \"${arms}\" --seed ${seed}"
    redo_if_changed "${table}" "${command}" "${of[@]/%//scores}"
    run step "${train_cmd}" "${table}" cross_report --config conf/metrics.yaml \
        --data_dir "${data[@]}" --expdir "${of[@]}" --models noisy "${models[@]}" \
        --seed "${seed}" --command "${command}" --output "${table}"
}

recipes=${recipes:-$(compgen -G "../*/${expdir}/scores.done" | cut -d / -f 2 | sort || true)}
recipes=${recipes//$'\n'/ }
[[ -n "${recipes}" ]] || die "no recipe in $(realpath ..) has run to stage 9 with --expdir" \
    "${expdir}. Run one: ../mini/run.sh"
for recipe in ${recipes}; do need_file "../${recipe}/${expdir}/scores.done"; done
size=$(for recipe in ${recipes}; do cat "../${recipe}/${expdir}/size"; done | sort -u)
[[ "${size}" != *$'\n'* ]] || die "--recipes '${recipes}': expected one size, got ${size//$'\n'/, }"
prepare
metrics=$(metrics_for scored) models=() # the latter filled by find_models
find_models
for recipe in ${recipes}; do for set in $(sets_of "${recipe}"); do
    list_set "${recipe}" "${set}"
    for model in "${models[@]}"; do enhance "${recipe}" "${set}" "${model}"; done
done; done
finish
for recipe in ${recipes}; do score "${recipe}"; done
report
