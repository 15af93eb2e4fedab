#!/usr/bin/env bash
# Makes tools/venv: Python 3.11 with every package of tools/{requirements,published}.txt.
#
# Usage: tools/install.sh
# Reads these two files; writes only tools/venv. Needs no root. Interrupted, it goes on
# where it stopped; a finished environment is recognised at once.
set -euo pipefail
(( $# == 0 )) || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
cd "$(dirname "${BASH_SOURCE[0]}")"

python=venv/bin/python
marker=venv/.installed  # holds the digest of what was installed; written last
pip_version=25.3        # newer than 26.2 cannot build ci_sdr
cpu_index=https://download.pytorch.org/whl/cpu

log() { echo "install.sh: $*"; }

# One apt-get line for everything that Debian has to provide.
check_debian_packages() {
    local missing=()
    local has_header='import os, sysconfig as s
raise SystemExit(not os.path.exists(s.get_paths()["include"] + "/Python.h"))'
    command -v python3.11 >/dev/null || missing+=(python3.11)
    python3.11 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3.11-venv)
    python3.11 -c "${has_header}" 2>/dev/null || missing+=(python3.11-dev)
    command -v gcc >/dev/null || missing+=(gcc)
    command -v git >/dev/null || missing+=(git)
    (( ${#missing[@]} )) || return 0
    echo "install.sh: this machine lacks ${missing[*]}. As root, run" >&2
    echo "    apt-get install -y ${missing[*]}" >&2
    exit 1
}

has_nvidia_gpu() { command -v nvidia-smi >/dev/null && nvidia-smi -L >/dev/null 2>&1; }

# --no-compile: the few modules that are used are compiled when first imported.
pip_install() { "${python}" -m pip install --quiet --no-compile "$@"; }

# Without a GPU the CPU build is wanted, 5 GB smaller. It comes from an index that pip
# is already configured with, or from PyTorch's own; where that cannot be reached,
# PyPI's CUDA build serves: it runs on CPUs, too.
install_torch() {
    local torch
    torch=$(grep '^torch==' requirements.txt)
    if ! has_nvidia_gpu; then
        log "no NVIDIA GPU found: the CPU build of ${torch}"
        pip_install -c requirements.txt "${torch}+cpu" 2>/dev/null && return
        pip_install -c requirements.txt "${torch}+cpu" --extra-index-url "${cpu_index}" \
            --retries 1 --timeout 10 && return
        log "no CPU build can be reached: the CUDA build instead, which is larger"
    fi
    pip_install -c requirements.txt "${torch}"
}

# PyPI's torchaudio links its compiled part against a CUDA torch. Beside a CPU torch it
# cannot be loaded and is left out; resampling, the part in use, is plain Python.
drop_cuda_torchaudio() {
    local cuda site
    cuda=$("${python}" -c 'import torch; print(torch.version.cuda or "")')
    [[ -n "${cuda}" ]] && return
    site=$("${python}" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
    rm -f "${site}"/torchaudio/lib/*.so
}

check_debian_packages
exec 9>.install.lock
flock 9 # a second start waits for the first
digest=$(cat requirements.txt published.txt install.sh ../setup.py | sha256sum | cut -d ' ' -f 1)
if [[ -e "${marker}" && "$(<"${marker}")" == "${digest}" ]]; then
    log "already done: tools/${marker}"
    exit 0
fi
if [[ -L venv ]]; then
    echo "install.sh: tools/venv is a link to $(readlink venv), whose package sqase is that" \
        "of another checkout. Remove the link: this one then gets an environment of its own" >&2
    exit 1
fi

SECONDS=0
rm -f "${marker}"
log "making tools/venv (a few minutes, under 2 GB without a GPU)"
"${python}" -m pip --version >/dev/null 2>&1 || python3.11 -m venv --clear venv
pip_install "pip==${pip_version}"
install_torch
log "the other $(grep -c '==' requirements.txt) packages"
pip_install --no-deps -r requirements.txt
drop_cuda_torchaudio
log "the enhancers of others"
pip_install --no-deps --require-hashes --only-binary :all: -r published.txt
pip_install --no-deps --no-build-isolation -e ..
"${python}" check_install.py
echo "${digest}" >"${marker}"
log "done in ${SECONDS} s"
