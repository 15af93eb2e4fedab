"""The whole report: read, compute, write the files, give the printed table."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sqase.data.data_dir import read_scp
from sqase.data.digest import digest_data_dir
from sqase.metrics.roles import Roles
from sqase.published import PUBLISHED
from sqase.report import arm_direction, markdown, page, tables
from sqase.report.clips import load_clips
from sqase.report.curves import draw_curves
from sqase.report.load import (
    ScoredSet,
    load_scored_set,
    metric_versions,
    with_joined,
)
from sqase.report.results import gaps, self_checks, summarise
from sqase.report.units import digests, load_units
from sqase.runtime.atomic import replacing
from sqase.runtime.provenance import collect


def write_report(
    *,
    expdir: str | Path,
    test_dirs: Sequence[str | Path],
    roles: Roles,
    arms: Sequence[str],
    seeds: Sequence[str],
    output_dir: str | Path,
    page_path: str | Path,
    command: str,
) -> str:
    """Write RESULTS.md, results.json, scores.jsonl.gz, `figures` and the HTML page.

    Args:
        expdir: see `sqase.report.load`, `sqase.report.units` and
            `sqase.report.arm_direction`; also
            sqa/agreement.json, sqa/probes.json and log/seconds (lines
            `<stage> <seconds>`), which may be absent.
        test_dirs: data directories of the test sets.
        roles: of the metrics.
        arms, seeds: what to show; each arm needs at least one of the seeds.
        output_dir: where all that goes.
        page_path: of the page, see `sqase.report.page`.
        command: what reproduces the result.

    Returns:
        The main tables and the self-check as text.
    """
    expdir, output_dir = Path(expdir), Path(output_dir)
    units = load_units(expdir, arms, seeds)
    test_sets = [
        load_scored_set(expdir, folder, arms, seeds, roles.scored)
        for folder in test_dirs
    ]
    shown = with_joined(test_sets)
    evaluation = _read(expdir / "sqa/agreement.json")
    probes = _read(expdir / "sqa/probes.json")
    results = summarise(shown, units, roles, evaluation | {"probes": probes})
    results["direction"] = arm_direction.load(expdir, test_sets)
    results["seconds"] = _seconds(expdir / "log" / "seconds")
    results["provenance"] = _provenance(command, seeds, units, test_sets, test_dirs)
    problems = self_checks(results, roles)
    gap = gaps(shown)
    pictures = draw_curves(units, output_dir / "figures")
    text = markdown.render(results, gap, problems, shown, roles.main, pictures)
    with replacing(output_dir / "results.json") as part:
        part.write_text(json.dumps(results, indent=1, allow_nan=False) + "\n", "utf-8")
    with replacing(output_dir / "RESULTS.md") as part:
        part.write_text(text, "utf-8")
    _write_scores(output_dir / "scores.jsonl.gz", test_sets)
    figures = [output_dir / "figures" / name for name in pictures]
    clips = [
        clip
        for t, folder in zip(test_sets, test_dirs)
        for clip in load_clips(t, Path(folder), expdir, roles.main)
    ]
    content = page.collect(results, gap, problems, shown, roles, figures, clips)
    page.write_page(page_path, content)
    return _printed(results, problems, roles.main, test_sets[0].not_run)


def _provenance(command, seeds, units, test_sets, test_dirs) -> dict:
    return collect(command, None) | {
        "seeds": list(seeds),
        "metric_versions": metric_versions(test_sets),
        "digests": digests(units)
        | {f"data {Path(d).name}": digest_data_dir(d) for d in test_dirs},
        "selected_epoch": {
            f"{arm}, seed {seed}": unit.get("selected_epoch")
            for (arm, seed), unit in units.items()
            if arm not in PUBLISHED
        },
    }


def _read(path: Path) -> dict:
    """The JSON of a file; empty without it."""
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def _seconds(path: Path) -> dict[str, float]:
    """Seconds of each stage, in the order of the stages."""
    times = read_scp(path) if path.exists() else {}
    return {stage: float(times[stage]) for stage in sorted(times, key=int)}


def _write_scores(path: Path, test_sets: Sequence[ScoredSet]) -> None:
    """All true scores, one clip a line; the same bytes for the same scores."""
    with replacing(path) as part, open(part, "wb") as raw:
        with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as stream:
            for row in _all_rows(test_sets):
                stream.write(json.dumps(row, allow_nan=False).encode() + b"\n")


def _all_rows(test_sets: Sequence[ScoredSet]) -> Iterator[dict]:
    for t in test_sets:
        for (arm, seed), rows in t.rows.items():
            for row, speaker in zip(rows, t.speakers):
                known = {
                    k: row[k] for k in ("metrics", "reasons", "clamped") if row.get(k)
                }
                clip = {"test_set": t.name, "id": row["id"], "speaker": str(speaker)}
                yield {"arm": arm, "seed": seed, **clip, **known}


def _printed(
    results: Mapping,
    problems: Sequence[str],
    main: Sequence[str],
    not_run: Sequence[str],
) -> str:
    parts = []
    for test_set in next(iter(results["scores"].values())):
        table = tables.main_table(results, test_set, main, brief=True)
        parts.append(f"{test_set}\n{tables.to_text(table)}\n")
    parts.append("mean, then difference to the control; *: 95 % interval excludes 0")
    parts += [f"not run: {unit}" for unit in not_run]
    return "\n".join(parts + [f"self-check FAILED: {p}" for p in problems])
