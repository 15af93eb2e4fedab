# shellcheck shell=bash
# Sourced by the pipeline: how a leaderboard is filled with clips and labels.

# fill_leaderboard SET: some epochs of the baseline, other systems, labels
fill_leaderboard() {
    local output=${leaderboard:?}/$1 metrics epoch enhanced=() further=()
    local committee=${leaderboard}/enhanced/$1/committee
    metrics=$(metrics_for labels)
    run step "${train_cmd:?}" "${output}/chosen.scp" choose_utterances --size "${size:?}" \
        --data_dir "${datadir:?}/$1" --config "${leaderboard_config:?}" \
        --output "${output}/chosen.scp"
    for epoch in $(spread_epochs "${baseline:?}"); do
        enhance_chosen "$1" "baseline_${epoch%.pth}" "${baseline}" --checkpoint "${epoch}"
    done
    redo_if_changed "${committee}" "" "${output}/chosen.scp"
    make_committee "${committee}" "${output}/chosen.scp" --size "${size}" \
        --config "${leaderboard_config}" --data_dir "${datadir}/$1"
    use_systems "$1"
    run step "${train_cmd}" "${output}" make_leaderboard --data_dir "${datadir}/$1" \
        --size "${size}" --enhanced "${enhanced[@]}" --config "${leaderboard_config:?}" \
        --committee "${committee}" "${further[@]}" --output_dir "${output}"
    run step "${in_shards:?} ${train_cmd}" "${output}/labels.jsonl" label_data \
        --data_dir "${output}" --nj "${cpus:?}" --metrics "${metrics}" \
        --cache "${expdir:?}/labels.sqlite" --size "${size}" \
        --config "${leaderboard_config:?}" --output "${output}/labels.jsonl"
}

# enhance_chosen SET NAME MODEL OPTION...: adds NAME and what it makes to ${enhanced}
enhance_chosen() {
    local folder=${leaderboard}/enhanced/$1/$2
    enhanced+=("$2=${folder}/wav.scp")
    start_enhancing "${folder}" "$3" "${leaderboard}/$1/chosen.scp" "${@:4}"
}

# use_systems SET: adds those of --systems_dir that have a folder for it to ${further}
use_systems() {
    local each folder
    for each in ${systems_dir:-}; do
        [[ "${each}" == *=* ]] || die "--systems_dir: expected NAME=DIR, got '${each}'"
        folder=$(from_caller "${each#*=}")
        compgen -G "${folder}/*/" >/dev/null ||
            die "--systems_dir ${each}: expected folders train, valid or test in it"
        [[ ! -d "${folder}/$1" ]] || further+=(--systems_dir "${each%%=*}=${folder}/$1")
    done
}
