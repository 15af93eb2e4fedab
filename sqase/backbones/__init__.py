"""Front ends of the quality model: waveforms in, frame features out.

A backbone is a `torch.nn.Module` built as `Backbone(**conf)` with

    dim: int                     features per frame
    forward(speech, second, has_second, lengths) -> (features, frames)

        speech      (batch, time) float32, 16 kHz, level already normalised
        second      (batch, time) a second signal to compare with, or zeros
        has_second  (batch,) bool; rows without one must not depend on `second`
        lengths     (batch,) valid samples
        features    (batch, frames, dim), zero beyond the valid frames
        frames      (batch,) valid frames

and, where building it fetches weights,

    without_weights: dict        the arguments that do not, for a checkpoint to fill

Padding a row further must not change its valid features, and the gradient must
reach every valid sample of `speech`. Add a file here and a line below.
"""

from sqase.runtime.lookup import Table

BACKBONES = Table(
    "backbone",
    {
        "logmel": "sqase.backbones.logmel:LogMel",
        "wavlm": "sqase.backbones.wavlm:WavLM",
    },
)
