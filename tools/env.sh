# shellcheck shell=bash
# Every path.sh is a link to this: which Python runs, and how it behaves.
sqase_root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
export PATH="${sqase_root}/tools/venv/bin:${PATH}"
export PYTHONPATH="${sqase_root}${PYTHONPATH:+:${PYTHONPATH}}" # for --python of your own
export LC_ALL=C                                               # Kaldi's sort order
export PYTHONUTF8=1                                           # file names in any script
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}"                # parallel by jobs, not threads
