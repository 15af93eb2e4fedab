# shellcheck shell=bash
# Sourced by the pipeline: the arms and their trainings.

# train_arms KIND SUFFIX OPTION...: each arm of that kind with each seed is one step. KIND
# is simulated or real; SUFFIX ends the name of each training folder.
train_arms() {
    local seed arm kind output
    need_file "${assessor:?}.done"
    for seed in ${seeds:?}; do for arm in ${arms:?}; do
        case ${arm} in
            noisy | baseline) continue ;;
            *_real) kind=real ;;
            *) kind=simulated ;;
        esac
        [[ "${kind}" == "$1" ]] || continue
        output=$(model_of "${arm}" "${seed}")$2
        # shellcheck disable=SC2154 # the pipeline sets train_dirs
        run start "${cuda_cmd:?}" "${output}" train_arm --config "${guided_config:?}" \
            --size "${size:?}" --arm "${arm}" --seed "${seed}" "${train_dirs[@]}" "${@:3}" \
            --baseline "$(model_of baseline "${seed}")" --assessor "${assessor}" \
            --leaderboard "${leaderboard:?}/train" --output_dir "${output}" --ngpu "${ngpu:?}"
    done; done
    finish
}
