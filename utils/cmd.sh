# shellcheck shell=bash
# Sourced by the pipeline: what runs its jobs. This is the file to edit for a cluster.
# Each command is called as: COMMAND [JOB=1:N] LOG PROGRAM [ARGUMENT...]

cmd_backend=local # or slurm

case "${cmd_backend}" in
    local) # a step is a process with --nj workers
        export shards=1 cpus="${nj:?}"
        export train_cmd=../../utils/run.sh  # simulation, labelling
        export cuda_cmd=../../utils/run.sh   # training
        export decode_cmd=../../utils/run.sh # enhancement, scoring
        ;;
    slurm) # a step is a job, or an array of them with --nj at a time; options of sbatch
        export shards="${nj:?}" # jobs that a step is cut into, where it can be
        export cpus=4           # processors of a job
        slurm="../../utils/slurm.sh --max-jobs-run=${nj} --nodes=1 --cpus-per-task=${cpus}"
        export train_cmd="${slurm} --mem-per-cpu=2G --time=1-0"
        export cuda_cmd="${slurm} --mem-per-cpu=4G --time=3-0"
        ((${ngpu:?} == 0)) || cuda_cmd+=" --gres=gpu:${ngpu}" # and, e.g., --partition=gpu
        export decode_cmd="${slurm} --mem-per-cpu=2G --time=1-0"
        ;;
    *)
        echo "cmd.sh: cmd_backend: expected local or slurm, got '${cmd_backend}'" >&2
        exit 2
        ;;
esac
