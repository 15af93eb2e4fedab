"""utils/parse_options.sh: declared names only, nothing evaluated, one source of help."""

import pytest
from shell import bash

SCRIPT = """# Says what it was told.
# begin options
nj=2           # jobs at a time
gpus=0         # none is a number, too
name=          # of the run
arms="a b"     # several words
seeds="1"      # one or several numbers
more="x"       # words, or none
shuffle=true   # order of the clips
# end options
secret=kept
. "${utils}/parse_options.sh"
echo "${nj}|${name}|${arms}|${shuffle}|${secret}|$*"
"""


def parse(tmp_path, *arguments):
    return bash(SCRIPT, *arguments, cwd=tmp_path)


def test_without_arguments_defaults_stay(tmp_path):
    assert parse(tmp_path).stdout == "2||a b|true|kept|\n"


def test_a_quoted_default_is_words_though_it_looks_like_a_number(tmp_path):
    result = bash(f"{SCRIPT}echo ${{seeds}}", "--seeds", "1 2", cwd=tmp_path)
    assert result.stdout.splitlines()[1] == "1 2"


def test_words_may_be_none_where_that_is_said(tmp_path):
    result = bash(f"{SCRIPT}echo \"more:${{more}}\"", "--more", "", cwd=tmp_path)
    assert result.stdout.splitlines()[1] == "more:"


def test_options_are_set_and_the_rest_is_left(tmp_path):
    result = parse(tmp_path, "--nj", "4", "--arms", "c d", "--name", "", "x", "--nj")
    assert result.stdout == "4||c d|true|kept|x --nj\n"


@pytest.mark.parametrize(
    "value", ["$(touch evil)", "`touch evil`", '"; touch evil; "', "größe 'x'"]
)
def test_values_are_not_evaluated(tmp_path, value):
    assert parse(tmp_path, "--name", value).stdout == f"2|{value}|a b|true|kept|\n"
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--nj"], "--nj: expected a value, got none"),
        (["--name", "--nj", "4"], "--name: expected a value, got none"),
        (["--nj", "two"], "--nj: expected a number of 1 or more, got 'two'"),
        (["--nj", "0"], "--nj: expected a number of 1 or more, got '0'"),
        (["--gpus", "-1"], "--gpus: expected a number, got '-1'"),
        (["--arms", " "], "--arms: expected a value, got ' '"),
        (["--arms", "a b a"], "--arms: expected each once, got 'a' again"),
        (["--arms", "a ../b"], "--arms: expected names, got '../b'"),
        (["--seeds", "1 x"], "--seeds: expected numbers, got 'x'"),
        (["--shuffle", "yes"], "--shuffle: expected true or false, got 'yes'"),
        (["--secret", "x"], "--secret: expected one of --nj --gpus --name --arms"),
        (["--nj=4"], "--nj=4: expected one of"),
        (["--", "x"], "--: expected one of"),
        (["-n", "4"], "-n: expected one of"),
        (["--a[$(touch evil)]", "4"], "expected one of"),
    ],
)
def test_wrong_use_ends_with_status_2_and_a_reason(tmp_path, arguments, message):
    result = parse(tmp_path, *arguments)
    assert result.returncode == 2
    assert result.stdout == ""
    assert message in result.stderr and "--help" in result.stderr
    assert not (tmp_path / "evil").exists()


def test_help_is_made_from_the_declarations(tmp_path):
    result = parse(tmp_path, "--help")
    assert result.returncode == 0
    assert "jobs at a time (default: 2)" in result.stdout
    assert "of the run (default: none)" in result.stdout
    assert "several words (default: a b)" in result.stdout
    assert "secret" not in result.stdout
