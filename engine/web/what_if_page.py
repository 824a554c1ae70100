"""The page of what would happen if: what was found comes in, sections as HTML go out."""

from __future__ import annotations

from markupsafe import Markup

from engine.inquiry.suppositions import Supposed
from engine.language.facts import Fact
from engine.report import alternatives_page, options_page
from engine.report.curve_chart import curve_figure
from engine.report.html import fragment
from engine.report.page import Block, Heading, Table
from engine.report.say import Say
from engine.web.what_if import Axis, Curve, WhatIf
from engine.web.wording import wording

ROWS = 9  # of the table below a curve


def what_if_html(found: WhatIf, say: Say) -> Markup:
    """The sections of the page: the curve with its table, the nearest changes, the choices side by side."""
    w = wording(say.lang)
    parts = []
    if found.curve is not None:
        title = w("curve_title", fact=say.label(found.curve.fact))
        parts.append(fragment([Heading(title)]))
        parts.append(curve_figure(found.curve.points, found.curve.today, title, say))
        parts.append(fragment([_points(found.curve, say)]))
    if found.nearest is not None:
        parts.append(fragment(list(alternatives_page.wish_blocks(found.nearest, found.decision, say))))
    if found.axis is not None:
        options = options_page.page(options_page.Options("", found.sides), say)[1:]
        parts.append(fragment([Heading(w("sides_title", axis=axis_label(found.axis, say))), *options]))
    return Markup("\n".join(parts))


def axis_label(axis: Axis, say: Say) -> str:
    """What the columns differ by."""
    match axis.subject:
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
