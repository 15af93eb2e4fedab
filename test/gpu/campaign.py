"""One GPU, one command: tests, seconds an update, a large baseline, its guided pair.

Usage: python3 test/gpu/campaign.py PACKED RESULTS [--seconds 520] [--rehearse]
    [--pair_seconds 100]
PACKED is what test/gpu/pack.py made. If it holds `before/`, the results of a campaign
that was cut short, this one goes on from there. RESULTS gets, as they come,

    tests.log                                 what the tests beside this file found
    figures.json                              the machine, seconds an update, plans
    {baseline,placebo,refreshed}.tar          an experiment directory, of one epoch
    campaign.log                              what was done when

each written whole. --pair_seconds 0 leaves the pair out. --rehearse does all of it on the
CPU, at a hundredth of the length.
"""

import argparse
import functools
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONF = ROOT / "egs/folders/conf"
HERE = Path(__file__).resolve().parent
BASELINE = CONF / "tuning/se_band_split_1d.yaml"
GUIDED = CONF / "tuning/se_guided_1c.yaml"
LABELS = "pesq_wb stoi estoi si_snr sdr"
ARMS = ("placebo", "refreshed")
AFTER_S = 35  # of a training: its checkpoints scored, its process started
TESTS_S = 90
LEAST_S = 60  # a baseline that would get less is not begun
RESERVE_S = 10  # before the end, when a training that still runs is ended


def use_wheels(packed: Path) -> None:
    """Start again with the packages that this machine lacks."""
    wheels = sorted(map(str, (packed / "wheels").glob("*.whl")))
    if not wheels or "CAMPAIGN_BEGAN" in os.environ:
        return
    os.environ["CAMPAIGN_BEGAN"] = str(time.time())
    site = tempfile.mkdtemp()
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run([*pip, "--no-compile", "--target", site, *wheels], check=True)
    os.environ["PYTHONPATH"] = os.pathsep.join([site, str(ROOT)])
    os.execv(sys.executable, [sys.executable, *sys.argv])


class Campaign:
    """What there is to know, and the steps in turn."""

    def __init__(self, args: argparse.Namespace):
        import torch

        self.packed, results = args.packed.resolve(), args.results.resolve()
        self.results, self.rehearse = results, args.rehearse
        began = float(os.environ.get("CAMPAIGN_BEGAN", time.time()))
        self.scale = 0.01 if self.rehearse else 1.0
        self.end, self.pair_s = began + args.seconds, args.pair_seconds * self.scale
        self.size = "smoke" if self.rehearse else "default"
        self.ngpu = int(torch.cuda.is_available())
        if not (self.ngpu or self.rehearse):
            raise SystemExit("campaign.py: expected a GPU, got none. Use --rehearse")
        self.work = Path(tempfile.mkdtemp())
        self.data = self.work / "data"
        self.leaderboard = self.work / "leaderboard/train"
        self.cpus = len(os.sched_getaffinity(0))
        results.mkdir(parents=True, exist_ok=True)
        device = torch.cuda.get_device_name() if self.ngpu else "cpu"
        self.figures = {"device": device, "torch": torch.__version__}

    def say(self, text: str) -> None:
        line = f"{self.end - time.time():6.1f} s left: {text}"
        print(line, flush=True)
        with (self.results / "campaign.log").open("a", encoding="utf-8") as log:
            log.write(line + "\n")

    def note(self, **figures) -> None:
        self.figures |= figures
        text = json.dumps(self.figures, indent=1)
        part = self.results / "figures.json.part"
        part.write_text(text, encoding="utf-8")
        part.replace(self.results / "figures.json")
        self.say(json.dumps(figures))

    def run(self) -> None:
        """Everything, as far as time goes."""
        self.take_up()
        self.make_data()
        if "tests" not in self.figures:
            self.test()
        self.measure()
        todo = [arm for arm in ARMS if self.pair_s and not self.is_done(arm)]
        later = self.pair_s + AFTER_S * self.scale if todo else 0.0
        seconds = self.end - time.time() - later
        if not self.is_done("baseline") and seconds > LEAST_S:
            self.train_baseline(seconds)
        if self.is_done("baseline") and todo:
            self.train_pair(todo)
        self.say("done")
        shutil.rmtree(self.work)

    def is_done(self, name: str) -> bool:
        return (self.work / name / "unit.json").exists()

    def take_up(self) -> None:
        """Unpack the results of a campaign that was cut short; figures, if of the
        same device."""
        before = self.packed / "before/figures.json"
        figures = json.loads(before.read_text()) if before.exists() else {}
        if figures.get("device") == self.figures["device"]:
            self.note(**figures)
        for name in ("baseline", *ARMS):
            archive = self.packed / "before" / f"{name}.tar"
            if archive.exists():
                shutil.unpack_archive(archive, self.work / name)
                shutil.copy(archive, self.results)
                self.say(f"{name}: taken up")

    def make_data(self) -> None:
        """Data directories, and a leaderboard that refreshes look back at."""
        from sqase.bin import label_data, make_leaderboard
        from sqase.runtime import config
        from sqase.simulation.build import build

        count = 16 if self.rehearse else 1500
        counts = {"train": count, "valid": 40, "test": 5, "test_large": 5}
        brief = [f"sets.{name}.count={n}" for name, n in counts.items()]
        brief.append("shares={train: 0.93, valid: 0.05, test: 0.02}")
        if self.rehearse:
            brief += ["sets.valid.count=5", "clip_seconds=1.0"]
        folders = {kind: self.packed / kind for kind in ("clean", "noise", "rir")}
        settings = config.load(CONF / "data.yaml", "default", brief)
        build(folders, settings, self.data, nj=self.cpus)
        scale = "smoke" if self.rehearse else "small"
        board = ["--config", str(HERE / "leaderboard.yaml"), "--size", scale]
        make_leaderboard.main(
            [*board, "--data_dir", str(self.data / "train")]
            + ["--enhanced", f"baseline_e1={self.data / 'train/spk1.scp'}"]
            + ["--output_dir", str(self.leaderboard)]
        )
        label_data.main(
            ["--data_dir", str(self.leaderboard), "--metrics", LABELS]
            + ["--cache", str(self.work / "labels.sqlite"), "--nj", str(self.cpus)]
            + ["--output", str(self.leaderboard / "labels.jsonl")]
        )
        self.say("data: made")

    def test(self) -> None:
        """(a) What runs on a GPU gives what it gives on the CPU."""
        command = [sys.executable, "-m", "pytest", "-q", "-rfEs"]
        command += ["-p", "no:cacheprovider", str(HERE), "-k"]
        some = ["mixtures_agree or spectra_and_outputs"]
        command += some if self.rehearse else ["not campaign", "-n", "6"]
        environment = os.environ | {"REHEARSE_ON_CPU": "1"} if self.rehearse else None
        with (self.results / "tests.log").open("w", encoding="utf-8") as log:
            try:
                limit = None if self.rehearse else TESTS_S
                code = subprocess.run(
                    command, stdout=log, stderr=log, timeout=limit, env=environment
                ).returncode
            except subprocess.TimeoutExpired:
                code = "out of time"
        self.note(tests=code)

    def measure(self) -> None:
        """(b) Seconds an update of each arm, in float32 and bfloat16, if not all known."""
        from measuring import seconds_an_update

        updates = 2 if self.rehearse else 24
        step = dict(self.figures.get("seconds_an_update", {}))
        if len(step) == 6:
            return
        for low in (True, False):
            for arm in ("baseline", "frozen", "refreshed"):
                name = f"{arm}, {'bfloat16' if low else 'float32'}"
                try:
                    step[name] = round(seconds_an_update(self, arm, low, updates), 4)
                except Exception as error:  # the rest is worth more than this figure
                    step[name] = f"{type(error).__name__}: {error}"
                self.note(seconds_an_update=step)

    def updates_in(self, seconds: float, arm: str) -> int:
        step = self.figures["seconds_an_update"][f"{arm}, bfloat16"]
        if isinstance(step, str):  # it failed, so this is a guess
            step = 1.0
        return max(2, int(0.9 * seconds / step))

    def train_baseline(self, seconds: float) -> None:
        """(c) As many updates as there is time for, from the enhancer of the package, or
        where a campaign before this one ended."""
        epochs = 2 if self.rehearse else 10
        updates = self.updates_in((seconds - AFTER_S) * self.scale, "baseline")
        settings = [f"max_epoch={epochs}", f"num_iters_per_epoch={updates // epochs}"]
        folder, start = self.work / "baseline", "packaged"
        if list(folder.glob("*epoch.pth")):  # an archive has one
            (start,) = folder.rename(self.work / "before").glob("*epoch.pth")
        settings.append(f"start_from={start}")
        self.note(baseline=settings)
        training = self.start("baseline", "se_train", BASELINE, settings)
        self.watch({"baseline": training})

    def train_pair(self, arms: list[str]) -> None:
        """(d) On from the baseline, guided by the assessor of the package or not: side
        by side, as each leaves much of the machine to the other."""
        epochs = 2
        updates = self.updates_in(self.pair_s / len(arms), "refreshed")
        settings = [f"max_epoch={epochs}", f"num_iters_per_epoch={updates // epochs}"]
        settings += ["batch_size=2"] if self.rehearse else ["num_workers=4"]
        self.note(pair=settings)
        places = ["--baseline", str(self.work / "baseline")]
        places += ["--assessor", str(ROOT / "sqase/pretrained/assessor")]
        places += ["--leaderboard", str(self.leaderboard), "--arm"]
        start = functools.partial(self.start, program="train_arm", config=GUIDED)
        self.watch({a: start(a, settings=settings, more=[*places, a]) for a in arms})

    def start(self, name, program, config, settings, more=()) -> subprocess.Popen:
        """Begin a training."""
        folder = self.work / name
        command = [sys.executable, "-m", f"sqase.bin.{program}", "--size", self.size]
        command += ["--config", str(config), "--metrics", str(CONF / "metrics.yaml")]
        command += ["--train_dir", str(self.data / "train")]
        command += ["--valid_dir", str(self.data / "valid"), *more]
        command += ["--output_dir", str(folder), "--ngpu", str(self.ngpu)]
        command += ["--nj", str(self.cpus), "--set", *settings]
        threads = 1 if self.rehearse else min(8, self.cpus)
        environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
        with (self.results / "campaign.log").open("a", encoding="utf-8") as log:
            return subprocess.Popen(
                command, stdout=log, stderr=log, env=environment, cwd=ROOT
            )

    def watch(self, trainings: dict[str, subprocess.Popen]) -> None:
        """Keep what trainings leave, and end them when their time is up."""
        kept: dict[str, Path] = {}
        while trainings:
            time.sleep(0.5)
            for name, process in list(trainings.items()):
                ended = process.poll() is not None
                if not ended and time.time() > self.end - RESERVE_S:
                    process.kill()
                newest = max(
                    (self.work / name).glob("*epoch.pth"), key=_number, default=None
                )
                if newest not in (None, kept.get(name)):
                    kept[name] = newest
                    self.keep(name, newest)
                if ended:
                    self.say(f"{name}: ended with {trainings.pop(name).wait()}")
                    if self.is_done(name):
                        self.keep(name, self.work / name / "selected.pth")

    def keep(self, name: str, weights: Path) -> None:
        """Write an archive of one epoch, its settings and what is known of it."""
        folder, archive = self.work / name, self.results / f"{name}.tar"
        part = archive.with_suffix(".part")
        with tarfile.open(part, "w", dereference=True) as tar:  # selected.pth is a link
            tar.add(weights, weights.name)
            for file in ("config.yaml", "unit.json", "heard.txt"):
                if (folder / file).exists():
                    tar.add(folder / file, file)
        part.replace(archive)


def _number(weights: Path) -> int:
    return int(weights.name.removesuffix("epoch.pth"))


def main() -> None:
    """Run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packed", type=Path)
    parser.add_argument("results", type=Path)
    parser.add_argument("--seconds", type=float, default=520.0)
    parser.add_argument("--pair_seconds", type=float, default=100.0)
    parser.add_argument("--rehearse", action="store_true")
    args = parser.parse_args()
    use_wheels(args.packed)
    sys.path[:0] = [str(ROOT)]
    Campaign(args).run()


if __name__ == "__main__":
    main()
