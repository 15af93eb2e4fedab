"""Search for a small change of a signal that raises what an assessor predicts.

How far an enhancer could fool its judge: the change lies in an L2 ball around the
signal, too quiet to matter for the true metric. `attack` looks for the worst case,
`flatter` for a bad one at little cost, to train the judge on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch

from sqase.sqa.assessor import Assessor
from sqase.sqa.clips import Batch
from sqase.sqa.model import SQAModel

STEP_SIZES = (0.03, 0.1, 0.3)  # of the ball's radius
RESTARTS = 2  # the signal itself, and a random point of the ball


def attack(
    assessor: Assessor,
    speech: torch.Tensor,
    metric: str,
    *,
    steps: Sequence[int],
    snr_db: float,
    generator: torch.Generator,
) -> dict[int, torch.Tensor]:
    """Projected gradient ascent on a head's logit, the best of several runs.

    Steps follow the normalised gradient (Madry et al., "Towards deep learning models
    resistant to adversarial attacks", ICLR 2018); every step size starts once from
    each start. The logit, before the range activation, has a gradient everywhere.

    Args:
        assessor: heard blind.
        speech: (batch, time) at 16 kHz.
        metric: name of the head; raised if higher is better, lowered if not.
        steps: numbers of steps after which results are wanted.
        snr_db: energy of the signal over that of the largest change.
        generator: CPU generator of the random starts.

    Returns:
        number of steps -> (batch, time): for each row the best signal found by then.
    """
    column = assessor.metrics.index(metric)
    sign = assessor.sign(metric)
    radius = _radius(speech, snr_db)

    def logit(signal: torch.Tensor) -> torch.Tensor:
        return sign * assessor.model.logits(signal)[:, column]

    def raised(change: torch.Tensor) -> torch.Tensor:
        return logit(speech + change)

    best = {count: (speech.clone(), logit(speech).detach()) for count in steps}
    for size in STEP_SIZES:
        for restart in range(RESTARTS):
            change = torch.zeros_like(speech)
            if restart:
                change = torch.randn(speech.shape, generator=generator).to(speech)
                change = _normalised(change) * radius
            for step in range(1, max(steps) + 1):
                change = _step(change, raised, radius, size * radius)
                if step in steps:
                    _keep_better(best, step, speech + change, logit)
    counts = sorted(steps)
    for fewer, more in zip(counts, counts[1:]):
        _keep_better(best, more, best[fewer][0], logit)
    return {count: signal for count, (signal, _) in best.items()}


def flatter(
    assessor: Assessor,
    clips: Batch,
    mode: torch.Tensor,
    metrics: Sequence[str],
    *,
    steps: int = 3,
    snr_db: float = 20.0,
) -> torch.Tensor:
    """Clips changed so that several heads at once predict better scores.

    Args:
        assessor: frozen.
        clips: on its device.
        mode: (batch,) in which it hears them.
        metrics: names of the heads, which count alike.
        steps: along the normalised gradient of the logits, of equal length.
        snr_db: at least, energy of the signal over that of the change.

    Returns:
        (batch, time)
    """
    sign = [assessor.sign(m) * (m in metrics) for m in assessor.metrics]
    weight = torch.tensor(sign, dtype=torch.float32, device=clips.speech.device)
    speech, second = clips.speech, clips.second(mode)

    def raised(change: torch.Tensor) -> torch.Tensor:
        logits = assessor.model.logits(speech + change, clips.lengths, second, mode)
        return logits @ weight

    radius = _radius(speech, snr_db)
    change = torch.zeros_like(speech)
    for _ in range(steps):
        change = _step(change, raised, radius, radius / steps)
    return speech + change


def nudge(
    model: SQAModel,
    speech: torch.Tensor,
    lengths: torch.Tensor,
    *,
    snr_db: float,
    generator: torch.Generator,
    steps: int = 3,
) -> torch.Tensor:
    """A short attack on a head drawn for each row, up or down, for training.

    Args:
        model: heard blind; its weights get no gradient.
        speech: (batch, time); zeros beyond the valid samples.
        lengths: (batch,) valid samples.
        snr_db: at least, energy of the signal over that of the change.
        generator: CPU generator of heads, directions and starts.
        steps: along the normalised gradient, together as long as the ball's radius.

    Returns:
        (batch, time), without a graph.
    """
    rows = len(speech)
    draw = torch.randint(2 * len(model.metrics), (rows,), generator=generator)
    column, sign = (draw // 2).to(speech.device), (2 * (draw % 2) - 1).to(speech)
    valid = torch.arange(speech.shape[1], device=speech.device) < lengths[:, None]

    def raised(change: torch.Tensor) -> torch.Tensor:
        logits = model.logits(speech + change, lengths)
        return sign * logits.gather(1, column[:, None]).squeeze(1)

    radius = _radius(speech, snr_db)
    change = torch.randn(speech.shape, generator=generator).to(speech) * valid
    change = 0.5 * radius * _normalised(change)
    for _ in range(steps):
        change = _step(change, raised, radius, radius / steps)
    return speech + change


def _step(
    change: torch.Tensor,
    objective: Callable[[torch.Tensor], torch.Tensor],
    radius: torch.Tensor,
    length: torch.Tensor,
) -> torch.Tensor:
    """The change after one step up the gradient and back into the ball, detached."""
    change = change.requires_grad_(True)
    (gradient,) = torch.autograd.grad(objective(change).sum(), change)
    change = change.detach() + length * _normalised(gradient)
    far = change.norm(dim=1, keepdim=True) / radius.clamp(min=1e-20)
    return change / far.clamp(min=1.0)


def _radius(speech: torch.Tensor, snr_db: float) -> torch.Tensor:
    """(batch, 1) L2 norm of a change that is `snr_db` under the signal."""
    return speech.norm(dim=1, keepdim=True) * 10 ** (-snr_db / 20)


def _normalised(signal: torch.Tensor) -> torch.Tensor:
    return signal / signal.norm(dim=1, keepdim=True).clamp(min=1e-20)


@torch.no_grad()
def _keep_better(best: dict, count: int, signal: torch.Tensor, logit) -> None:
    """Replace the rows of `best[count]` that this signal beats."""
    kept, values = best[count]
    new = logit(signal)
    better = new > values
    best[count] = (
        torch.where(better[:, None], signal, kept),
        torch.where(better, new, values),
    )
