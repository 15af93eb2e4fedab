# shellcheck shell=bash
# Sourced by the pipeline: the rows of the table, on which stages 8 and 9 work. They are
# the arms, each with each seed, and enhancers of others, which have no seed.

rows='' others='' # filled by find_rows

# find_rows: ${others}, what of ${published} is installed, and ${rows}: the arms and these
find_rows() {
    [[ -z "${rows}" ]] || return 0
    # shellcheck disable=SC2086 # a list
    others=$("${python:?}" -m sqase.bin.published --names ${published?})
    rows="${arms:?} ${others}"
}

# measure_published: what they cost
measure_published() {
    local units=${expdir:?}/published/units.json
    redo_if_changed "${units}" "${others}" "${expdir}/size"
    # shellcheck disable=SC2086 # a list
    run step "${decode_cmd:?}" "${units}" published --names ${others} --output "${units}"
}

# enhance ROW SEED TEST_SET: a step
enhance() {
    local model
    [[ "$1" != noisy && "$1" != committee ]] || return 0
    if is_published "$1"; then
        [[ "${seeds:?} " == "$2 "* ]] || return 0 # one for all seeds
        model=$1
    else
        model=$(training_for "$@")
        need_file "${model}.done"
    fi
    start_enhancing "$(enhanced_by "$@")" "${model}" "${datadir:?}/$3/wav.scp"
}

# join_committee ROW SEED TEST_SET: a step, if the row is the committee: of what its members
# have made of the set, as far as they are rows
join_committee() {
    local member made=()
    [[ "$1" == committee && "${seeds:?} " == "$2 "* ]] || return 0
    for member in ${others:?}; do
        [[ "${member}" == committee ]] || made+=("$(enhanced_by "${member}" "$2" "$3")")
    done
    start_enhancing "$(enhanced_by "$@")" committee "${datadir:?}/$3/wav.scp" \
        --made "${made[@]}"
}

# note_result ROW SEED TEST_SET: adds it to the lists of stage 9
note_result() {
    data+=("${datadir:?}/$3")
    enhanced+=("$(enhanced_by "$@")/wav.scp")
    [[ "$1" == noisy ]] || made+=("$(enhanced_by "$@")/made_from.json")
    systems+=("$1")
    scores+=("${expdir}/scores/seed$2/$1/$3.jsonl")
    predicted+=("${expdir}/predicted/seed$2/$1/$3.jsonl")
    assessors+=("$(assessor_of "$@")")
}

# ask_direction ROW SEED TEST_SET: a step, if the row was trained and the set has references:
# which change of its outputs is better, say the first assessor and its own
ask_direction() {
    local output=${expdir:?}/direction/seed$2/$1/$3.json own enhanced options=()
    local committee=${expdir}/published/committee/$3 made=()
    local -x OMP_NUM_THREADS=1
    case $1 in noisy | preset) return 0 ;; esac
    ! is_published "$1" && [[ -e "${datadir:?}/$3/spk1.scp" ]] || return 0
    enhanced=$(enhanced_by "$@")/wav.scp
    own=$(assessor_of "$@")
    [[ "${own}" == "${assessor:?}" ]] || options+=(--after "${own}")
    [[ ! -e "${committee}/wav.scp" ]] ||
        options+=(--committee_scp "${committee}/wav.scp") made=("${committee}/made_from.json")
    redo_if_changed "${output}" "${size:?}" "${enhanced}" "${leaderboard_config:?}" \
        "${assessor}" "${own}" "${datadir}/$3" "${made[@]}"
    run start "${decode_cmd:?}" "${output}" sqa_direction --before "${assessor}" \
        "${options[@]}" --data_dir "${datadir}/$3" --enhanced_scp "${enhanced}" \
        --system "$1" --config "${leaderboard_config}" --size "${size}" \
        --output "${output}"
}
