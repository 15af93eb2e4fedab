"""A page on an assessor alone, for runs that end with its evaluation."""

from collections.abc import Mapping

from sqase.report import guiding
from sqase.report import probes as probes_section
from sqase.report.agreement import by_level
from sqase.report.markdown import agreement_section, how_to_get


def render_assessor(
    evaluation: Mapping,
    probes: Mapping,
    systems: Mapping[str, Mapping[str, int]],
    provenance: Mapping,
) -> str:
    """Markdown.

    Args:
        evaluation: content of agreement.json.
        probes: content of probes.json; empty without probes.
        systems: part of the leaderboard (train, test) -> system -> clips.
        provenance: see `sqase.runtime.provenance.collect`.
    """
    unseen = sorted(systems["test"].keys() - systems["train"].keys())
    agreement = by_level(evaluation) | {"on_arms": {}}
    sections = [
        "# The assessor\n",
        f"Trained on {_count(systems['train'])}, tested on {_count(systems['test'])}. "
        f"Systems that training did not hear: {', '.join(unseen) or 'none'}.\n",
        agreement_section(agreement),
        guiding.render(agreement, probes.get("choice", {})),
        probes_section.render(probes),
        how_to_get(provenance),
    ]
    return "\n".join(section for section in sections if section)


def _count(systems: Mapping[str, int]) -> str:
    return f"{sum(systems.values())} clips of {len(systems)} systems"
