"""What the pages for readers tell them to type and to open is there."""

import importlib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from assessors import write_assessor

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / name for name in ("README.md", "egs/README.md", "sqase/README.md")]
LONGEST = 120  # lines of the first page
INDEX = ROOT / "egs" / "EXPERIMENTS.md"
BLOCK = re.compile(r"(?:<!-- (.*?) -->\n)?```bash\n(.*?)```", re.DOTALL)
BLOCKS = [
    (page, comment, text)
    for page in PAGES
    for comment, text in BLOCK.findall(page.read_text(encoding="utf-8"))
]
COMMANDS = [
    words
    for _, _, text in BLOCKS
    for line in text.replace("\\\n", " ").splitlines()
    if (words := shlex.split(line, comments=True))
]


def options_of_script(script: Path) -> set[str]:
    """Options that a script declares; those of the pipeline that it calls, if any."""
    text = script.read_text(encoding="utf-8")
    pipeline = re.search(r"^exec \S*(utils/\w+\.sh)", text, re.MULTILINE)
    if pipeline:
        text = (ROOT / pipeline.group(1)).read_text(encoding="utf-8")
    declared = re.search("# begin options\n(.*?)# end options", text, re.DOTALL)
    names = re.findall(r"^(\w+)=", declared.group(1), re.MULTILINE) if declared else []
    return {"--help", *(f"--{name}" for name in names)}


def options_of_program(module: str) -> tuple[set[str], set[str]]:
    """Options that a program of sqase.bin knows and those that it requires."""
    actions = importlib.import_module(module).get_parser()._actions
    required = {a.option_strings[0] for a in actions if a.required and a.option_strings}
    return {option for a in actions for option in a.option_strings}, required


def test_the_readme_opens_with_the_two_commands():
    assert [words[0] for words in COMMANDS[:2]] == ["egs/mini/run.sh", "test/run.sh"]
    assert BLOCKS[0][0] == PAGES[0]


def test_the_readme_is_read_in_two_minutes():
    assert len(PAGES[0].read_text("utf-8").splitlines()) <= LONGEST


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_commands_exist_with_their_options(words):
    given = {word for word in words if word.startswith("--")}
    if words[0] == ".":
        assert (ROOT / words[1]).is_file()
    elif words[:2] == ["python3", "-m"]:
        known, required = options_of_program(words[2])
        assert required <= given <= known
    elif words[0].startswith("sqase-"):
        program = importlib.import_module(f"sqase.bin.{words[0].replace('-', '_')}")
        program.get_parser().parse_args(words[1:])  # exits where it does not fit
    elif words[0] == "python3":
        assert (ROOT / words[1]).is_file() and not given
    else:
        assert os.access(ROOT / words[0], os.X_OK)
        assert given <= options_of_script(ROOT / words[0])


RUN = [text for _, comment, text in BLOCKS if comment == "run"]


@pytest.mark.parametrize("text", RUN)
def test_commands_marked_so_run(text):
    subprocess.run(["bash", "-euo", "pipefail", "-c", text], cwd=ROOT, check=True)


SNIPPETS = [
    text
    for page in PAGES
    for text in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
]


def test_snippets_run(tmp_path):
    assert SNIPPETS
    write_assessor(tmp_path / "exp/sqa/assessor")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    for text in SNIPPETS:
        subprocess.run(
            [sys.executable, "-c", text], cwd=tmp_path, env=environment, check=True
        )


def anchors(page):
    """What links may name inside a page: its headings, as GitHub writes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}


@pytest.mark.parametrize(
    "page", [*PAGES, INDEX], ids=lambda page: str(page.relative_to(ROOT))
)
def test_links_and_paths_lead_somewhere(page):
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\((.*?)\)", text) if "://" not in link]
    for link in links:
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists() and (not anchor or anchor in anchors(target)), link
    paths = re.findall(r"`((?:egs|sqase|test|tools|utils)/[^` ]*)`", text)
    for path in paths:
        known = path.split("<")[0]  # `sqase/metrics/<name>.py`: its folder
        assert (ROOT / known).exists(), path


def test_tables_are_where_the_readme_says():
    rows = re.findall(r"`([A-Z]+)` in `(sqase/\S+)`", PAGES[2].read_text("utf-8"))
    assert len(rows) == 4
    for name, path in rows:
        assert f"\n{name} = " in (ROOT / path).read_text(encoding="utf-8")


def test_arms_are_those_of_the_recipes():
    rows = re.findall(r"^\| `(\w+)` \|.*\|$", PAGES[1].read_text("utf-8"), re.MULTILINE)
    pipeline = (ROOT / "utils" / "pipeline.sh").read_text("utf-8")
    default = re.search(r'^arms="(.*?)"', pipeline, re.MULTILINE).group(1).split()
    assert set(default) <= set(rows)
