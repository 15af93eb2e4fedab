"""Settings and labels: what is written there is meant, and of the right kind."""

import json
from pathlib import Path

import pytest
from harness import CONF, HAND, SE, SQA, refused, run

BASE = f"base: {CONF}/se.yaml\n"
NETWORK = "encoder_conf={n_fft: 128, hop_length: 64}"
SETTINGS = {  # settings -> what is said of them
    f"{BASE}max_epoch: 1\nmax_epoch: 2\n": "se.yaml:3: .*max_epoch.*once",
    f"{BASE}optim_conf: {{lr: 1.0, lr: 2.0}}\n": "se.yaml:2: .*lr.*once",
    f"{BASE}\tmax_epoch: 1\n": "se.yaml:2: .*",
    f"{BASE}x: !!python/object/apply:pathlib.Path.touch [{HAND}]\n": "se.yaml:2: .*",
    "": "se.yaml: expected settings, got an empty file",
    "# nothing\n": "se.yaml: expected settings, got an empty file",
    "base: 5\n": "se.yaml: base: expected .*, got 5",
    "base: [5]\n": r"se.yaml: base: expected .*, got \[5\]",
    f"{BASE}sizes: [smoke]\n": r"se.yaml: sizes: expected a mapping, got \['smoke'\]",
    f"{BASE}sizes: {{smoke: 5}}\n": "se.yaml: sizes: smoke: expected a mapping, got 5",
    f"{BASE}optim_conf: 5\n": "se.yaml: optim_conf: expected a mapping, got 5",
    f"{BASE}sizes: {{smoke: {{optim_conf: 5}}}}\n": "optim_conf: expected a mapping",
    f"{BASE}decoder_conf: [1]\n": "decoder_conf: expected a mapping",
    f"{BASE}max_epoch: 0\nsizes: {{smoke: {{max_epoch: 0}}}}\n": "max_epoch: expected",
    f"{BASE}sizes: {{smoke: {{max_epoch: all}}}}\n": "max_epoch: expected .*got 'all'",
    f"{BASE}max_epok: 3\n": "max_epok.*did you mean max_epoch",
    f"{BASE}caf\udce9: 1\n": "se.yaml:2: expected UTF-8",
}


@pytest.mark.parametrize(
    "text", SETTINGS, ids=lambda t: repr(t.removeprefix(BASE))[:40]
)
def test_settings_are_refused_by_file_and_key(place, text):
    Path("se.yaml").write_bytes(text.encode(errors="surrogateescape"))
    outcome = refused(SE, SETTINGS[text])
    assert "se.yaml" in outcome.message or "settings.yaml" in outcome.message
    assert not list(Path().glob("out/*.pth"))


@pytest.mark.parametrize(
    "change", ["optim_conf=5", "max_epoch=0", "optim_conf.lr=x: y: z"]
)
def test_overrides_are_settings_too(place, change):
    Path("se.yaml").write_text(BASE)
    refused(f"{SE} --set '{change}'", change.split("=")[0].split(".")[0])


def test_a_number_is_a_number_as_others_write_it(place):
    from harness import run

    Path("se.yaml").write_text(f"{BASE}optim_conf: {{lr: 1e-3}}\n")
    run(f"{SE} --ngpu 9")  # settings.yaml is what training reads
    text = Path("out/settings.yaml").read_text()
    assert "lr: 0.001" in text


def test_a_gpu_that_is_not_there_is_said(place):
    Path("se.yaml").write_text(BASE)
    refused(f"{SE} --ngpu 9", "--ngpu 9: expected as many GPUs .*, found")


def rows():
    return [json.loads(x) for x in Path("lab/leaderboard/labels.jsonl").open()]


def write_rows(change):
    """Change the row of one clip."""
    changed = rows()
    change(changed[1])
    text = "".join(json.dumps(row) + "\n" for row in changed)
    Path("lab/leaderboard/labels.jsonl").write_text(text)


LABELS = {  # what is done to the labels of a clip -> what is said of it
    "unknown metric": (
        lambda row: row["metrics"].update(stio=0.5),
        "labels.jsonl:2: unknown metric 'stio': did you mean stoi",
    ),
    "lacking metric": (
        lambda row: row["metrics"].pop("stoi"),
        "labels.jsonl:2: expected the metrics .*stoi",
    ),
    "too high": (
        lambda row: row["metrics"].update(stoi=99),
        "labels.jsonl:2: stoi: expected 0.0 to 1.0, got 99",
    ),
    "too low": (
        lambda row: row["metrics"].update(si_snr=-300.0),
        "labels.jsonl:2: si_snr: expected -20.0 to 35.0, got -300",
    ),
    "a list": (
        lambda row: row.update(metrics=["stoi"]),
        r"labels.jsonl:2: metrics: expected an object, got \['stoi'\]",
    ),
    "a number": (
        lambda row: row.update(metrics=3),
        "labels.jsonl:2: metrics: expected an object, got 3",
    ),
    "odd reasons": (
        lambda row: row.update(reasons=["x"]),
        "labels.jsonl:2: reasons: expected an object",
    ),
    "odd id": (lambda row: row.update(id=["x"]), "labels.jsonl:2: id: expected a text"),
}
ROLES = """roles: {trained: [stoi, si_snr, estoi], held_out: [lsd], related: []}
labels: [stoi, si_snr]
selection: [stoi]
main: [stoi]
"""
HEARING = SQA.replace(f"{CONF}/metrics.yaml", "roles.yaml")


@pytest.mark.parametrize("fault", LABELS)
@pytest.mark.parametrize("use", [HEARING, "validate_data lab/leaderboard"])
def test_labels_are_of_known_metrics_in_their_range(place, fault, use):
    Path("roles.yaml").write_text(ROLES)
    harm, says = LABELS[fault]
    write_rows(harm)
    refused(use, says)
    assert not list(Path().glob("out/*.pth"))


def test_labels_that_are_all_the_same_are_warned_of(place):
    Path("roles.yaml").write_text(ROLES)
    same = [row | {"metrics": row["metrics"] | {"stoi": 0.5}} for row in rows()]
    text = "".join(json.dumps(row) + "\n" for row in same)
    Path("lab/leaderboard/labels.jsonl").write_text(text)
    outcome = run(f"{HEARING} --ngpu 9")  # before it trains
    assert "warning: " in outcome.err and "labels.jsonl: stoi: " in outcome.err


@pytest.mark.parametrize(
    "command",
    [
        "score --data_dir lab/valid --enhanced_scp lab/valid/wav.scp --system x "
        "--metrics stoi --cache c.sqlite --output x.jsonl",
        "se_enhance --model_dir model --scp lab/valid/wav.scp --output_dir out",
        "simulate_data --clean_dir corpus/clean --noise_dir corpus/noise "
        f"--config {CONF}/data.yaml --output_dir data",
    ],
    ids=lambda command: command.split()[0],
)
@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_no_jobs_are_no_way_to_work(place, command, number):
    refused(f"{command} --nj {number}", "--nj: ")
