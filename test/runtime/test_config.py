"""Settings: layers, sizes, overrides, and the errors of each."""

import pytest
import yaml

from sqase.runtime import config


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            content if isinstance(content, str) else yaml.safe_dump(content)
        )
        return path

    return write


@pytest.fixture
def layered(write):
    """A file based on another in a folder above, both with sizes."""
    write(
        "base.yaml",
        {
            "lr": 1,
            "optim": {"name": "adam", "eps": 1},
            "list": [1, 2],
            "sizes": {"smoke": {"epochs": 1, "optim": {"eps": 5}}},
        },
    )
    return write(
        "tuning/own.yaml",
        {
            "base": "../base.yaml",
            "lr": 2,
            "optim": {"eps": 2},
            "list": [3],
            "sizes": {"smoke": {"epochs": 2}, "small": {"epochs": 3}},
        },
    )


def test_file_wins_over_base_key_by_key(layered):
    assert config.load(layered) == {
        "lr": 2,
        "optim": {"name": "adam", "eps": 2},
        "list": [3],
    }


def test_size_wins_over_file_and_own_size_over_that_of_the_base(layered):
    smoke = config.load(layered, "smoke")
    assert smoke["optim"] == {"name": "adam", "eps": 5} and smoke["epochs"] == 2
    assert config.load(layered, "small")["epochs"] == 3


def test_a_size_with_a_base_replaces_the_file_that_says_so_and_none_above(write):
    write("other.yaml", {"net": "large", "lr": 3})
    sizes = {"smoke": {"base": "other.yaml", "epochs": 1}}
    write("base.yaml", {"net": "small", "lr": 1, "epochs": 9, "sizes": sizes})
    own = write("own.yaml", {"base": "base.yaml", "lr": 2, "seed": 4})
    assert config.load(own, "smoke") == {"net": "large", "lr": 2, "seed": 4, "epochs": 1}
    write("last.yaml", {"lr": 5})
    both = write("both.yaml", {"base": ["base.yaml", "last.yaml"]})
    assert config.load(both, "smoke") == {"net": "large", "lr": 5, "epochs": 1}


def test_size_that_the_file_has_not_is_the_default(write):
    path = write("a.yaml", {"lr": 1})
    assert config.load(path, "smoke") == config.load(path) == {"lr": 1}


def test_overrides_win_descend_and_are_yaml(layered):
    texts = ["optim.eps=1.0e-8", "new.deep.key=[a, 1]", "lr=null", "text=a=b"]
    settings = config.load(layered, "smoke", texts)
    assert settings["optim"] == {"name": "adam", "eps": 1.0e-8}
    assert settings["new"] == {"deep": {"key": ["a", 1]}}
    assert settings["lr"] is None and settings["text"] == "a=b"


def test_what_belongs_to_another_choice_goes():
    lower = {"optim": "adam", "optim_conf": {"lr": 1, "betas": 2}, "a_conf": {"x": 1}}
    upper = {"optim": "sgd", "optim_conf": {"lr": 3}, "a": "new"}
    merged = {"optim": "sgd", "optim_conf": {"lr": 3}, "a_conf": {"x": 1}, "a": "new"}
    assert config.merge(lower, upper) == merged
    same = config.merge(lower, {**upper, "optim": "adam"})
    assert same["optim_conf"] == {"lr": 3, "betas": 2}


def test_merge_changes_neither_argument():
    lower, upper = {"a": {"b": 1}}, {"a": {"c": 2}}
    assert config.merge(lower, upper) == {"a": {"b": 1, "c": 2}}
    assert (lower, upper) == ({"a": {"b": 1}}, {"a": {"c": 2}})


@pytest.mark.parametrize(
    "content, options, message",
    [
        (
            "a: 1",
            {"size": "huge"},
            "--size: expected one of default, campaign, large, small, smoke",
        ),
        (r"[1, 2]", {}, r"own.yaml: expected a mapping, got \[1, 2\]"),
        ("", {}, "own.yaml: expected settings, got an empty file"),
        (
            "sizes: {tiny: {}}",
            {},
            "sizes: expected default, campaign, large, small, smoke, got tiny",
        ),
        ("base: own.yaml", {}, "is based on itself"),
        ("a: 1", {"overrides": ["lr"]}, "override 'lr': expected key=value"),
        ("a: 1", {"overrides": ["=3"]}, "override '=3': expected key=value"),
    ],
)
def test_errors(write, content, options, message):
    with pytest.raises(ValueError, match=message):
        config.load(write("own.yaml", content), **options)


def test_missing_files_are_named_with_who_asked(write, tmp_path):
    with pytest.raises(FileNotFoundError, match="none.yaml: no such file"):
        config.load(tmp_path / "none.yaml")
    own = write("own.yaml", {"base": "gone.yaml"})
    with pytest.raises(FileNotFoundError, match=r"gone.yaml \(base of .*own.yaml\)"):
        config.load(own)
