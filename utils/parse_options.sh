# shellcheck shell=bash
# Sourced: sets declared variables from the command line, as Kaldi's namesake does.
#
#     #!/usr/bin/env bash
#     # What the script does (lines up to the first that is no comment are the help).
#     # begin options
#     nj=2            # jobs at a time
#     data_dir=       # folder to read
#     # end options
#     . parse_options.sh
#
# Only names declared between the two marks can be set: `--nj 4`. The comment on the
# same line is what --help says. Where there is a default, the value has to be of its
# kind: true or false; a number, of 1 or more if the default is; where it is quoted,
# words, each once and fit for the name of a folder, or numbers. It is not empty, unless
# the comment ends in `or none`. Stops at the first word that is no option; the rest stays
# in "$@". Wrong use ends the script with status 2. Nothing is evaluated.

_script=${BASH_SOURCE[1]}
declare -A _help=() _quoted=()
_names=()
while IFS= read -r _line; do
    _names+=("${_line%%=*}")
    _help[${_line%%=*}]=${_line##*# }
    [[ "${_line#*=}" != \"* ]] || _quoted[${_line%%=*}]=words
done < <(sed -n '/^# begin options/,/^# end options/{/^[a-z][a-z0-9_]*=/p}' "${_script}")

print_help() {
    local name
    sed -n '2,${/^#/!q;/^# *shellcheck/d;/^# begin options/q;s/^# \{0,1\}//p}' "${_script}"
    echo
    for name in "${_names[@]}"; do
        printf '  --%-14s %s (default: %s)\n' \
            "${name}" "${_help[${name}]}" "${_defaults[${name}]:-none}"
    done
}

wrong_use() {
    echo "$(basename "$0"): $1. See $(basename "$0") --help" >&2
    exit 2
}

# check_words OPTION DEFAULT VALUE: see the head
check_words() {
    local word seen=" " words
    read -ra words <<<"$3"
    for word in "${words[@]}"; do
        [[ "$2" == *[!0-9\ ]* || "${word}" =~ ^[0-9]+$ ]] ||
            wrong_use "$1: expected numbers, got '${word}'"
        [[ "${word}" =~ ^[A-Za-z0-9_][A-Za-z0-9_.-]*$ ]] ||
            wrong_use "$1: expected names, got '${word}'"
        [[ "${seen}" != *" ${word} "* ]] ||
            wrong_use "$1: expected each once, got '${word}' again"
        seen+="${word} "
    done
}

declare -A _defaults=()
for _name in "${_names[@]}"; do
    _defaults[${_name}]=${!_name}
done

while (($#)); do
    [[ "$1" != --help && "$1" != -h ]] || { print_help && exit 0; }
    [[ "$1" == -* ]] || break
    _name=${1#--}
    [[ "$1" == --* && -n "${_name}" && -n "${_help[${_name}]+declared}" ]] ||
        wrong_use "$1: expected one of ${_names[*]/#/--}"
    (($# > 1)) && [[ "$2" != --* ]] || wrong_use "$1: expected a value, got none"
    [[ -n "${2// /}" || -z "${_defaults[${_name}]}" || "${_help[${_name}]}" == *"or none" ]] ||
        wrong_use "$1: expected a value, got '$2'"
    case ${_quoted[${_name}]-${_defaults[${_name}]}} in
        true | false) [[ "$2" == true || "$2" == false ]] ||
            wrong_use "$1: expected true or false, got '$2'" ;;
        words) check_words "$1" "${_defaults[${_name}]}" "$2" ;;
        *[!0-9]* | "") ;;
        0) [[ "$2" =~ ^[0-9]+$ ]] || wrong_use "$1: expected a number, got '$2'" ;;
        *) [[ "$2" =~ ^0*[1-9][0-9]*$ ]] ||
            wrong_use "$1: expected a number of 1 or more, got '$2'" ;;
    esac
    printf -v "${_name}" '%s' "$2"
    shift 2
done
unset _script _line _name
