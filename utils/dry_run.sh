# shellcheck shell=bash disable=SC2034,SC2317
# Sourced by `prepare` for --dry_run true: the stages are gone through with other hands,
# which say what is done and what would be made by which program, and change nothing.

declare -gA to_make=() told=() # outputs
expected=0 unknown=() # seconds of stages with anything to make; those without a record

mkdir() { :; }
note() { :; }
can_write() { :; }
lock() { :; }
add_seconds() { :; }

# rm -f FILE: an output that loses its marker would be made
rm() { [[ "${2:-}" != *.done ]] || to_make[${2%.done}]=1; }

install_tools() {
    [[ -e "${BASH_SOURCE[0]%/*}/../tools/venv/.installed" ]] ||
        die "--dry_run true: expected an installation, got none. Run tools/install.sh"
}

# is_there PATH: or would be, with the output that it is of or beside
is_there() { [[ -e "$1" ]] || is_to_change "${1%.done}" || is_to_change "$(dirname "$1")"; }

# is_to_change PATH: an output that would be made is it, holds it or is in it
is_to_change() {
    local output
    for output in "${!to_make[@]}"; do
        [[ "$1/" != "${output}/"* && "${output}/" != "$1/"* ]] || return 0
    done
    return 1
}

content_of() {
    local input
    need_file "$@"
    for input in "$@"; do
        if [[ ! -e "${input}" ]] || is_to_change "${input}"; then
            echo "to be made" && return
        fi
    done
    digest_of "$@"
}

is_done() { [[ -z "${to_make[$1]:-}" && -e "$1" && -e "$1.done" ]] && echo "    done: $1"; }

step() { start "$@"; }

metrics_for() { :; } # of no use here, and takes seconds

# start LAUNCHER OUTPUT COMMAND...: see steps.sh
start() {
    local program=$3
    [[ -z "${told[$2]:-}" ]] || return 0
    ! is_done "$2" || return 0
    [[ "${4:-}" != -m ]] || program=${5#sqase.bin.}
    to_make[$2]=1 told[$2]=1
    [[ "${program}" != local/data.sh ]] || to_make[${datadir:?}]=1 # more than its output
    steps_run=$((steps_run + 1))
    echo "    to make: $2 (${program})"
}

# before a model is trained, its epochs have no numbers
[[ -e "${baseline:-}.done" ]] || spread_epochs() { printf '%s\n' early middle last; }

# end_stage NUMBER SECONDS: what it took before, if it has anything to do now
end_stage() {
    local seconds record
    if ((steps_run)); then
        read -r seconds record < <(recorded "$1") || true # it may be empty
        if [[ -n "${seconds}" ]]; then
            echo "    all of this stage took $(minutes "${seconds}"), says ${record}"
            expected=$((expected + seconds))
        else
            echo "    no record says how long this stage takes"
            unknown+=("$1")
        fi
    fi
    (($1 < ${stop_stage:?})) ||
        log "dry run: $(minutes "${expected}") by these records; no record of: ${unknown[*]:-none}"
}

# recorded STAGE: its seconds and where they stand: of this folder, or of the recipe's table
recorded() {
    local log_file=${expdir:?}/log/seconds
    if grep -qs "^$1 " "${log_file}"; then
        echo "$(sed -n "s/^$1 //p" "${log_file}") ${log_file}"
    elif grep -q "^$1 " <<<"${of_table}"; then
        echo "$(sed -n "s/^$1 //p" <<<"${of_table}") results.json"
    fi
}

of_table='' # lines of stage and seconds
[[ "${size:?}" != default || ! -e results.json ]] || of_table=$("${python:?}" -c 'import json
for stage, seconds in json.load(open("results.json"))["seconds"].items():
    print(stage, round(seconds))')

minutes() { echo "$((($1 + 59) / 60)) min"; }
