"""Scores that are not computed here, but come with a corpus or from other programs.

`sqase.bin.import_labels` brings them into labels; an assessor may then have heads for
them. Ranges are those of the scales.
"""

from sqase.metrics.base import Metric


def _metric(name: str, low: float, high: float, unit: str, notes: str) -> Metric:
    return Metric(
        name=name,
        kind="non_intrusive" if unit == "MOS" else "intrusive",
        direction="higher",
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
