# shellcheck shell=bash
# Sourced by recipes: how assessors are trained on a leaderboard, and evaluated.

# train_assessor FOLDER SEED OPTION...: FOLDER/assessor
train_assessor() {
    local -x OMP_NUM_THREADS=${threads:?}
    run step "${cuda_cmd:?}" "$1/assessor" sqa_train --config conf/sqa.yaml --seed "$2" \
        --train_dir "${leaderboard:?}/train" --valid_dir "${leaderboard}/valid" \
        --size "${size:?}" --output_dir "$1" --ngpu "${ngpu:?}" "${@:3}"
}

evaluate_assessor() {
    local -x OMP_NUM_THREADS=${threads:?}
    need_file "${assessor:?}.done"
    run step "${decode_cmd:?}" "${expdir:?}/sqa/agreement.json" sqa_evaluate \
        --assessor "${assessor}" --leaderboard "${leaderboard:?}/test" \
        --heard "${leaderboard}/train" \
        --output "${expdir}/sqa/agreement.json" --plot "${expdir}/sqa/scatter.png"
}

# report_assessor: ASSESSOR.md beside what it is made of
report_assessor() {
    local command
    command="./run.sh --size ${size:?} --stop_stage 5$(given_folders)"
    [[ "${leaderboard_config:=conf/leaderboard.yaml}" == conf/leaderboard.yaml ]] ||
        command+=" --leaderboard_config ${leaderboard_config}"
    redo_if_changed "${expdir:?}/sqa/ASSESSOR.md" "${command}" "${expdir}"/sqa/*.json
    run step "${decode_cmd:?}" "${expdir}/sqa/ASSESSOR.md" sqa_report --expdir "${expdir}" \
        --command "${command}" --output "${expdir}/sqa/ASSESSOR.md"
}
