"""True quality metrics: numpy signals in, a number or null-with-reason out.

One metric, or one family computed in one pass, is one file here and one line in
``METRICS``. A file defines ``Metric`` objects (see ``base``) whose ``compute`` takes
``(reference, enhanced, sample_rate)``; ``score`` adds what all metrics share: the
checks of the signals, the clamp to the metric's range, null with a reason. Each file's
docstring shows worked values (see ``worked``).
"""

from sqase.metrics.base import SAMPLE_RATE, Metric, Score, Unscorable
from sqase.metrics.scoring import fingerprint, score, version
from sqase.runtime.lookup import Table

METRICS = Table(
    "metric",
    {
        "pesq_wb": "sqase.metrics.pesq:PESQ_WB",
        "pesq_nb": "sqase.metrics.pesq:PESQ_NB",
        "csig": "sqase.metrics.composite:CSIG",
        "cbak": "sqase.metrics.composite:CBAK",
        "covl": "sqase.metrics.composite:COVL",
        "stoi": "sqase.metrics.stoi:STOI",
        "estoi": "sqase.metrics.stoi:ESTOI",
        "si_snr": "sqase.metrics.si_snr:SI_SNR",
        "sdr": "sqase.metrics.sdr:SDR",
        "lsd": "sqase.metrics.lsd:LSD",
        "mcd": "sqase.metrics.mcd:MCD",
        "dnsmos_sig": "sqase.metrics.dnsmos:SIG",
        "dnsmos_bak": "sqase.metrics.dnsmos:BAK",
        "dnsmos_ovrl": "sqase.metrics.dnsmos:OVRL",
        "dnsmos_p808": "sqase.metrics.dnsmos:P808",
        "srmr": "sqase.metrics.srmr:SRMR",
        "distill_mos": "sqase.metrics.distill_mos:DISTILL_MOS",
        "mos": "sqase.metrics.imported:MOS",
        "nisqa_mos": "sqase.metrics.imported:NISQA_MOS",
        "utmos": "sqase.metrics.imported:UTMOS",
        "scoreq": "sqase.metrics.imported:SCOREQ",
        "sbert": "sqase.metrics.imported:SPEECH_BERT_SCORE",
        "lps": "sqase.metrics.imported:LPS",
        "spksim": "sqase.metrics.imported:SPEAKER_SIMILARITY",
        "sigmos_ovrl": "sqase.metrics.imported:SIGMOS_OVRL",
        "sigmos_sig": "sqase.metrics.imported:SIGMOS_SIG",
        "sigmos_noise": "sqase.metrics.imported:SIGMOS_NOISE",
        "sigmos_col": "sqase.metrics.imported:SIGMOS_COL",
        "sigmos_disc": "sqase.metrics.imported:SIGMOS_DISC",
        "sigmos_loud": "sqase.metrics.imported:SIGMOS_LOUD",
        "sigmos_reverb": "sqase.metrics.imported:SIGMOS_REVERB",
        "urgent_dnsmos_ovrl": "sqase.metrics.imported:URGENT_DNSMOS_OVRL",
        "urgent_distill_mos": "sqase.metrics.imported:URGENT_DISTILL_MOS",
        "urgent_pesq": "sqase.metrics.imported:URGENT_PESQ",
        "urgent_pesq_c2": "sqase.metrics.imported:URGENT_PESQ_C2",
        "urgent_estoi": "sqase.metrics.imported:URGENT_ESTOI",
        "urgent_sdr": "sqase.metrics.imported:URGENT_SDR",
        "urgent_lsd": "sqase.metrics.imported:URGENT_LSD",
        "urgent_mcd": "sqase.metrics.imported:URGENT_MCD",
    },
)

__all__ = [
    "METRICS",
    "SAMPLE_RATE",
    "Metric",
    "Score",
    "Unscorable",
    "computed",
    "fingerprint",
    "ranges",
    "score",
    "version",
]


def computed() -> list[str]:
    """The metrics that are computed here; the others come with labels alone."""
    return [name for name in METRICS if METRICS.load(name).compute]


def ranges() -> dict[str, tuple[float, float]]:
    """Metric -> least and greatest value that a label of it can have."""
    return {name: ((metric := METRICS.load(name)).low, metric.high) for name in METRICS}
