"""Seconds an update of the arms of a campaign."""

import torch

from sqase.runtime import config
from sqase.tasks.arms import arm_settings
from sqase.tasks.enhancement import GuidedEnhancementTask
from sqase.tasks.training import enhancement_files, train

NETWORK = ("encoder", "separator", "decoder", "model", "sample_rate", "batch_size")


def seconds_an_update(campaign, arm: str, bfloat16: bool, updates: int) -> float:
    """Mean over the second of two epochs of so many updates; a baseline trained just
    before is what the others start from.

    Args:
        campaign: see test/gpu/campaign.py.
        arm: "baseline", "frozen" or "refreshed".
        bfloat16: or float32.
        updates: of an epoch.
    """
    from campaign import BASELINE, GUIDED, ROOT

    brief = ["max_epoch=2", f"num_iters_per_epoch={updates}", f"bfloat16={bfloat16}"]
    settings = config.load(BASELINE, campaign.size, brief)
    folder = campaign.work / f"speed/{arm}-{bfloat16}"
    if arm != "baseline":
        network = {
            name: value
            for name, value in settings.items()
            if name.removesuffix("_conf") in NETWORK or name == "bfloat16"
        }
        guided = config.load(GUIDED, campaign.size, brief[:2])
        settings = arm_settings(
            {**guided, **network},
            arm,
            baseline=campaign.work / f"speed/baseline-{bfloat16}/2epoch.pth",
            assessor=ROOT / "sqase/pretrained/assessor",
            leaderboard=campaign.leaderboard,
            output_dir=folder,
            seed=1,
        )
    train(
        GuidedEnhancementTask,
        settings,
        enhancement_files(campaign.data / "train"),
        enhancement_files(campaign.data / "valid"),
        folder,
        seed=1,
        ngpu=campaign.ngpu,
    )
    state = torch.load(folder / "checkpoint.pth", "cpu", weights_only=False)
    phase = state["reporter"]["stats"][2]["train"]
    return phase["time"].total_seconds() / updates
