"""The card of an exported model."""

import yaml

from sqase.report import card

CONFIG = {
    "model": {"heads": {"estoi": {"low": -0.1, "high": 1.0}}},
    "spread": {"estoi": 0.21},
    "directions": {"estoi": "higher"},
}


def evaluation(lcc: float | None) -> dict:
    figures = {"mse": 0.041, "lcc": lcc, "srcc": lcc, "ktau": lcc, "n": 60}
    ends = {} if lcc is None else {"lcc_ci95": [lcc - 0.1, lcc + 0.1]}
    levels = {"utterance": {"estoi": figures | ends}, "system": {"estoi": figures}}
    return {"modes": {"blind": {"all": levels}, "noisy": {"all": levels}}}


def test_the_card_of_an_assessor_has_its_facts():
    text = card.of_assessor(CONFIG, evaluation(0.773), "cc-by-4.0", "VCTK, CC BY 4.0\n")
    _, head, body = text.split("---\n", 2)
    assert yaml.safe_load(head)["license"] == "cc-by-4.0"
    assert "| estoi | -0.1 to 1.0 | higher | 0.21 |" in body
    row = "| estoi | 60 | 0.041 | 0.773 [0.67, 0.87] | 0.773 | 0.773 | 0.773 |"
    assert body.count(row) == 2 and "Mode noisy:" in body
    assert "\n## Training data\n\nVCTK, CC BY 4.0\n\n## Licences\n" in body
    assert "of these weights: `cc-by-4.0`" in body and "\n## Limits\n" in body


def test_what_is_not_known_is_said():
    text = card.of_assessor(CONFIG, {}, "unknown", "")
    assert "## Agreement with the true metrics\n\nNot measured.\n" in text
    assert text.count(card.NOT_STATED) == 2
    undefined = card.of_assessor(CONFIG, evaluation(None), "unknown", "")
    assert "| estoi | 60 | 0.041 | - | - | - | - |" in undefined


def test_the_card_of_an_enhancer_says_how_to_use_it():
    text = card.of_enhancer("mit", "my own")
    assert yaml.safe_load(text.split("---\n")[1])["pipeline_tag"] == "audio-to-audio"
    assert "sqase-enhance recordings" in text and "my own" in text
