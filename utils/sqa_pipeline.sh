#!/usr/bin/env bash
# Runs a recipe whose corpus is a published leaderboard: clips of systems, with scores.
# Called by egs/<corpus>/run.sh. The stages have the numbers of utils/pipeline.sh; such
# a corpus has no training data for speech enhancement, so there is no other.
#
#  1 data: corpus -> sound, and tables of scores for train and test
#  2 SE baseline: nothing to do
#  3 leaderboard: tables -> train, valid (other systems and utterances), test
#  4 SQA: quality model trained on the leaderboard
#  5 SQA evaluation: its agreement with the published scores on unseen systems
# What is finished is not done again, what was interrupted goes on.
set -euo pipefail
# begin options
stage=1               # first stage to run
stop_stage=5          # last stage to run
size=default          # default, campaign, large, small or smoke: how much is made
nj=$(env -u OMP_NUM_THREADS nproc) # jobs at a time
ngpu=0                # GPUs of the training
expdir=exp            # folder for leaderboards, models and logs, in the recipe's
datadir=data          # folder for sound and tables, in the recipe's
download_dir=download # folder for what is fetched, in the recipe's; sizes may share it
python=python3        # one of your own is used instead of tools/venv
dry_run=false         # true: say what would be made, and make nothing
mos_dir=              # prepared listening tests, for more scores of listeners
from_dir=.            # where relative paths of --python and --mos_dir start
# end options
utils=$(dirname "${BASH_SOURCE[0]}")
. "${utils}/common.sh"
. "${utils}/steps.sh"
. "${utils}/layout.sh"
. "${utils}/assessor.sh"
. "${utils}/stages.sh"
. "${utils}/parse_options.sh"
(($# == 0)) || wrong_use "'$1': expected an option"
((stop_stage <= 5)) || wrong_use "--stop_stage ${stop_stage}: expected 1 to 5: this corpus has \
no speech to train enhancement on. Run stages 6 to 10 in another recipe, as egs/folders"
((1 <= stage && stage <= stop_stage)) ||
    wrong_use "--stage ${stage} --stop_stage ${stop_stage}: expected 1 to 5, in order"
. ./cmd.sh

max_jobs=${nj} threads=$((cpus < 4 ? cpus : 4)) # the latter of a training that runs alone
leaderboard=${expdir}/leaderboard
assessor=${expdir}/sqa/assessor

stage_1() {
    folders=() # filled by use_folders
    use_folders --mos_dir "${mos_dir}"
    claim "${datadir}/size" "${size}"
    claim "${datadir}/folders" "${folders[*]}"
    step "${train_cmd}" "${datadir}/tables" local/data.sh --output_dir "${datadir}" \
        --download_dir "${download_dir}" --size "${size}" --nj "${cpus}" \
        --python "${python}" "${folders[@]}"
}

stage_2() { log "nothing to do: the systems are those of others"; }

stage_3() {
    need_file "${datadir}/tables.done"
    import_set train --held_out_dir "${leaderboard}/valid"
    import_set test
}

# import_set SET OPTION...: its tables become a leaderboard
import_set() {
    run step "${train_cmd}" "${leaderboard}/$1" import_leaderboard --config conf/tables.yaml \
        --tables "${datadir}/tables/$1"/*.jsonl --output_dir "${leaderboard}/$1" "${@:2}"
}

stage_4() {
    need_file "${leaderboard}"/{train,test}.done
    train_assessor "${expdir}/sqa" 1
}

stage_5() {
    evaluate_assessor
    report_assessor
}

run_stages "${BASH_SOURCE[0]}"
