#!/usr/bin/env bash
# Runs a recipe, from a corpus to a result table. Called by egs/<corpus>/run.sh.
#
#  1 data: corpus -> data/{train,valid,test,...}
#  2 SE baseline: enhancement model trained with the signal loss alone (ESPnet);
#    with --init_from, that model instead
#  3 leaderboard: clips of many systems, labelled with true metrics
#  4 SQA: quality model trained on the leaderboard
#  5 SQA evaluation: its agreement with true metrics on unseen systems; probes
#  6 guided SE: the arms, each the baseline trained on, most of them guided by SQA;
#    preset, its output changed in the best of twelve fixed ways
#  7 real data: the arms that also hear recordings without a reference
#  8 enhance: every arm and every published enhancer over every test set
#  9 score: true metrics, and what the quality model says
# 10 report: RESULTS.md, results.json, scores.jsonl.gz, figures, a page to listen to
# What is finished is not done again, what was interrupted goes on.
set -euo pipefail
# begin options
stage=1               # first stage to run
stop_stage=10         # last stage to run
size=default          # default, campaign, large, small or smoke: how much is made
arms="noisy baseline preset placebo refreshed" # rows
arms+=" placebo_real committee_real refreshed_real" # and these
published="all"       # enhancers of others that are rows, too: names, all or none
seeds="1"             # each has its own baseline and arms
witness_seed=         # of a second assessor: do attacks on the first one fool it, too?
leaderboard_config=conf/leaderboard.yaml # systems to train and test the assessor on
guided_config=conf/se_guided.yaml # of the arms; another one has a table of its own
test_sets="test"      # what stages 8 to 10 work on; real_2 beside real: cross-fitted
nj=$(env -u OMP_NUM_THREADS nproc) # jobs at a time
inference_nj=${nj}    # jobs at a time that enhance
ngpu=0                # GPUs of one training
expdir=exp            # folder for models, logs and scores, in the recipe's
datadir=data          # folder for data directories, in the recipe's
python=python3        # one of your own is used instead of tools/venv
dry_run=false         # true: say what would be made, and make nothing
corpus_dir=           # the corpus as it was unpacked
clean_dir=            # clean speech: <speaker>/.../<file>
noise_dir=            # noise: <kind>/.../<file>
rir_dir=              # room impulse responses
real_dir=             # recordings without a reference: <group>/.../<file>
pairs_dir=            # test pairs: noisy/<file> and clean/<file>
init_from=            # trained ESPnet model (folder, .pth or packaged) as the baseline
systems_dir=          # "NAME=DIR ...": outputs of your systems in DIR/{train,valid,test}
from_dir=.            # where relative paths of --python and these eight start
# end options
utils=$(dirname "${BASH_SOURCE[0]}")
. "${utils}/common.sh"
. "${utils}/steps.sh"
. "${utils}/layout.sh"
. "${utils}/leaderboard.sh"
. "${utils}/assessor.sh"
. "${utils}/arms.sh"
. "${utils}/rows.sh"
. "${utils}/stages.sh"
. "${utils}/parse_options.sh"
(($# == 0)) || wrong_use "'$1': expected an option"
((1 <= stage && stage <= stop_stage && stop_stage <= 10)) ||
    wrong_use "--stage ${stage} --stop_stage ${stop_stage}: expected 1 to 10, in order"
. ./cmd.sh

max_jobs=${nj} threads=$((cpus < 4 ? cpus : 4)) # the latter of a training that runs alone
in_shards="${utils}/in_shards.sh ${shards}"
read -ra tests <<<"${test_sets}"
tests=(--test_dirs "${tests[@]/#/${datadir}/}") # for trainings whose start may have heard them
train_dirs=(--train_dir "${datadir}/train" --valid_dir "${datadir}/valid")
baseline=$(model_of baseline "${seeds%% *}") # the first seed's fills the leaderboard
leaderboard=${expdir}/leaderboard
assessor=${expdir}/sqa/assessor

stage_1() {
    local launcher=${train_cmd}
    folders=() # filled by use_folders
    use_folders --corpus_dir "${corpus_dir}" \
        --clean_dir "${clean_dir}" --noise_dir "${noise_dir}" \
        --rir_dir "${rir_dir}" --real_dir "${real_dir}" --pairs_dir "${pairs_dir}"
    claim "${datadir}/size" "${size}"
    ((${#folders[@]} == 0)) || claim "${datadir}/folders" "${folders[*]}"
    ! grep -q '^shard=' local/data.sh || launcher="${in_shards} ${train_cmd}"
    step "${launcher}" "${datadir}/train" local/data.sh --output_dir "${datadir}" \
        --size "${size}" --nj "${cpus}" --python "${python}" "${folders[@]}"
}

stage_2() {
    local seed output start=""
    need_file "${datadir}/train.done"
    [[ -z "${init_from}" ]] || start=$(given_model --init_from "${init_from}")
    claim "${expdir}/init_from" "${start}"
    for seed in ${seeds}; do
        output=$(model_of baseline "${seed}")
        if [[ -z "${start}" ]]; then
            local -x OMP_NUM_THREADS=${threads}
            run step "${cuda_cmd}" "${output}" se_train --config conf/se.yaml \
                --size "${size}" --seed "${seed}" "${train_dirs[@]}" "${tests[@]}" \
                --output_dir "${output}" --ngpu "${ngpu}" --nj "${cpus}"
        else
            run step "${cuda_cmd}" "${output}" se_import --model "${start}" \
                "${tests[@]}" --valid_dir "${datadir}/valid" \
                --output_dir "${output}" --nj "${cpus}"
        fi
    done
}

stage_3() {
    local set
    need_file "${baseline}.done"
    claim "${expdir}/leaderboard_config" "${leaderboard_config}"
    for set in train valid test; do
        is_done "${leaderboard}/${set}/labels.jsonl" || fill_leaderboard "${set}"
    done
}

stage_4() {
    need_file "${leaderboard}/test/labels.jsonl.done"
    train_assessor "${expdir}/sqa" 1 "${tests[@]}"
    [[ -z "${witness_seed}" ]] ||
        train_assessor "${expdir}/sqa/witness" "${witness_seed}" "${tests[@]}"
}

stage_5() {
    local -x OMP_NUM_THREADS=${threads}
    local witness=()
    evaluate_assessor
    [[ -z "${witness_seed}" ]] || witness=(--other "${expdir}/sqa/witness/assessor")
    redo_if_changed "${expdir}/sqa/probes.json" "witness: ${witness_seed}" "${assessor}"
    run step "${decode_cmd}" "${expdir}/sqa/probes.json" sqa_probe --assessor "${assessor}" \
        --leaderboard "${leaderboard}/test" "${witness[@]}" --config "${leaderboard_config}" \
        --size "${size}" --nj "${cpus}" --output "${expdir}/sqa/probes.json"
    report_assessor
}

stage_6() {
    choose_presets
    train_arms simulated ""
}

stage_7() {
    train_arms real "" train_real
    [[ " ${test_sets} " != *" real_2 "* ]] ||
        train_arms real _2 train_real_2
}

stage_8() {
    find_rows
    measure_published
    for_each_result enhance
    finish
    for_each_result join_committee
    finish
}

stage_9() {
    local -x OMP_NUM_THREADS=${threads} # of the assessors; each scoring process has one
    local facts metrics set data=() enhanced=() made=() systems=() scores=() predicted=()
    local assessors=()
    find_rows
    facts="${test_sets}, ${rows}, ${seeds}"
    metrics=$(metrics_for scored)
    for_each_result note_result
    for set in ${test_sets}; do made+=("${datadir}/${set}"); done
    redo_if_changed "${expdir}/scores" "${facts}" "${made[@]}"
    run step "${in_shards} ${decode_cmd}" "${expdir}/scores" score --output "${scores[@]}" \
        --data_dir "${data[@]}" --enhanced_scp "${enhanced[@]}" --system "${systems[@]}" \
        --metrics "${metrics}" --cache "${expdir}/labels.sqlite" --nj "${cpus}"
    redo_if_changed "${expdir}/predicted" "${facts}" "${made[@]}" "${assessors[@]}"
    run step "${decode_cmd}" "${expdir}/predicted" sqa_predict --assessor "${assessors[@]}" \
        --data_dir "${data[@]}" --enhanced_scp "${enhanced[@]}" --system "${systems[@]}" \
        --output "${predicted[@]}" --committee "${expdir}/published/committee"
    for_each_result ask_direction
    finish
}

stage_10() {
    local output page
    find_rows
    output=$(folder_of_table)
    page=$(page_of "${output}")
    mkdir -p "${output}"
    [[ -e "${page}" ]] || rm -f "${output}/RESULTS.md.done"
    redo_if_changed "${output}/RESULTS.md" "$(command_line)" \
        "${expdir}"/{scores,predicted}
    run step "${train_cmd}" "${output}/RESULTS.md" report --expdir "${expdir}" \
        --data_dir "${datadir}" --config conf/metrics.yaml --arms "${rows}" \
        --seeds "${seeds}" --test_sets "${test_sets}" --output_dir "${output}" \
        --page "${page}" --command "$(command_line)"
}

run_stages "${BASH_SOURCE[0]}"
