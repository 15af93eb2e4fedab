# shellcheck shell=bash
# Sourced by recipes: runs their functions stage_1, stage_2, ...

# run start|step LAUNCHER OUTPUT PROGRAM OPTION...
run() { "$1" "$2" "$3" "${python:?}" -m "sqase.bin.$4" "${@:5}"; }

# start_enhancing OUTPUT MODEL SCP [OPTION...]: as one of --inference_nj jobs at a time;
# again, if the model or the sound has changed
start_enhancing() {
    local files=("$3") checkpoint=selected.pth
    [[ "${4:-}" != --checkpoint ]] || checkpoint=$5
    [[ ! -e "$2" ]] || files+=("$2/config.yaml" "$2/${checkpoint}") # else published
    [[ ! -e "$2/preset.json" ]] || files+=("$2/preset.json")
    redo_if_changed "$1" "${*:2}" "${files[@]}"
    # shellcheck disable=SC2034 # start looks at it
    local max_jobs=$(((${inference_nj:?} + ${shards:?} - 1) / shards))
    run start "${in_shards:?} ${decode_cmd:?}" "$1" se_enhance --model_dir "$2" --scp "$3" \
        --output_dir "$1" --nj "$((shards > 1 ? ${cpus:?} : 1))" "${@:4}"
}

# make_committee OUTPUT SCP OPTION...: what each published enhancer makes, a step by itself
make_committee() {
    finish
    run step "${in_shards:?} ${decode_cmd:?}" "$1" make_committee --scp "$2" \
        --output_dir "$1" --nj "${cpus:?}" "${@:3}"
}

# prepare: install what is needed, and take hold of ${expdir}
prepare() {
    [[ "${dry_run:-false}" == false ]] || . "$(dirname "${BASH_SOURCE[0]}")/dry_run.sh"
    [[ " default campaign large small smoke " == *" ${size:?} "* ]] ||
        wrong_use "--size: expected default, campaign, large, small or smoke, got '${size}'"
    can_write --expdir "${expdir:?}"
    can_write --datadir "${datadir:?}"
    [[ "${python:?}" != python3 ]] || install_tools
    [[ "${python}" != */* ]] || python=$(from_caller "${python}")
    lock "${expdir}"
    claim "${expdir}/size" "${size}"
}

install_tools() { "$(dirname "${BASH_SOURCE[0]}")/../tools/install.sh"; }

# run_stages FILE: those asked for; FILE describes each in a line `#  1 what it does`
run_stages() {
    local number begin
    prepare
    count_killed
    for ((number = ${stage:?}; number <= ${stop_stage:?}; number++)); do
        log "stage $(sed -n "s/^# *\(${number} .*\)/\1/p" "$1")"
        # shellcheck disable=SC2034 # steps.sh looks at it
        begin=${SECONDS} steps_run=0 current_stage=${number}
        "stage_${number}"
        end_stage "${number}" $((SECONDS - begin))
    done
}

# end_stage NUMBER SECONDS: that it took; they are recorded, if it had anything to do
end_stage() {
    rm -f "${expdir}/log/stage"
    log "stage $1: $2 s"
    ((steps_run == 0)) || add_seconds "${expdir}/log/seconds" "$1" "$2"
}

# count_killed: adds the seconds of a stage that was killed or failed, from its first step
# to the last that one of its jobs has logged
count_killed() {
    local last stage_file=${expdir}/log/stage
    [[ -s "${stage_file}" ]] || return 0
    last=$(find "${expdir}/log" -name '*.log' -printf '%T@\n' | sort -n | tail -n 1)
    add_seconds "${expdir}/log/seconds" "$(<"${stage_file}")" \
        $((${last%.*} - $(stat -c %Y "${stage_file}")))
    rm "${stage_file}"
}
