"""A Hugging Face hub on this machine: the URGENT challenges' datasets, very small.

Served by Python's own file server, from a folder that holds the hub's answers under
the paths of its API.
"""

import hashlib
import io
import json
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow
import pyarrow.parquet
import signals
import soundfile

from sqase.sound import audio

REVISION = "0123456789abcdef"
PHASES = {
    "urgent2024": ["validation", "nonblind_test", "blind_test_mos"],
    "urgent2025": ["validation", "nonblind_test", "blind_test_mos"],
}
SYSTEMS, SAMPLES = 3, 4
OPINIONS = "nisqa_mos utmos scoreq dnsmos_ovrl distill_mos".split() + [
    f"sigmos_{word}"
    for word in ("ovrl", "sig", "noise", "col", "disc", "loud", "reverb")
]
INTRUSIVE = "pesq pesqc2 sdr lsd mcd".split()
SHARES = "sbert lps spksim estoi".split()


def flac(seed: int, sample_rate: int) -> bytes:
    """A sound file."""
    file = io.BytesIO()
    wave = signals.speech_like(0.6, seed, sample_rate)
    soundfile.write(file, wave, sample_rate, format="FLAC")
    return file.getvalue()


def clips_of(year: str, phase: str) -> list[dict]:
    """Rows of a phase: listeners only in the listening test, which has no reference."""
    heard = phase == "blind_test_mos"
    rows = []
    for system in range(SYSTEMS):
        for sample in range(SAMPLES):
            quality = 1 + system + sample / 2 + len(phase) / 100
            scores = dict.fromkeys(OPINIONS, min(quality, 5.0))
            scores |= dict.fromkeys(INTRUSIVE, None if heard else min(quality, 4.5))
            scores |= dict.fromkeys(SHARES, None if heard else quality / 6)
            if heard and year == "urgent2024":  # what its listeners said
                scores["raw_ratings"] = [1 + system, 2 + system]
            else:
                scores["mos"] = min(quality, 5.0) if heard else None
            rate = 48000 if sample else 16000
            rows.append(
                {
                    "system_id": f"{year}_{phase}_{700 + system}",
                    "sample_id": f"{year}_{phase}_{700 + system}_fileid_{sample}",
                    "audio": {"bytes": flac(sample, rate), "path": "x.flac"},
                    **scores,
                }
            )
    return rows


def make_hub(root: Path) -> None:
    """Write the answers of the hub."""
    for year, phases in PHASES.items():
        repository = f"urgent-challenge/{year}-sqa"
        files = root / "datasets" / repository / "resolve" / REVISION
        siblings = [{"rfilename": "README.md", "size": 3}]
        for phase in phases:
            name = f"data/{phase}/{phase}-00000-of-00001.parquet"
            path = files / name
            path.parent.mkdir(parents=True)
            table = pyarrow.Table.from_pylist(clips_of(year, phase))
            pyarrow.parquet.write_table(table, path)
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            size = path.stat().st_size
            lfs = {"sha256": digest, "size": size, "pointerSize": 1}
            siblings.append({"rfilename": name, "size": size, "lfs": lfs})
        answer = root / "api/datasets" / repository
        answer.parent.mkdir(parents=True, exist_ok=True)
        facts = {"id": repository, "sha": REVISION, "siblings": siblings}
        answer.write_text(json.dumps(facts))


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def serving(root: Path):
    """Serve a folder; gives the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=root))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def make_listening_tests(folder: Path) -> None:
    """Two of the nine corpora: one with listeners and systems, one without either."""
    tables = {"bvcc": ["wav_path,score,system_id,sample_id"]}
    tables["tencent"] = tables["bvcc"][:]
    for number in range(8):
        path = folder / f"sound {number}.wav"
        audio.write(path, signals.speech_like(0.5, number), 16000)
        for score in (2, 3):
            tables["bvcc"].append(f"{path},{score},sys{number % 2},utt{number}")
        tables["tencent"].append(f"{path},{1 + number / 2},a {number},a {number}")
    for corpus, lines in tables.items():
        table = folder / corpus / "data" / "train.csv"
        table.parent.mkdir(parents=True)
        table.write_text("\n".join(lines) + "\n")
