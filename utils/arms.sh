# shellcheck shell=bash
# Sourced by the pipeline: the arms, and what makes them of the baseline.

# choose_presets: the arm preset with each seed is one step
choose_presets() {
    local seed output
    [[ " ${arms:?} " == *" preset "* ]] || return 0
    for seed in ${seeds:?}; do
        need_file "$(model_of baseline "${seed}").done"
        output=$(model_of preset "${seed}")
        run step "${cuda_cmd:?}" "${output}" choose_preset --valid_dir "${datadir:?}/valid" \
            --baseline "$(model_of baseline "${seed}")" --output_dir "${output}" \
            --nj "${cpus:?}"
    done
}

# train_arms KIND SUFFIX [REAL_SET]: each arm of that kind with each seed is one step. KIND
# is simulated or real; SUFFIX ends the name of each training folder.
train_arms() {
    local seed arm output committee=${expdir:?}/arms
    [[ -n "$(arms_of "$1")" ]] || return 0
    need_file "${assessor:?}.done"
    # shellcheck disable=SC2046 # lists
    committee_for train "" $(arms_of simulated) $(arms_of real)
    # shellcheck disable=SC2046 # a list
    [[ -z "${3:-}" ]] || committee_for "$3" --real $(arms_of real)
    # from the last one, which takes longest: it is not waited for alone
    for seed in ${seeds:?}; do for arm in $(arms_of "$1" | tac); do
        output=$(model_of "${arm}" "${seed}")$2
        # shellcheck disable=SC2154 # the pipeline sets train_dirs
        run start "${cuda_cmd:?}" "${output}" train_arm --config "${guided_config:?}" \
            --size "${size:?}" --arm "${arm}" --seed "${seed}" "${train_dirs[@]}" \
            ${3:+--real_dir "${datadir:?}/$3"} --committee "${committee}" \
            --baseline "$(model_of baseline "${seed}")" --assessor "${assessor}" \
            ${witness_seed:+--witness "${expdir}/sqa/witness/assessor"} \
            --leaderboard "${leaderboard:?}/train" --output_dir "${output}" --ngpu "${ngpu:?}"
    done; done
    finish
}

# arms_of KIND: those of ${arms} that are trained here, simulated or real
arms_of() {
    local arm kind
    for arm in ${arms:?}; do
        case ${arm} in
            noisy | baseline | preset) continue ;;
            *_real) kind=real ;;
            *) kind=simulated ;;
        esac
        [[ "${kind}" != "$1" ]] || echo "${arm}"
    done
}

# committee_for SET ""|--real ARM...: what published enhancers make of those rows of the set
# that the arms train on, where one of them hears it; once for all arms and seeds. --real: of
# a set without references
committee_for() {
    redo_if_changed "${committee}/$1" "${*:3}" "${guided_config:?}"
    make_committee "${committee}/$1" "${datadir}/$1/wav.scp" --size "${size:?}" ${2:+"$2"} \
        --guided_config "${guided_config}" --arms "${@:3}"
}
