#!/usr/bin/env bash
# Runs a command, or several like it as an array, through Slurm; output into logs.
#
# Usage: slurm.sh [--max-jobs-run=M] [--SBATCH_OPTION=VALUE]... [JOB=1:N] LOG COMMAND...
#   e.g. slurm.sh --mem=4G --max-jobs-run=9 JOB=1:40 log/part.JOB.log python part.py JOB
# At most M jobs of the array run at a time. Needs a file system that all machines share.
# Otherwise as run.sh. When it ends, by Ctrl-C too, nothing it has submitted is left; what
# an earlier call for this LOG left behind when it was killed is waited for.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "${here}/jobs.sh"

options=() limit=
while [[ "${1:-}" == --* ]]; do
    case $1 in
        --max-jobs-run=*) limit=%${1#*=} ;;
        *) options+=("$1") ;;
    esac
    shift
done
read_call "$@"
command -v sbatch >/dev/null || {
    echo "slurm.sh: expected the program sbatch, got none. Log in where Slurm is, or set" \
        "cmd_backend=local in cmd.sh" >&2
    exit 1
}

# A name for all calls with this log, so that they can be found
stem=${words[0]%.log}
stem=${stem%."${job_name:-log}"}
name=$(basename "${stem}" | tr -c '[:alnum:]\n' _)-$(realpath -m "${stem}" | cksum | tr ' ' -)
mine=(--user="$(id -un)" --name="${name}")
earlier=$(squeue --noheader "${mine[@]}" --format=%F | sort -u | paste -sd:)
[[ -z "${earlier}" ]] || options+=(--dependency="afterany:${earlier}")

log=${words[0]//%/%%} # what Slurm itself has to say goes there, too
range=
if [[ -n "${job_name}" ]]; then
    options+=(--array="${first}-${last}${limit}")
    log=${log//${job_name}/%a}
    range="${job_name}=\${SLURM_ARRAY_TASK_ID}:\${SLURM_ARRAY_TASK_ID}"
fi
for ((number = first; number <= last; number++)); do
    mkdir -p "$(dirname "$(log_of_job "${number}")")"
    echo "# submitted as ${name}" >>"$(log_of_job "${number}")"
done

trap 'scancel --quiet "${mine[@]}" || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
sbatch --wait --job-name="${name}" --output="${log}" --open-mode=append "${options[@]}" <<EOF &
#!/usr/bin/env bash
. $(printf '%q' "${here}/jobs.sh")
read_call ${range} $(printf '%q ' "${words[@]}")
run_job "\${first}"
EOF
wait "$!" || true # the logs say more, and of each job

failed=()
for ((number = first; number <= last; number++)); do
    [[ "$(tail -n 1 "$(log_of_job "${number}")")" == *"# ended with status 0" ]] ||
        failed+=("${number}")
done
report_failed "${failed[@]}"
