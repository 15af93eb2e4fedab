# shellcheck shell=bash
# Sourced by the pipeline: a trained model adapted to recordings of a new place.

# adapt_model: --adapt_from on --real_dir; no stage but those that made the assessor
adapt_model() {
    local -x OMP_NUM_THREADS=${threads:?}
    local model output
    folders=() # filled by use_folders
    use_folders --real_dir "${real_dir:?}"
    model=$(given_model --adapt_from "${adapt_from:?}")
    need_file "${assessor:?}.done" "${leaderboard:?}/train/labels.jsonl.done"
    output=${expdir:?}/adapted/$(basename "${folders[1]}")
    claim "${output}/from" "${model} ${folders[1]}"
    run step "${cuda_cmd:?}" "${output}" adapt --config conf/adapt.yaml --size "${size:?}" \
        --model "${model}" "${folders[@]}" --assessor "${assessor}" \
        --leaderboard "${leaderboard}/train" --output_dir "${output}" \
        --ngpu "${ngpu:?}" --nj "${cpus:?}"
    log "adapted model: ${output} (config.yaml, selected.pth)"
}
