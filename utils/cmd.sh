# shellcheck shell=bash
# Sourced by the pipeline: what runs its jobs. This is the file to edit for a cluster.
# Each command is called as: COMMAND [JOB=1:N] LOG PROGRAM [ARGUMENT...]

cmd_backend=local

case "${cmd_backend}" in
    local)
        export train_cmd=../../utils/run.sh  # simulation, labelling
        export cuda_cmd=../../utils/run.sh   # training
        export decode_cmd=../../utils/run.sh # enhancement, scoring
        ;;
    *)
        echo "cmd.sh: cmd_backend: expected local, got '${cmd_backend}'" >&2
        exit 2
        ;;
esac
