"""Scores that are not computed here, but come with a corpus or from other programs.

`sqase.bin.import_labels` and `sqase.bin.import_leaderboard` bring them into labels; an
assessor may then have heads for them. Ranges are those of the scales.
"""

from sqase.metrics.base import Metric


def _metric(
    name: str,
    low: float,
    high: float,
    unit: str,
    notes: str,
    kind: str | None = None,
    direction: str = "higher",
) -> Metric:
    return Metric(
        name=name,
        kind=kind or ("non_intrusive" if unit == "MOS" else "intrusive"),
        direction=direction,
        low=low,
        high=high,
        unit=unit,
        package="",
        compute=None,
        notes=notes,
    )


MOS = _metric("mos", 1, 5, "MOS", "mean opinion of listeners")
NISQA_MOS = _metric("nisqa_mos", 1, 5, "MOS", "NISQA, Mittag et al. 2021")
UTMOS = _metric("utmos", 1, 5, "MOS", "UTMOS, Saeki et al. 2022")
SCOREQ = _metric("scoreq", 1, 5, "MOS", "SCOREQ, Ragano et al. 2024")
SPEECH_BERT_SCORE = _metric("sbert", 0, 1, "", "SpeechBERTScore, Saeki et al. 2024")
LPS = _metric("lps", 0, 1, "", "Levenshtein phoneme similarity, Pirklbauer 2023")
SPEAKER_SIMILARITY = _metric("spksim", -1, 1, "", "cosine of speaker embeddings")

# Seven opinions of one model, as the ITU-T P.804 test asks for them.
(
    SIGMOS_OVRL,
    SIGMOS_SIG,
    SIGMOS_NOISE,
    SIGMOS_COL,
    SIGMOS_DISC,
    SIGMOS_LOUD,
    SIGMOS_REVERB,
) = (
    _metric(f"sigmos_{word}", 1, 5, "MOS", "SIGMOS, ICASSP 2024 SIG challenge")
    for word in ("ovrl", "sig", "noise", "col", "disc", "loud", "reverb")
)

# What the URGENT challenges published: of the outputs at their own sampling rates, from
# 8 to 48 kHz, with other policies than the metrics of like names that are computed here.
URGENT = "as published by the URGENT challenges"
URGENT_DNSMOS_OVRL = _metric("urgent_dnsmos_ovrl", 1, 5, "MOS", f"DNSMOS {URGENT}")
URGENT_DISTILL_MOS = _metric("urgent_distill_mos", 1, 5, "MOS", f"Distill-MOS {URGENT}")
URGENT_PESQ = _metric("urgent_pesq", 1, 4.65, "MOS", f"PESQ {URGENT}", "intrusive")
URGENT_PESQ_C2 = _metric(
    "urgent_pesq_c2", 1, 4.65, "MOS", f"PESQ, Corrigendum 2, {URGENT}", "intrusive"
)
URGENT_ESTOI = _metric("urgent_estoi", -0.1, 1, "", f"ESTOI {URGENT}")
URGENT_SDR = _metric("urgent_sdr", -20, 35, "dB", f"SDR {URGENT}")
URGENT_LSD = _metric("urgent_lsd", 0, 50, "dB", f"LSD {URGENT}", direction="lower")
URGENT_MCD = _metric("urgent_mcd", 0, 30, "dB", f"MCD {URGENT}", direction="lower")
