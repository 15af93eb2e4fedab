"""Several models on several test sets, as Markdown: a table for each metric."""

from collections.abc import Mapping

from sqase.metrics.roles import Roles
from sqase.report import results, tables
from sqase.report.bootstrap import DRAWS
from sqase.report.load import ScoredSet
from sqase.report.markdown import about, how_to_get

OWN = (
    "(own): the corpus that trained the model, though other speakers and noise of it.\n"
)


def render_cross(
    title: str,
    test_sets: Mapping[str, ScoredSet],
    control: str,
    roles: Roles,
    provenance: Mapping,
) -> str:
    """A table for each of the main metrics: models by test sets.

    Args:
        title: of the page.
        test_sets: name -> scores, all of the same models. Where both names begin with
            a recipe, `RECIPE/...`, the model's own corpus is marked.
        control: the model that all others are compared with.
        roles: of the metrics.
        provenance: see `sqase.runtime.provenance.collect`.
    """
    figures = {
        (model, name): (
            results.scores(t, model),
            {} if model == control else results.versus(t, model, control),
        )
        for name, t in test_sets.items()
        for model in t.arms
    }
    own = any(_own(model, name) for model, name in figures)
    head = f"""# {title}

A cell holds the mean of a model on a test set, then the paired difference to
`{control}` with its 95 % interval: bootstrap clustered by speaker, {DRAWS} draws.
**Bold**: the interval excludes 0.
{OWN if own else ""}Metrics marked (held out) were in no label, assessor head, loss or selection rule.
"""
    sets = "\n".join(f"- `{name}`: {about(t)}" for name, t in test_sets.items())
    sections = [head, f"{sets}\n"]
    for metric in roles.main:
        sections += [_title(metric, roles), _table(metric, test_sets, figures)]
    return "\n".join([*sections, how_to_get(provenance)])


def _title(metric: str, roles: Roles) -> str:
    return f"## {tables.title(metric, {'roles': {'held_out': roles.held_out}})}\n"


def _table(metric: str, test_sets: Mapping[str, ScoredSet], figures: Mapping) -> str:
    rows = [["model", *test_sets]]
    for model in next(iter(test_sets.values())).arms:
        cells = []
        for name in test_sets:
            means, changes = figures[model, name]
            cell = tables.number(metric, means[metric]["mean"])
            if metric in changes:
                cell += f"  {tables.delta(metric, changes[metric])}"
            cells.append(cell + (" (own)" if _own(model, name) else ""))
        rows.append([model, *cells])
    return tables.to_markdown(rows)


def _own(model: str, test_set: str) -> bool:
    recipe, slash, _ = model.partition("/")
    return bool(slash) and test_set.startswith(f"{recipe}/")
