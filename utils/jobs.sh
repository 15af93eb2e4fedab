# shellcheck shell=bash
# Sourced by run.sh and slurm.sh: Kaldi's way to call a command, or several like it, and
# what is said of those that fail.

# read_call [JOB=1:N] LOG COMMAND [ARGUMENT...]: sets ${job_name} (or none), ${first},
# ${last} and ${words}, which are LOG and COMMAND. Wrong use shows the head of the script.
read_call() {
    job_name='' first=1 last=1
    if [[ "${1:-}" =~ ^([A-Za-z_]+)=([0-9]+):([0-9]+)$ ]]; then
        job_name=${BASH_REMATCH[1]} first=${BASH_REMATCH[2]} last=${BASH_REMATCH[3]}
        shift
    fi
    if (($# < 2 || first > last)); then
        sed -n '2,/^set/{s/^# \{0,1\}//p}' "$0" >&2
        exit 2
    fi
    words=("$@")
}

log_of_job() {
    if [[ -n "${job_name}" ]]; then echo "${words[0]//${job_name}/$1}"; else echo "${words[0]}"; fi
}

# run_job NUMBER: the command of that job, output into its log
run_job() {
    local command=("${words[@]:1}") log status=0
    [[ -z "${job_name}" ]] || command=("${command[@]//${job_name}/$1}")
    log=$(log_of_job "$1")
    mkdir -p "$(dirname "${log}")"
    {
        echo "# $(date '+%Y-%m-%d %H:%M:%S')"
        echo "#$(printf ' %q' "${command[@]}")"
        "${command[@]}" || status=$?
        echo "# ended with status ${status}"
    } >>"${log}" 2>&1 </dev/null
    return "${status}"
}

# report_failed [NUMBER]...: if there are any, show the ends of the first logs, and fail
report_failed() {
    local number
    (($#)) || return 0
    for number in "${@:1:3}"; do
        echo "$(basename "$0"): failed; the end of $(log_of_job "${number}"):"
        tail -n 15 "$(log_of_job "${number}")" | sed 's/^/    /'
    done >&2
    echo "$(basename "$0"): $# of $((last - first + 1)) jobs failed" >&2
    exit 1
}
