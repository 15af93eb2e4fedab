#!/usr/bin/env bash
# Runs a program whose work can be cut into N parts that are done side by side.
#
# Usage: in_shards.sh N LAUNCHER [--LAUNCHER_OPTION]... LOG PROGRAM [ARGUMENT...]
#   e.g. in_shards.sh 40 utils/slurm.sh --mem=4G exp/log/x.log python x.py --output exp/x
# LAUNCHER is run.sh or slurm.sh. It runs PROGRAM with three kinds of a further argument:
#   --shard 0/N     what has to be there before the parts
#   --shard K/N     the part K of 1 to N; it only keeps what it has made, for the last one
#   none            joins: what is kept already is not made again
# If a part fails, nothing is joined; started again, each part goes on where it was.
set -euo pipefail

parts=$1 launcher=("$2")
shift 2
while [[ "${1:-}" == --* ]]; do
    launcher+=("$1")
    shift
done
log=$1
shift

if ((parts > 1)); then
    echo "${parts} parts, see ${log%.log}.{1..${parts}}.log"
    for range in 0:0 "1:${parts}"; do
        "${launcher[@]}" "SHARD=${range}" "${log%.log}.SHARD.log" "$@" --shard "SHARD/${parts}"
    done
fi
"${launcher[@]}" "${log}" "$@"
