#!/usr/bin/env bash
# Runs a command, or several like it side by side, on this machine; output into logs.
#
# Usage: run.sh [JOB=1:N] LOG COMMAND [ARGUMENT...]
#   e.g. run.sh JOB=1:4 exp/log/part.JOB.log python part.py --part JOB
# Every "JOB" in LOG and COMMAND becomes the number of the job. Waits for each job; if
# one fails, shows the end of its log and fails. Kaldi's convention (run.pl, slurm.pl).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/jobs.sh"
read_call "$@"

declare -A pids=()
for ((number = first; number <= last; number++)); do
    run_job "${number}" &
    pids[${number}]=$!
done

failed=()
for ((number = first; number <= last; number++)); do
    wait "${pids[${number}]}" || failed+=("${number}")
done
report_failed "${failed[@]}"
