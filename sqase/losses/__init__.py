"""Losses of an enhancer, usable in any torch loop (no ESPnet).

A loss is called `loss(reference, enhanced, ...)` with waveforms (batch, time) at
16 kHz, `reference` None where there is none, and returns (batch,), lower is better.
Add a file here and a line below.
"""

from sqase.runtime.lookup import Table

LOSSES = Table(
    "loss",
    {
        "compressed_spectrum": "sqase.losses.compressed_spectrum:CompressedSpectrum",
        "formulas": "sqase.losses.formulas:FormulaLoss",
        "multi_resolution_l1": "sqase.losses.multi_resolution_l1:MultiResolutionL1",
        "sqa": "sqase.losses.sqa:SQALoss",
    },
)
