"""Composes the page on what would change a result: the alternatives found come in, short sentences go out.

The same for programs is one JSON object, with every alternative.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from engine.inquiry.what_if import Alternative, Alternatives, FactChange
from engine.language.types import SHARES
from engine.language.values import Absent, Scalar, exact
from engine.proof.solving import Status
from engine.report.formats import as_html, formats
from engine.report.objects import as_json
from engine.report.page import Block, Heading, Paragraph, Tree, section
from engine.report.parts import item_heading
from engine.report.say import Say
from engine.report.values import NAMING_UNITS, exact_object, to_json

# Changes of several facts that the page shows where fewer facts are enough, and where they are not.
MORE_BESIDE, MORE_ALONE = 4, 12
DAYS = "days"


def page(found: Alternatives, say: Say) -> Iterator[Block]:
    """The wish, then the changes that would give it, the single ones first."""
    yield from item_heading(found.decision, found.item, say)
    yield from wish_blocks(found, say)
    if found.left and not found.reached:
        yield Paragraph(say("left_alone", names=say.facts(found.left)))


def data(found: Alternatives, say: Say) -> dict[str, Any]:
    """Every alternative; a fact that is not stated is null."""
    decision, type_ = found.decision, found.decision.results[found.item].type
    return {
        "item": found.item,
        "convention": as_json(decision, say, "id=convention.id digest"),
        "wish": {"kind": found.wish.kind, "value": to_json(found.wish.value, type_)},
        "today": to_json(found.today, type_),
        "reached": found.reached,
        "alternatives": [
            {
                "changes": [
                    {
                        "fact": change.fact,
                        "label": say.label(fact),
                        "before": to_json(change.before, fact.type),
                        "after": to_json(change.after, fact.type),
                        "stated": change.stated,
                    }
                    for change in each.changes
                    for fact in [say.registry.vocabulary.facts[change.fact]]
                ],
                "value": to_json(each.value, type_),
                "exact": exact_object(each.value, type_).get("exact"),
                **as_json(each, say, "derogations"),
                "convention": each.convention or decision.convention.id,
            }
            for each in found.found
        ],
        "proof": as_json(found.proof, say, "status=status.value most effort"),
        "left": list(found.left),
    }


FORMATS = formats(page, data, html=as_html(page))


def wish_blocks(found: Alternatives, say: Say) -> Iterator[Block]:
    """The wish, and each change that would give it, with how much of that is proved."""
    yield Heading(say("wish", wish=_wish(found, say)))
    if found.reached:
        yield Paragraph(say("wish_reached"), "good")
        return
    sizes = sorted({len(each.changes) for each in found.found})
    for size in sizes:
        groups = _grouped([each for each in found.found if len(each.changes) == size])
        shown = len(groups) if size == 1 else MORE_BESIDE if size > sizes[0] else MORE_ALONE
        title = ("one_change", "two_changes", "three_changes")[size - 1]
        told = Tree(tuple(line for group in groups[:shown] for line in _lines(group, found, say)))
        yield from section(Heading(say(title)), told)
        if len(groups) > shown:
            yield Paragraph(say.count("more_alternatives", len(groups) - shown))
    proof = found.proof
    match proof.status:
        case Status.EXCLUDED:
            yield Paragraph(say("no_alternative_proved"), "open")
        case Status.SHOWN:
            yield Paragraph(say("alternatives_proved" if found.found else "none_of_few", most=proof.most))
        case Status.UNDECIDED:
            yield Paragraph(say("alternatives_undecided", effort=say.scalar(proof.effort)), "open")


def _wish(found: Alternatives, say: Say) -> str:
    wish, result = found.wish, found.decision.results[found.item]
    if wish.value is None:
        return say("wish_any")
    value = say.scalar(wish.value, result.type, result.value_labels)
    if wish.kind == "is" or isinstance(wish.value, Absent | str):
        return value
    kind = {"more": "later", "less": "earlier"}.get(wish.kind) if isinstance(wish.value, dt.date) else None
    return say(f"wish_of.{kind or wish.kind}", value=value)


def _grouped(several: Sequence[Alternative]) -> list[list[Alternative]]:
    """Alternatives that differ by the choice of one fact alone, together."""
    groups: dict[tuple[object, ...], list[Alternative]] = {}
    for each in several:
        place = _choice(each)
        rest = tuple((c.fact, c.before, None if i == place else c.after) for i, c in enumerate(each.changes))
        lifted = tuple(derogation.id for derogation in each.derogations)
        groups.setdefault((place, rest, str(each.value), lifted, each.convention), []).append(each)
    return list(groups.values())


def _choice(each: Alternative) -> int | None:
    """The place of the last change that is a choice among named values."""
    return next((i for i in reversed(range(len(each.changes))) if isinstance(each.changes[i].after, str)), None)


def _lines(group: Sequence[Alternative], found: Alternatives, say: Say) -> Iterator[tuple[int, str]]:
    """The changes on one line, then what they give and by which exception."""
    first, place = group[0], _choice(group[0])
    parts = []
    for i, change in enumerate(first.changes):
        choices = [each.changes[i].after for each in group] if i == place else [change.after]
        said = _change(change, choices, say)
        parts.append(say.pair(say.facts([change.fact]), said))
    yield 0, say.listed(parts)
    if found.wish.kind != "is":
        status = first.result.kind == "obligation"
        yield 1, say("gives", value=say.value(str(first.value)) if status else say.result(first.result))
    for derogation in first.derogations:
        convention = say.registry.by_id(first.convention) if first.convention else found.decision.convention
        item = convention.items.get(derogation.criterion)
        label = say.label(item) if item else derogation.criterion
        yield 1, say("by_derogation", label=say.label(derogation), criterion=label)
    if first.convention:
        yield 1, say("other_convention", label=say.label(say.registry.by_id(first.convention)))


def _change(change: FactChange, choices: Sequence[Scalar | None], say: Say) -> str:
    def shown(value: Scalar) -> str:
        return say.fact(change.fact, value)

    if change.after is None:
        return say("taken_away", before="" if change.before is None else shown(change.before))
    after = say.either(shown(value) for value in choices if value is not None)
    if change.before is None:
        return say("stated", after=after)
    difference = _difference(change, say)
    if difference is None:
        return say("instead_of", after=after, before=shown(change.before))
    before = shown(change.before)
    if say.registry.vocabulary.facts[change.fact].type.unit in NAMING_UNITS:  # the difference names the unit
        after, before = (say.scalar(value) for value in (change.after, change.before))
    return say("moved", difference=difference, after=after, before=before)


def _difference(change: FactChange, say: Say) -> str | None:
    """How far a number or date moves, in words; None for choices and for numbers without a unit."""
    moved: int | Fraction
    unit = say.registry.vocabulary.facts[change.fact].type.unit
    match change.before, change.after:
        case dt.date() as before, dt.date() as after:
            moved, unit = (after - before).days, DAYS
        case (int() | Fraction()) as low, (int() | Fraction()) as high if not isinstance(low, bool):
            moved = exact(Fraction(high) - Fraction(low))
        case _:
            return None
    unit = "points" if unit in SHARES else unit
    if unit not in NAMING_UNITS and unit not in ("points", DAYS, "years", "patients_par_etp"):
        return None
    distance = moved if moved > 0 else -moved
    return say.count(f"more_of.{unit}" if moved > 0 else f"fewer_of.{unit}", distance)
