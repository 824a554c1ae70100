"""The page of what would happen if: what was found comes in, sections as HTML go out."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from engine.evaluation.decision import Decision
from engine.inquiry.suppositions import Supposed
from engine.language.facts import Fact
from engine.language.values import Scalar
from engine.policy.model import Convention
from engine.report import alternatives_page
from engine.report.curve_chart import curve_figure
from engine.report.html import fragment
from engine.report.page import Block, Heading, Paragraph, Table
from engine.report.parts import tone_of
from engine.report.reasons import waiting
from engine.report.say import Say
from engine.web.what_if import Curve, Sides, Way, WhatIf
from engine.web.wording import Wording, wording

DIFFERENT = "≠ "
ROWS = 9  # of the table below a curve


def what_if_html(found: WhatIf, say: Say) -> Markup:
    """The sections of the page: the curve with its table, the choices side by side, the nearest changes."""
    w = wording(say.lang)
    parts = []
    if found.curve is not None:
        title = w("curve_title", fact=say.label(found.curve.fact))
        parts.append(fragment([Heading(title)]))
        parts.append(curve_figure(found.curve.points, found.curve.today, title, say))
        parts.append(fragment([_points(found.curve, say)]))
    if found.sides is not None:
        parts.append(fragment(list(_sides(found.sides, say, w))))
    if found.nearest is not None:
        parts.append(fragment(list(alternatives_page.wish_blocks(found.nearest, found.decision, say))))
    return Markup("\n".join(parts))


def way_label(way: Way, say: Say) -> str:
    """What the columns differ by."""
    match way.subject:
        case Supposed() as right:
            return say.label(right.supposition)
        case Fact() as fact:
            return say.label(fact)
    return wording(say.lang)("texts_before")


def _points(curve: Curve, say: Say) -> Block:
    """Points of the curve as a table: the ends, that of today, and where the amount changes."""
    kept = [
        (at, result)
        for index, (at, result) in enumerate(curve.points)
        if index in (0, len(curve.points) - 1) or at == curve.today or index % max(1, len(curve.points) // ROWS) == 0
    ]
    rows = tuple((say.scalar(at, curve.fact.type), say.result(result)) for at, result in kept)
    return Table((say.label(curve.fact), say.label(curve.points[0][1])), rows)


def _sides(sides: Sides, say: Say, w: Wording) -> Iterator[Block]:
    """A column for each choice; what differs from that of today is marked."""
    yield Heading(w("sides_title", way=way_label(sides.way, say)))
    columns = [_column(decision, say) for _, decision in sides.columns]
    names = list(dict.fromkeys(name for column in columns for name in column))
    rows = []
    for name in names:
        cells = [column.get(name, "—") for column in columns]
        rows.append((name, *(cell if cell == cells[0] else DIFFERENT + cell for cell in cells)))
    heads = (say("result"), *(_head(sides.way, at, say) for at, _ in sides.columns))
    yield Table(heads, tuple(rows))
    yield Paragraph(w("sides_note"))


def _head(way: Way, at: Scalar | Convention | None, say: Say) -> str:
    match at:
        case Convention():
            return say.label(at)
        case None:
            return wording(say.lang)("without")
    value = say.fact(way.key, at)
    return value if isinstance(way.subject, Fact) else wording(say.lang)("with_right", value=value)


def _column(decision: Decision | None, say: Say) -> dict[str, str]:
    """The verdict, and what an open one waits for; the results of the year or the most of each year, if not refused."""
    if decision is None:
        return {}
    verdict = decision.verdict
    cells = {}
    if verdict is not None:
        open_ = waiting(verdict, say) if verdict.status == "undetermined" else ""
        cells[say.label(verdict)] = f"{say.result(verdict)} ({open_})" if open_ else say.result(verdict)
    if tone_of(decision) == "bad":
        return cells
    yearly = (decision.results[id_] for id_ in decision.headline.ids if not decision.years)
    cells |= {say.label(result): say.result(result) for result in yearly if result.yearly}
    return cells | {f"{say('year')} {line.year}": say.result(line.amount) for line in decision.years}
