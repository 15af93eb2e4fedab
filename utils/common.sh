# shellcheck shell=bash
# Sourced by scripts: messages, and checks of what they need and are given.

log() { echo "$(date '+%Y-%m-%d %H:%M:%S') $*"; }

die() {
    echo "$(basename "$0"): $*" >&2
    exit 1
}

is_there() { [[ -e "$1" ]]; }

need_file() {
    local file
    for file in "$@"; do
        is_there "${file}" || die "${file}: no such file. Run the stage that writes it"
    done
}

# from_caller PATH: a path as the user gave it, seen from the recipe's folder
from_caller() {
    case $1 in
        /*) echo "$1" ;;
        *) echo "${from_dir:?}/$1" ;;
    esac
}

# given_model OPTION PATH: a trained model that was given; packaged: that of the package
given_model() {
    local model
    model=$(from_caller "$2")
    [[ "$2" != packaged ]] || model=$(dirname "${BASH_SOURCE[0]}")/../sqase/pretrained/enhancer
    [[ -e "${model}" ]] || die "$1: expected a training folder, got '$2'"
    realpath --no-symlinks -- "${model}" # a hub's cache has no names behind its links
}

# claim FILE FACTS: what lies beside FILE was made with these facts and no others.
claim() {
    # an empty file is what a full disk, or a kill, has left
    [[ -s "$1" ]] || note "$1" "$2"
    [[ ! -s "$1" || "$(<"$1")" == "$2" ]] || die "$1: expected '$2', got '$(<"$1")'." \
        "Take other folders (--expdir, --datadir), or remove this one"
}

# note FILE TEXT: writes it
note() {
    mkdir -p "$(dirname "$1")"
    { echo "$2" >"$1"; } 2>/dev/null ||
        die "$1: could not be written. Make room on the disk and start again"
}

# can_write OPTION FOLDER: refuse one that cannot be made, or written in
can_write() {
    # shellcheck disable=SC2015 # both are to lead there
    mkdir -p "$2" 2>/dev/null && [[ -d "$2" && -w "$2" ]] ||
        die "$1: expected a folder that can be written, got '$2'"
}

# lock FOLDER: one run at a time. Jobs inherit the lock, so that a restart waits for
# jobs that a killed run has left behind, and does nothing twice.
lock() {
    mkdir -p "$1"
    exec 9>>"$1/.lock"
    flock --nonblock 9 && return
    log "waiting for another run in $1 to end"
    flock 9
}

# add_seconds FILE KEY SECONDS: FILE holds lines `KEY SECONDS`, sorted; adds to one.
add_seconds() {
    touch "$1"
    awk -v key="$2" -v more="$3" '{sum[$1] = $2} END {sum[key] += more
        for (k in sum) print k, sum[k]}' "$1" | LC_ALL=C sort >"$1.new"
    mv "$1.new" "$1"
}
