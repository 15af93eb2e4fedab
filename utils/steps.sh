# shellcheck shell=bash
# Sourced by the pipeline: steps that are done once, several at a time.
#
# A step is one command with one output, a file or a folder. Its marker, OUTPUT.done,
# is written when it has succeeded; while both exist, the step is not run again.
# Settings: ${expdir}, where logs go, and ${max_jobs}, steps at a time.

declare -A running=() # process -> output of its step
declare -A begun=()   # process -> second of its start
steps_run=0           # since this was last set to 0
steps_failed=()       # their logs

# log_of OUTPUT: where the step's command writes what it says.
log_of() { echo "${expdir:?}/log/${1#"${expdir}"/}.log"; }

is_done() { [[ -e "$1" && -e "$1.done" ]] && log "already done: $1.done"; }

# start LAUNCHER OUTPUT COMMAND...: begin a step that is not done; LAUNCHER: see cmd.sh.
start() {
    local launcher=$1 output=$2 log_file
    shift 2
    ! is_done "${output}" || return 0
    while ((${#running[@]} >= ${max_jobs:?})); do reap; done
    rm -f "${output}.done"
    log_file=$(log_of "${output}")
    mkdir -p "$(dirname "${output}")" "$(dirname "${log_file}")"
    [[ -z "${current_stage:-}" ]] || ((steps_run)) ||
        echo "${current_stage}" >"${expdir}/log/stage" # until it ends; see count_killed
    touch "${log_file}"
    # setsid: a process group of its own, so that all of a step can be stopped
    # shellcheck disable=SC2086 # a launcher may have options
    setsid ${launcher} "${log_file}" "$@" &
    running[$!]=${output}
    begun[$!]=${SECONDS}
    steps_run=$((steps_run + 1))
}

# reap: wait until one of the running steps ends; write its marker.
reap() {
    local process status=0
    while true; do
        for process in "${!running[@]}"; do
            kill -0 "${process}" 2>/dev/null || break 2
        done
        sleep 0.2
    done
    wait "${process}" || status=$?
    if ((status == 0)); then
        touch "${running[${process}]}.done"
        log "done: ${running[${process}]} ($((SECONDS - begun[${process}])) s)"
    else
        steps_failed+=("$(log_of "${running[${process}]}")")
    fi
    unset "running[${process}]"
}

# finish: wait for all steps; fail if one of them did.
finish() {
    while ((${#running[@]})); do reap; done
    ((${#steps_failed[@]} == 0)) || die "failed, see ${steps_failed[*]}"
}

# step LAUNCHER OUTPUT COMMAND...: start and finish one step, showing what it says.
step() {
    local log_file shown=0
    log_file=$(log_of "$2")
    [[ ! -e "${log_file}" ]] || shown=$(stat -c %s "${log_file}")
    start "$@"
    if ((${#running[@]})); then
        tail -c "+$((shown + 1))" -s 0.2 -f --pid="${!running[*]}" "${log_file}" &
        wait "$!" # it ends with the step
    fi
    finish
}

# content_of PATH...: a digest of files, of all that is in folders, and of the sound that
# lists (*.scp) among them name. Dates do not count: a copy may be older than what it is of.
content_of() {
    need_file "$@"
    digest_of "$@"
}

digest_of() {
    local paths
    readarray -t paths < <(printf '%s\n' "$@" | sort -u)
    {
        find -L "${paths[@]}" -type f ! -name '.*' -print0 | sort -z | xargs -r0 sha256sum
        find -L "${paths[@]}" -type f -name '*.scp' -print0 | sort -z | xargs -r0 cat |
            cut -d ' ' -f 2- | xargs -rd '\n' sha256sum
    } | cut -c 1-64 | sha256sum
}

# redo_if_changed OUTPUT FACTS INPUT...: forget that a step is done, if it was done with
# other facts or with other content of the inputs.
redo_if_changed() {
    local output=$1 facts
    facts="$2 $(content_of "${@:3}")"
    [[ ! -e "${output}.done" || "$(cat "${output}.facts" 2>/dev/null)" != "${facts}" ]] || return 0
    rm -f "${output}.done"
    note "${output}.facts" "${facts}"
}

stop_steps() {
    local process
    for process in "${!running[@]}"; do
        kill -- "-${process}" 2>/dev/null || true # it may just have ended
    done
}
trap stop_steps EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
