"""Adapt an enhancer to a new place by recordings of it, without one clean file.

The model is trained on: on the recordings it is drawn to the mean of what itself, as it
was, and published enhancers make of them, and beside them it sees pairs with a reference,
so that it does not forget. These are mixed from --clean_dir and --noise_dir or, without these, from
synthetic voices; speech and noise like those of the recordings are better.

A part of the recordings and of the pairs is kept back. Of the epochs, the last that is
no worse on such pairs is taken; that and what the recordings gain is told in ADAPTED.md.
Where each epoch is worse, no model is written.

The output folder is a model as stage 2 of a recipe leaves it (`config.yaml`,
`selected.pth`): sqase-enhance --model takes it, sqase-export makes it stock.
Interrupted, it goes on where it was.
"""

from __future__ import annotations

import argparse
import os
from contextlib import redirect_stderr
from pathlib import Path

import sqase
from sqase.bin import add_jobs_option, cli

CONFIG = Path(sqase.__file__).parents[1] / "egs/TEMPLATE/conf/adapt.yaml"
EXAMPLE = """examples:
  sqase-adapt recordings -o adapted
  sqase-adapt recordings -o adapted --clean_dir speech --noise_dir noise
  sqase-enhance recordings -o enhanced --model adapted
"""


def get_parser() -> argparse.ArgumentParser:
    """Options of this program."""
    parser = argparse.ArgumentParser(
        prog="sqase-adapt",
        description=__doc__,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("recordings", type=Path, help="<group>/[<speaker>/]<file>, of any rate")
    add("-o", "--output_dir", type=Path, required=True)
    add(
        "--model", default="packaged", help="one that ESPnet's enhancement task trained"
    )
    add(
        "--clean_dir",
        type=Path,
        help="clean speech for the pairs: <speaker>/.../<file>",
    )
    add("--noise_dir", type=Path, help="noise for them: <kind>/.../<file>")
    add(
        "--pairs_dir",
        type=Path,
        help="their data directories, train and valid, instead",
    )
    add("--anchor_only", action="store_true", help="the control: no committee")
    add("--config", type=Path, default=CONFIG, help="settings; default: %(default)s")
    add("--size", default="default", help="default or smoke")
    add("--set", nargs="*", default=[], help="key=value overrides")
    add("--seed", type=int, default=1)
    add("--ngpu", type=int, default=0)
    add_jobs_option(parser, "processes; default: as many as there are cores")
    parser.set_defaults(nj=len(os.sched_getaffinity(0)))
    return parser


@cli
def main(argv=None) -> None:
    """Cut, mix, train, choose, tell."""
    parser = get_parser()
    args = parser.parse_args(argv)
    if (args.clean_dir is None) != (args.noise_dir is None):
        parser.error("expected --clean_dir and --noise_dir together, got one of them")
    from sqase.data.heard import keep_heard
    from sqase.data.listings import read_scp
    from sqase.data.rows import choose_rows
    from sqase.pretrained import ASSESSOR
    from sqase.runtime import config
    from sqase.runtime.atomic import is_done, mark_done, replacing
    from sqase.runtime.progress import watched
    from sqase.runtime.provenance import digest_file
    from sqase.report import adapted
    from sqase.simulation.build import build_recordings
    from sqase.tasks.adaptation import start_from
    from sqase.tasks.arms import arm_settings, hears_committee, lay_rows
    from sqase.tasks.enhance import Enhancer, enhance_by_committee, load_enhancer
    from sqase.tasks.enhancement import GuidedEnhancementTask
    from sqase.tasks.rehearsal import make_pairs, warn_of_noise
    from sqase.tasks.selection import (
        START,
        epochs_of,
        keep_start,
        latest,
        mark_selected,
        score_outputs,
        validation_scores,
    )
    from sqase.tasks.training import enhancement_files, train
    from sqase.tasks.unit import digest_settings

    settings = config.load(args.config, args.size, args.set)
    adaptation, arm = settings.pop("adaptation"), settings.pop("arm")
    arm = "placebo_real" if args.anchor_only else arm
    network, weights = start_from(args.model, settings["sample_rate"])
    settings |= network
    output = args.output_dir
    facts = {"arm": arm, "seed": args.seed, "start": digest_file(weights)}
    digest = digest_settings({**settings, **adaptation, **facts})
    recordings, pairs = output / "recordings", args.pairs_dir or output / "pairs"
    build_recordings(args.recordings, adaptation["recordings"], recordings, args.nj)
    if args.pairs_dir is None:
        folders = args.clean_dir, args.noise_dir
        make_pairs(*folders, adaptation["pairs"], pairs, args.nj)
    if is_done(output, digest):
        return
    if args.clean_dir or args.pairs_dir:
        warn_of_noise(pairs / "valid", args.nj)
    rows = {False: pairs / "train", True: recordings / "train_real"}
    for real, folder in rows.items():
        noisy = choose_rows(read_scp(folder / "wav.scp"), settings["utterances"])
        if hears_committee(settings, arm, real=real):
            made = output / "committee" / folder.name
            if not is_done(made, digest):
                enhance_by_committee(None, noisy, made, args.nj)
                mark_done(made, digest)
    lay_rows(settings, arm, *rows.values(), output / "committee", output)
    epochs = settings["max_epoch"]
    with (
        watched(output, "[1-9]*epoch.pth", "training", epochs, "epochs"),
        (output / "train.log").open("a", encoding="utf-8") as log,
        redirect_stderr(log),
    ):
        train(
            GuidedEnhancementTask,
            arm_settings(
                settings,
                arm,
                baseline=weights,
                assessor=Path(ASSESSOR),
                leaderboard=None,
                output_dir=output,
                seed=args.seed,
            ),
            enhancement_files(output / "data"),
            enhancement_files(pairs / "valid"),
            output,
            seed=args.seed,
            ngpu=args.ngpu,
        )
    keep_start(output, weights)
    keep_heard(Path(weights).parent, output)
    allowed = adaptation["forgotten"]
    found = validation_scores(
        output, epochs_of(output), pairs / "valid", list(allowed), args.nj
    )
    epoch = latest(found, allowed)
    enhancers = {
        adapted.BEFORE: Enhancer(output, f"{START}epoch.pth"),
        adapted.AFTER: Enhancer(output, f"{epoch or max(found)}epoch.pth"),
    }
    kept_back = pairs / "valid", recordings / "real"
    of_pairs = score_outputs(enhancers, kept_back[0], adapted.PAIRS, args.nj)
    enhancers[adapted.COMMITTEE] = load_enhancer(adapted.COMMITTEE)
    of_real = score_outputs(enhancers, kept_back[1], adapted.RECORDINGS, args.nj)
    text = adapted.describe(kept_back[1], of_real, kept_back[0], of_pairs)
    with replacing(output / "ADAPTED.md") as part:
        part.write_text(text, encoding="utf-8")
    print(text)
    if epoch == START:
        raise ValueError(
            f"{output}: expected a model that is no worse than {args.model} on the "
            "pairs kept back, got none of any epoch: see ADAPTED.md there. Nothing was "
            "written that can be used. Give speech and noise like those of the "
            "recordings (--clean_dir, --noise_dir), or more recordings"
        )
    mark_selected(output, epoch)
    mark_done(output, digest)
    print(f"adapted model: {output}, epoch {epoch}")


if __name__ == "__main__":
    main()
