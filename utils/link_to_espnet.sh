#!/usr/bin/env bash
# Shows a recipe among those of an ESPnet clone: egs2/<corpus>/enh1 becomes a link to it.
#
# Usage: utils/link_to_espnet.sh ESPNET RECIPE
#   e.g. utils/link_to_espnet.sh ~/espnet egs/folders
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
(($# == 2)) || die "expected ESPNET RECIPE, got $# words. See $0"
[[ -d "$1/egs2/TEMPLATE" ]] || die "$1: expected an ESPnet clone, got no egs2/TEMPLATE in it"
[[ -x "$2/run.sh" ]] || die "$2: expected a recipe, got no run.sh in it"
recipe=$(realpath -- "$2")
link=$1/egs2/$(basename "${recipe}")/enh1
if [[ -e "${link}" || -L "${link}" ]]; then # of ESPnet's own, or made before
    [[ "$(realpath -- "${link}")" == "${recipe}" ]] || link=$(dirname "${link}")/enh1_sqase
fi
mkdir -p "$(dirname "${link}")"
ln -sfn -- "${recipe}" "${link}"
log "${link} -> ${recipe}"
