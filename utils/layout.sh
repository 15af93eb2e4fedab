# shellcheck shell=bash
# Sourced by the pipeline: where things are in ${expdir} and ${datadir}.

# model_of ARM SEED: its training folder
model_of() {
    case $1 in
        baseline) echo "${expdir:?}/seed$2/baseline" ;;
        *) echo "${expdir:?}/seed$2/arms/$1" ;;
    esac
}

# training_for ARM SEED TEST_SET: its training, the one that has not heard the test set
training_for() {
    case $1,$3 in
        *_real,*_2) echo "$(model_of "$1" "$2")_2" ;;
        *) model_of "$1" "$2" ;;
    esac
}

# enhanced_by ARM SEED TEST_SET: folder of wav.scp with what the arm made of the set
enhanced_by() {
    case $1 in
        noisy) echo "${datadir:?}/$3" ;;
        *)
            if is_published "$1"; then
                echo "${expdir:?}/published/$1/$3"
            else
                echo "${expdir:?}/seed$2/enhanced/$1/$3"
            fi
            ;;
    esac
}

# is_published ROW: whether it is one of the enhancers of others that find_rows has found
is_published() { [[ " ${others-} " == *" $1 "* ]]; }

# assessor_of ARM SEED TEST_SET: its own, as the closed loop left it, or the first one
assessor_of() {
    local own
    own=$(training_for "$@")/assessor
    if [[ -e "${own}" ]]; then echo "${own}"; else echo "${expdir:?}/sqa/assessor"; fi
}

# spread_epochs FOLDER: an early, a middle and the last epoch that it keeps
spread_epochs() {
    find "$1" -name '[0-9]*epoch.pth' -printf '%f\n' | sort --numeric-sort | awk '
        {name[NR] = $1}
        END {print name[int((NR + 3) / 4)]; print name[int((NR + 1) / 2)]; print name[NR]}' |
        uniq
}

# metrics_for USE: those that conf/metrics.yaml allows for `labels`, or all `scored`
metrics_for() {
    "${python:?}" -c 'import sys; from sqase.metrics import roles
print(*getattr(roles.load("conf/metrics.yaml"), sys.argv[1]))' "$1"
}

# for_each_result FUNCTION: calls it with every ROW SEED TEST_SET of the table
for_each_result() {
    local seed arm test_set
    for test_set in ${test_sets:?}; do for seed in ${seeds:?}; do for arm in ${rows:?}; do
        "$1" "${arm}" "${seed}" "${test_set}"
    done; done; done
}

# use_folders [OPTION FOLDER]...: adds those that were given to ${folders}
use_folders() {
    local folder
    while (($#)); do
        if [[ -n "$2" ]]; then
            folder=$(from_caller "$2")
            [[ -d "${folder}" ]] || die "$1: expected a folder, got '$2'"
            folders+=("$1" "$(realpath -- "${folder}")")
        fi
        shift 2
    done
}

# claimed_start: the model in the baseline's place; none if the recipe trained its own
claimed_start() { cat "${expdir:?}/init_from" 2>/dev/null || true; }

# folder_of_table: that of the default size, settings and start is part of the recipe
folder_of_table() {
    case ${size:?},${guided_config:?},$(claimed_start) in
        default,conf/se_guided.yaml,) echo . ;;
        *,conf/se_guided.yaml,*) echo "${expdir:?}" ;;
        *) echo "${expdir:?}/$(basename "${guided_config}" .yaml)" ;;
    esac
}

# page_of FOLDER: the page that belongs to a table; audio is never part of the recipe
page_of() {
    case $1 in
        .) echo "${expdir:?}/report/index.html" ;;
        *) echo "$1/report/index.html" ;;
    esac
}

# command_line: what reproduces the table
command_line() {
    echo -n "./run.sh --size ${size:?} --test_sets \"${test_sets:?}\""
    echo -n " --arms \"${arms:?}\" --published \"${published?}\""
    echo -n " --seeds \"${seeds:?}\""
    [[ "${guided_config:?}" == conf/se_guided.yaml ]] ||
        echo -n " --guided_config ${guided_config}"
    given_folders
}

# given_folders: the user's own folders and model, as options with variables
given_folders() {
    local option
    for option in corpus clean noise rir real pairs mos; do
        ! grep -qs -e "--${option}_dir" "${datadir:?}/folders" ||
            echo -n " --${option}_dir \"\$${option^^}\""
    done
    [[ -z "$(claimed_start)" ]] || echo -n " --init_from \"\$MODEL\""
}
