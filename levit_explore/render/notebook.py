"""Specs, plans and results as a notebook shows them: the tables of the commands, and pictures."""

from collections.abc import Sequence
from typing import Any

from levit_explore.analysis.balance import Balance, Part
from levit_explore.analysis.biases import BiasMap, BiasMaps
from levit_explore.analysis.counts import By, Row, Rows
from levit_explore.analysis.diff import Diff, RowChange
from levit_explore.analysis.graph import Graph, graph
from levit_explore.analysis.ledger import Ledger, Ledgers
from levit_explore.analysis.parts import Level
from levit_explore.errors import LevitError
from levit_explore.plan.levit import plan
from levit_explore.plan.tree import Plan, Role
from levit_explore.render import html as as_html
from levit_explore.render import yaml
from levit_explore.render.bars import Bar, bars
from levit_explore.render.graphs.ascii import ascii_boxes
from levit_explore.render.results import flops_sheet
from levit_explore.render.results.balance import balance_notes, balance_table
from levit_explore.render.results.biases import biases_sheet
from levit_explore.render.results.counts import counts_table
from levit_explore.render.results.diff import diff_intro, diff_notes, diff_table
from levit_explore.render.results.ledger import ledger_notes, ledger_tables
from levit_explore.render.sheet import Sheet, count, percent, signed, signed_percent
from levit_explore.sizes import arrays
from levit_explore.spec.fields import Spec


def html(value: Any) -> str | None:
    """A value as HTML with its picture below, a graph as its picture; None for what stands for many networks at once.

    Notebooks that are given HTML and a picture show the HTML alone.
    """
    if _many(value):
        return None
    picture = svg(value)
    if isinstance(value, Graph):
        return picture or as_html.element("pre", as_html.lines(ascii_boxes(value))) + "\n"
    return f"{_table(value)}{picture or ''}"


def svg(value: Any) -> str | None:
    """A value as an SVG document; None where there is none, or nothing installed that draws it."""
    if _many(value):
        return None
    try:
        return _picture(value)
    except LevitError:
        return None


def _many(value: Any) -> bool:
    """Whether sizes are arrays, so that there is no one network to show."""
    return isinstance(value, Spec | Plan) and next(arrays(value), None) is not None


def _table(value: Any) -> str:
    match value:
        case Spec():
            return as_html.element("pre", as_html.lines(yaml.render(value, yaml.Format.YAML))) + "\n"
        case Plan():
            return as_html.render([flops_sheet(value, By.BLOCK, "levit")])
        case Rows():
            title = f"FLOPs under {value.convention}"
            return as_html.render([Sheet(title, {}, (counts_table(value),))])
        case Balance():
            title = f"attention against MLP, FLOPs under {value.convention}"
            return as_html.render([Sheet(title, {}, (balance_table(value),), notes=balance_notes(value))])
        case Diff():
            return as_html.render(
                [Sheet("what changed", {}, (diff_table(value),), diff_intro(value), diff_notes(value))]
            )
        case Ledgers():
            title = "each counter's total as the first one's plus and minus named work"
            return as_html.render([Sheet(title, {}, ledger_tables(value), notes=ledger_notes(value))])
        case BiasMaps():
            return as_html.render([biases_sheet(f"{len(value)} attentions", value)])
        case BiasMap():
            return as_html.render([biases_sheet(value.path, [value])])
    raise TypeError(f"nothing shows a {type(value).__name__} in a notebook")


def _picture(value: Any) -> str:
    match value:
        case Spec():
            return _drawn(graph(plan(value), Level.STAGE))
        case Plan():
            return _drawn(graph(value, Level.BLOCK))
        case Rows():
            return bars(f"FLOPs under {value.convention}", [_row(row) for row in value])
        case Balance():
            title = f"attention against MLP, FLOPs under {value.convention}"
            return bars(title, [bar for part in value.parts for bar in _part(part)])
        case Graph():
            return _drawn(value)
        case Diff():
            return bars("FLOPs gained or lost", [_change(change) for change in value.rows])
        case Ledgers():
            return bars("totals of counters", [_ledger(ledger) for ledger in value])
        case BiasMaps():
            return _figure(value)
        case BiasMap():
            return _figure([value])
    raise TypeError(f"nothing draws a {type(value).__name__} in a notebook")


def _drawn(shown: Graph) -> str:
    from levit_explore.render.graphs.svg import svg as drawn  # only pictures of graphs need Graphviz

    return drawn(shown)


def _row(row: Row) -> Bar:
    return Bar(row.path, row.flops, f"{count(row.flops)} FLOPs, {percent(row.share)}", row.role)


def _change(change: RowChange) -> Bar:
    row = change.after or change.before
    words = f"{signed(change.flops.gained)} FLOPs, {signed_percent(change.flops.relative)}"
    return Bar(change.path, abs(change.flops.gained), words, Role.OTHER if row is None else row.role)


def _part(part: Part) -> tuple[Bar, Bar]:
    attention = Bar(f"{part.part} attention", part.attention, count(part.attention), Role.ATTENTION)
    return attention, Bar(f"{part.part} MLP", part.mlp, count(part.mlp), Role.MLP)


def _ledger(ledger: Ledger) -> Bar:
    return Bar(ledger.convention.name, ledger.total, count(ledger.total))


def _figure(maps: Sequence[BiasMap]) -> str:
    """The figure that `biases` draws, without what may not stand in a page."""
    from levit_explore.render.figures import encoded
    from levit_explore.render.panels import View

    view = View.QUERY if any(one.learned for one in maps) else View.OFFSETS
    document = encoded(maps, view, ".svg").decode()
    return document[document.index("<svg") :]
