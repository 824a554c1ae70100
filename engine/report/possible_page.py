"""Composes what can still come out: outlooks come in, a section of a page or JSON objects go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from engine.evaluation.decision import Result
from engine.inquiry.possible import Outlook
from engine.language.values import Absent, Scalar, Value
from engine.proof.possible import Possible
from engine.proof.solving import Status
from engine.report.objects import value_object
from engine.report.page import Block, Heading, Table
from engine.report.parts import named_years
from engine.report.say import Say


def possible_blocks(found: Sequence[Outlook], say: Say) -> Iterator[Block]:
    """The section: each open result with its values, years that come to the same together."""
    told: dict[tuple[str, str], list[int]] = {}
    for outlook in found:
        told.setdefault((say.label(outlook.result), possible_text(outlook, say)), []).append(outlook.year)
    if told:
        yield Heading(say("still_possible"))
        rows = tuple((named_years(label, years, say), text) for (label, text), years in told.items())
        yield Table((say("result"), say("value")), rows)


def possible_text(outlook: Outlook, say: Say) -> str:
    """The values in words, as a choice or as a range, and what the budget left open."""
    possible = outlook.possible
    words = [say.result(as_result(outlook, value)) for value in possible.values]
    undecided = possible.status is Status.UNDECIDED
    if not words:
        return say("possible_undecided", effort=possible.effort) if undecided else say("nothing_possible")
    if is_range(possible):
        said = say("from_to", low=words[0], high=words[-1])
    else:
        said = say("or_value").join(words)
    return say.listed([said, say("budget_spent", effort=possible.effort)]) if undecided else said


def is_range(possible: Possible) -> bool:
    """Whether the values are the least and the greatest of many numbers."""
    return not possible.complete and possible.status is not Status.UNDECIDED and len(possible.values) == 2


def as_result(outlook: Outlook, value: Value) -> Result:
    """The result as if it had come out so."""
    if isinstance(value, Absent):
        return replace(outlook.result, status=value.value, value=None)
    scalar: Scalar = value
    return replace(outlook.result, status="known", value=scalar)


def possible_objects(found: Sequence[Outlook], say: Say) -> list[dict[str, Any]]:
    """The same for programs; the shape is in schemas/decision.schema.json."""
    return [
        {
            "result": outlook.result.id,
            "annee": outlook.year or None,
            "label": say.label(outlook.result),
            "values": [value_object(as_result(outlook, value), say) for value in outlook.possible.values],
            "range": is_range(outlook.possible),
            "complete": outlook.possible.complete,
            "decided": outlook.possible.status is not Status.UNDECIDED,
            "effort": outlook.possible.effort,
        }
        for outlook in found
    ]
