#!/usr/bin/env bash
# Runs a command, or several like it side by side, on this machine; output into logs.
#
# Usage: run.sh [JOB=1:N] LOG COMMAND [ARGUMENT...]
#   e.g. run.sh JOB=1:4 exp/log/part.JOB.log python part.py --part JOB
# Every "JOB" in LOG and COMMAND becomes the number of the job. Waits for each job; if
# one fails, shows the end of its log and fails. Kaldi's convention (run.pl, slurm.pl).
set -euo pipefail

job_name=
first=1
last=1
if [[ "${1:-}" =~ ^([A-Za-z_]+)=([0-9]+):([0-9]+)$ ]]; then
    job_name=${BASH_REMATCH[1]} first=${BASH_REMATCH[2]} last=${BASH_REMATCH[3]}
    shift
fi
if (($# < 2 || first > last)); then
    sed -n '2,/^set/{s/^# \{0,1\}//p}' "$0" >&2
    exit 2
fi

# run_job LOG COMMAND...: the job ${number}
run_job() {
    local words=("$@")
    [[ -z "${job_name}" ]] || words=("${words[@]//${job_name}/${number}}")
    local log=${words[0]}
    mkdir -p "$(dirname "${log}")"
    {
        echo "# $(date '+%Y-%m-%d %H:%M:%S')"
        echo "#$(printf ' %q' "${words[@]:1}")"
        "${words[@]:1}"
    } >>"${log}" 2>&1 </dev/null
}

declare -A pids=()
for ((number = first; number <= last; number++)); do
    run_job "$@" &
    pids[${number}]=$!
done

failed=0
for ((number = first; number <= last; number++)); do
    status=0
    wait "${pids[${number}]}" || status=$?
    ((status)) || continue
    failed=$((failed + 1))
    log=$1
    [[ -z "${job_name}" ]] || log=${log//${job_name}/${number}}
    {
        echo "run.sh: failed with status ${status}; the end of ${log}:"
        tail -n 15 "${log}" | sed 's/^/    /'
    } >&2
done
((failed == 0)) || {
    echo "run.sh: ${failed} of $((last - first + 1)) jobs failed" >&2
    exit 1
}
