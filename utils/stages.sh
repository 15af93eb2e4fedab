# shellcheck shell=bash
# Sourced by recipes: runs their functions stage_1, stage_2, ...

# run start|step LAUNCHER OUTPUT PROGRAM OPTION...
run() { "$1" "$2" "$3" "${python:?}" -m "sqase.bin.$4" "${@:5}"; }

# start_enhancing OUTPUT MODEL SCP OPTION...: as one of --inference_nj jobs at a time
start_enhancing() {
    # shellcheck disable=SC2034 # start looks at it
    local max_jobs=$(((${inference_nj:?} + ${shards:?} - 1) / shards))
    run start "${in_shards:?} ${decode_cmd:?}" "$1" se_enhance --model_dir "$2" --scp "$3" \
        --output_dir "$1" --nj "$((shards > 1 ? ${cpus:?} : 1))" "${@:4}"
}

# start_committee OUTPUT SCP: what each published enhancer makes, as start_enhancing does
start_committee() {
    # shellcheck disable=SC2034 # start looks at it
    local max_jobs=$(((${inference_nj:?} + ${shards:?} - 1) / shards))
    run start "${in_shards:?} ${decode_cmd:?}" "$1" make_committee --scp "$2" \
        --output_dir "$1" --nj "$((shards > 1 ? ${cpus:?} : 1))"
}

# prepare: install what is needed, and take hold of ${expdir}
prepare() {
    [[ "${python:?}" != python3 ]] || "$(dirname "${BASH_SOURCE[0]}")/../tools/install.sh"
    [[ "${python}" != */* ]] || python=$(from_caller "${python}")
    lock "${expdir:?}"
    claim "${expdir}/size" "${size:?}"
}

# run_stages FILE: those asked for; FILE describes each in a line `#  1 what it does`
run_stages() {
    local number begin
    prepare
    for ((number = ${stage:?}; number <= ${stop_stage:?}; number++)); do
        log "stage $(sed -n "s/^# *\(${number} .*\)/\1/p" "$1")"
        begin=${SECONDS} steps_run=0
        "stage_${number}"
        log "stage ${number}: $((SECONDS - begin)) s"
        ((steps_run == 0)) ||
            add_seconds "${expdir}/log/seconds" "${number}" $((SECONDS - begin))
    done
}
