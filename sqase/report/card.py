"""README.md of an exported model, as the Hugging Face hub shows it."""

from collections.abc import Mapping

from sqase.report import guiding
from sqase.report.agreement import by_level
from sqase.report.tables import NOTHING, Rows, to_markdown

NOT_STATED = "Not stated by whoever exported this model. Ask before you rely on it."


def of_assessor(config: Mapping, evaluation: Mapping, license: str, data: str) -> str:
    """The card of an assessor.

    Args:
        config: see `sqase.sqa.assessor.Assessor`.
        evaluation: content of agreement.json; empty where there is none.
        license: of the weights, an id of the hub.
        data: what the model was trained on and under which licences; Markdown.
    """
    model = config["model"]
    rows: Rows = [["metric", "range", "better", "spread of its labels"]]
    for name, ends in model["heads"].items():
        scale = f"{ends['low']} to {ends['high']}"
        spread = f"{config['spread'][name]}"
        rows.append([name, scale, config["directions"][name], spread])
    return f"""{_head(license, "audio-classification", "speech-quality-assessment")}
# Speech quality assessor

Predicts metrics of a speech signal: without anything else (*blind*), or hearing the
noisy recording, the clean reference or, where there is none, the mean of what several
other enhancers made of the recording (*committee*) too. It is differentiable, so it can be a loss.
Made with sqase; front end `{model.get("backbone", "logmel")}`, 16 kHz.

{to_markdown(rows)}
## Use

ESPnet is not needed.

```python
from sqase import Assessor

assessor = Assessor.from_pretrained("this folder, or its name on the hub")
scores = assessor.score(wave, sample_rate)  # {{metric: value}}
loss = assessor.loss(enhanced).mean()  # (batch, time) at 16 kHz, in a training loop
```

## Agreement with the true metrics

{_agreement(evaluation)}
{guiding.render(by_level(evaluation), {})}
{_licences(license, data)}
## Limits

- Speech at 16 kHz, one channel. Other rates are resampled, channels are averaged;
  signals beyond 30 s are scored in parts, whose scores are averaged.
- A prediction is no measurement: do not report it in place of the true metric. For
  speakers, noises and systems unlike those of the training data it may be far off.
- An enhancer that is trained against it as it is soon learns to fool it. Retrain it in
  the loop, as the recipes do, and check the true metrics.
"""


def of_enhancer(license: str, data: str) -> str:
    """The card of an enhancer; the arguments are those of `of_assessor`."""
    return f"""{_head(license, "audio-to-audio", "espnet")}
# Speech enhancement model

Removes noise from speech. Made with sqase; a stock ESPnet enhancement model, 16 kHz,
one channel.

## Use

```bash
sqase-enhance recordings -o enhanced --model DIR
python -m espnet2.bin.enh_inference --train_config DIR/config.yaml \\
    --model_file DIR/model.pth --fs 16000 \\
    --data_path_and_name_and_type wav.scp,speech_mix,sound --output_dir OUT
```

{_licences(license, data)}
## Limits

- 16 kHz: what is above 8 kHz in the input is not in the output.
- For speakers, noises and rooms unlike those of the training data it may do harm.
"""


def _head(license: str, task: str, tag: str) -> str:
    """What the hub reads."""
    return f"""---
license: {license}
library_name: sqase
pipeline_tag: {task}
tags:
- audio
- speech-enhancement
- {tag}
---"""


def _licences(license: str, data: str) -> str:
    weights = NOT_STATED if license == "unknown" else f"`{license}`"
    return f"""## Training data

{data.strip() or NOT_STATED}

## Licences

- of these weights: {weights}
- of the code, sqase: Apache-2.0
"""


def _agreement(evaluation: Mapping) -> str:
    """A table for each mode."""
    modes = evaluation.get("modes", {})
    if not modes:
        return "Not measured.\n"
    head = ["metric", "n", "MSE", "LCC [95 %]", "SRCC", "KTAU", "LCC of systems"]
    parts = [
        "On unseen clips: of utterances, and of the means of systems. In brackets the "
        "95 % interval by bootstrap.\n"
    ]
    for mode, groups in modes.items():
        levels = groups["all"]
        rows: Rows = [head]
        for metric, figures in levels["utterance"].items():
            low_high = figures.get("lcc_ci95")
            interval = f" [{low_high[0]:.2f}, {low_high[1]:.2f}]" if low_high else ""
            cells = [_digits(figures[name]) for name in ("mse", "lcc", "srcc", "ktau")]
            cells[1] += interval
            system = _digits(levels["system"][metric]["lcc"])
            rows.append([metric, str(figures["n"]), *cells, system])
        parts.append(f"Mode {mode}:\n\n{to_markdown(rows)}")
    return "\n".join(parts)


def _digits(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3f}"
