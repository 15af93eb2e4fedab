"""Make a leaderboard: which system runs on which utterance, and its clips.

A leaderboard is a directory of tables (see `sqase.data.data_dir`) with one clip for
each pair of system and utterance. Some systems run on the same utterances, so that
clips can be compared within a system and within an utterance.
"""

import hashlib
import logging
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from tqdm import tqdm

from sqase.data.data_dir import read_scp, validate_leaderboard, write_scp
from sqase.published import PUBLISHED
from sqase.runtime import config
from sqase.runtime.seeding import rng_for
from sqase.sound import audio
from sqase.systems import SYSTEMS, kind_of, process

CHECKPOINTS = "checkpoints"  # in the settings: the models without a count of their own
SEED = 0  # a leaderboard is shared by the seeds of the experiment


def load_settings(
    path: str | Path, size: str, data_dir: str | Path
) -> tuple[Mapping, float]:
    """The section of conf/leaderboard.yaml for a data directory, and its scale.

    Published enhancers that are not installed are left out of it, which is logged.

    Raises:
        ValueError: no section is called like the data directory.
    """
    settings = config.load(path, size)
    part = Path(data_dir).name
    if part not in settings["sets"]:
        raise ValueError(
            f"{path}: sets: expected {part!r} (the last part of --data_dir), "
            f"got {', '.join(settings['sets'])}. Add it"
        )
    section = settings["sets"][part]
    for name in PUBLISHED:
        if name in section["clips"] and not PUBLISHED.load(name).installed():
            logging.warning("%s: without %s, which is not installed", path, name)
            del section["clips"][name]
    return section, settings["scale"]


def plan(
    utterances: Sequence[str],
    models: Sequence[str],
    settings: Mapping,
    scale: float = 1.0,
) -> list[tuple[str, str]]:
    """Choose utterances for systems, by a digest of both names.

    Args:
        utterances: all ids of the data directory.
        models: names of the enhancement models.
        settings: `utterances`, how many are used at all, and `clips`, how many
            clips of each system or model; "checkpoints" is shared equally by the
            models that are not named there. All are upper limits: a small data
            directory gives what it has.
        scale: factor on all of these numbers, results rounded up.

    Returns:
        (system, utterance) pairs, sorted.

    Raises:
        ValueError: an unknown system, or a model called like one.
    """
    clips = dict(settings["clips"])
    shared = clips.pop(CHECKPOINTS, 0)
    SYSTEMS.check([name for name in clips if name not in models])
    for name in models:
        if name in SYSTEMS or not name or any(c.isspace() for c in name):
            raise ValueError(
                f"--enhanced {name!r}: expected a name without white space that is "
                f"no system ({', '.join(SYSTEMS)}). Rename it"
            )
    sharing = checkpoints(models, settings)
    clips.update({name: shared / len(sharing) for name in sharing})
    chosen = choose(utterances, settings, scale)
    return sorted(
        (system, utterance)
        for system, count in clips.items()
        for utterance in _draw(system, chosen, math.ceil(scale * count))
    )


def checkpoints(models: Sequence[str], settings: Mapping) -> list[str]:
    """The models that share the clips of "checkpoints"; other systems use them."""
    return [name for name in models if name not in settings["clips"]]


def choose(utterances: Sequence[str], settings: Mapping, scale: float) -> list[str]:
    """The utterances that the systems may run on; see `plan`."""
    return _draw("", utterances, math.ceil(scale * settings["utterances"]))


def _draw(name: str, utterances: Sequence[str], count: int) -> list[str]:
    """The first `count` utterances in the order of a digest of `name` and id."""
    return sorted(
        utterances, key=lambda utt: hashlib.sha256(f"{name} {utt}".encode()).digest()
    )[:count]


def make(
    data_dir: str | Path,
    enhanced: Mapping[str, str | Path],
    output_dir: str | Path,
    settings: Mapping,
    scale: float = 1.0,
) -> dict[str, int]:
    """Write a leaderboard; clips that are up to date are kept.

    Args:
        data_dir: has wav.scp and spk1.scp.
        enhanced: name of an enhancement model -> scp of its outputs for what `choose`
            gives of `data_dir`.
        output_dir: gets audio/ and the tables, with ids `<system>-<utterance>`.
        settings, scale: see `plan`.

    Returns:
        Number of clips of each system.

    Raises:
        FileNotFoundError: a table is missing.
        ValueError: see `plan` and `process`; an utterance without enhanced clip.
    """
    output_dir = Path(output_dir)
    noisy = read_scp(Path(data_dir) / "wav.scp")
    reference = read_scp(Path(data_dir) / "spk1.scp")
    chosen = choose(list(noisy), settings, scale)
    outputs = {name: _read_outputs(scp, chosen) for name, scp in enhanced.items()}
    pairs = plan(list(noisy), sorted(enhanced), settings, scale)
    models = checkpoints(sorted(enhanced), settings)
    ids = {f"{system}-{utt}": (system, utt) for system, utt in pairs}
    wavs = {}
    for clip_id, (system, utt) in tqdm(ids.items(), desc=str(output_dir), unit="clip"):
        if system in outputs:
            wavs[clip_id] = outputs[system][utt]
        elif system in ("noisy", "clean"):
            wavs[clip_id] = {"noisy": noisy, "clean": reference}[system][utt]
        else:
            rng = rng_for(clip_id, SEED)
            model = models[rng.integers(len(models))]
            sources = noisy[utt], reference[utt], outputs[model][utt]
            path = output_dir / "audio" / system / f"{utt}.flac"
            _make_clip(path, system, sources, rng)
            wavs[clip_id] = str(path)
    tables = {
        "utt2sys": {clip_id: system for clip_id, (system, _) in ids.items()},
        "utt2utt": {clip_id: utt for clip_id, (_, utt) in ids.items()},
        "spk1.scp": {clip_id: reference[utt] for clip_id, (_, utt) in ids.items()},
        "noisy.scp": {clip_id: noisy[utt] for clip_id, (_, utt) in ids.items()},
        "wav.scp": wavs,
    }
    for name, table in tables.items():
        write_scp(output_dir / name, table)
    validate_leaderboard(output_dir)
    systems = [system for system, _ in pairs]
    write_scp(output_dir / "sys2kind", {name: kind_of(name) for name in systems})
    return {system: systems.count(system) for system in dict.fromkeys(systems)}


def _read_outputs(scp: str | Path, chosen: Sequence[str]) -> dict[str, str]:
    """Read the outputs of an enhancement model; those chosen must be there."""
    outputs = read_scp(scp)
    lacking = set(chosen) - outputs.keys()
    if lacking:
        raise ValueError(
            f"{scp}: expected the {len(chosen)} utterances that are to be used, "
            f"got no {min(lacking)} and {len(lacking) - 1} others. Enhance again"
        )
    return outputs


def _make_clip(path: Path, system: str, sources: Sequence[str], rng) -> None:
    """Write one clip, unless it is newer than all it is made from."""
    newest = max(Path(source).stat().st_mtime for source in sources)
    if path.exists() and path.stat().st_mtime >= newest:
        return
    (noisy, sample_rate), *others = (audio.read(source) for source in sources)
    for source, (_, rate) in zip(sources[1:], others):
        if rate != sample_rate:
            raise ValueError(
                f"{source}: expected {sample_rate} Hz as in {sources[0]}, got {rate} "
                "Hz. Resample it"
            )
    reference, enhanced = (wave for wave, _ in others)
    wave = process(
        system,
        noisy=noisy,
        reference=reference,
        enhanced=enhanced,
        sample_rate=sample_rate,
        rng=rng,
    )
    audio.write(path, wave, sample_rate)
