"""Composes the page on what would change a result: the alternatives found come in, short sentences go out.

The same for programs is one JSON object, with every alternative.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from engine.evaluation.decision import Decision
from engine.inquiry.what_if import Alternative, Alternatives, Change
from engine.language.types import number
from engine.language.values import Absent, Scalar, Value, exact
from engine.policy.registry import Registry
from engine.report.explain_page import head
from engine.report.messages import word, words
from engine.report.page import Block, Heading, Page, Paragraph, Tree
from engine.report.values import exact_text, fact_text, result_text, scalar_text, to_json

# Pairs that the page shows where single changes are enough, and where they are not.
PAIRS_BESIDE_SINGLES, PAIRS_ALONE = 4, 12
POINTS = ("percent", "percentile")
COUNTED = ("patients", "ETP")
DAYS = "days"
BARE = number("none", None)


def alternatives_page(found: Alternatives, decision: Decision, registry: Registry, lang: str) -> Page:
    """The page on what would give an item of a decision the wished value."""
    return tuple(_blocks(found, decision, registry, lang))


def _blocks(found: Alternatives, decision: Decision, registry: Registry, lang: str) -> Iterator[Block]:
    text = words(lang)
    yield from head(decision, found.item, lang)
    yield Heading(text["wish"].format(wish=_wish(found, decision, lang)))
    if found.reached:
        yield Paragraph(text["wish_reached"], "good")
        return
    if not (found.tried or found.left):
        yield Paragraph(text["wish_unknown_item"], "open")
        return
    singles = [each for each in found.found if len(each.changes) == 1]
    pairs = [each for each in found.found if len(each.changes) > 1]
    for title, several, shown in (
        ("one_change", singles, len(singles)),
        ("two_changes", pairs, PAIRS_BESIDE_SINGLES if singles else PAIRS_ALONE),
    ):
        groups = _grouped(several)
        if groups:
            yield Heading(text[title])
            yield Tree(
                tuple(line for group in groups[:shown] for line in _lines(group, found, decision, registry, lang))
            )
        if len(groups) > shown:
            yield Paragraph(text["more_alternatives"].format(count=len(groups) - shown))
    yield from _closing(found, registry, lang)


def _closing(found: Alternatives, registry: Registry, lang: str) -> Iterator[Block]:
    """How far the search went, and what it left alone."""
    text = words(lang)
    if not found.found:
        yield Paragraph(text["no_alternative"], "open")
    tried = "alternatives_tried" if found.found else "none_tried"
    yield Paragraph(text[tried].format(count=scalar_text(found.tried, None, lang)))
    if found.spent:
        yield Paragraph(text["alternatives_spent"].format(bound=scalar_text(found.bound, None, lang)), "open")
    if found.left:
        names = ", ".join(registry.vocabulary.facts[name].label[lang] for name in found.left)
        yield Paragraph(text["left_alone"].format(names=names))


def _wish(found: Alternatives, decision: Decision, lang: str) -> str:
    wish, result = found.wish, decision.results[found.item]
    if wish.value is None:
        return word("wish_any", lang)
    if isinstance(wish.value, Absent):
        return word(wish.value.value, lang)
    if isinstance(wish.value, str):
        return result.value_labels[wish.value][lang] if wish.value in result.value_labels else word(wish.value, lang)
    value = scalar_text(wish.value, result.type, lang)
    if wish.kind == "is":
        return value
    kind = {"more": "later", "less": "earlier"}.get(wish.kind) if isinstance(wish.value, dt.date) else None
    return word(f"wish_{kind or wish.kind}", lang).format(value=value)


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


def _lines(
    group: Sequence[Alternative], found: Alternatives, decision: Decision, registry: Registry, lang: str
) -> Iterator[tuple[int, str]]:
    """The changes on one line, then what they give and by which exception."""
    text = words(lang)
    first, place = group[0], _choice(group[0])
    parts = []
    for i, change in enumerate(first.changes):
        choices = [each.changes[i].after for each in group] if i == place else [change.after]
        said = _change(change, choices, registry, lang)
        parts.append(f"{registry.vocabulary.facts[change.fact].label[lang]}{text['colon']}{said}")
    yield 0, text["semicolon"].join(parts)
    if found.wish.kind != "is":
        yield 1, text["gives"].format(value=_given(first, lang))
    for derogation in first.derogations:
        criterion = registry.by_id(first.convention) if first.convention else decision.convention
        item = criterion.items.get(derogation.criterion)
        label = item.label[lang] if item else derogation.criterion
        yield 1, text["by_derogation"].format(label=derogation.label[lang], criterion=label)
    if first.convention:
        label = registry.by_id(first.convention).label[lang]
        yield 1, text["other_convention"].format(label=label)


def _given(each: Alternative, lang: str) -> str:
    return word(str(each.value), lang) if each.result.kind == "obligation" else result_text(each.result, lang)


def _change(change: Change, choices: Sequence[Scalar | None], registry: Registry, lang: str) -> str:
    text, vocabulary = words(lang), registry.vocabulary

    def shown(value: Scalar) -> str:
        return fact_text(change.fact, value, vocabulary, lang)

    if change.after is None:
        return text["taken_away"].format(before="" if change.before is None else shown(change.before))
    *several, last = (shown(value) for value in choices if value is not None)
    after = f"{', '.join(several)}{text['or']}{last}" if several else last
    if change.before is None:
        return text["stated"].format(after=after)
    difference = _difference(change, registry, lang)
    if difference is None:
        return text["instead_of"].format(after=after, before=shown(change.before))
    before = shown(change.before)
    if vocabulary.facts[change.fact].type.unit in COUNTED:  # the difference names the unit
        after, before = (scalar_text(value, BARE, lang) for value in (change.after, change.before))
    return text["moved"].format(difference=difference, after=after, before=before)


def _difference(change: Change, registry: Registry, lang: str) -> str | None:
    """How far a number or date moves, in words; None for choices and for numbers without a unit."""
    moved = _moved(change)
    if moved is None:
        return None
    unit = DAYS if isinstance(change.after, dt.date) else registry.vocabulary.facts[change.fact].type.unit
    distance = moved if moved > 0 else -moved
    single = distance < 2 if lang == "fr" else distance == 1
    key = f"{'points' if unit in POINTS else unit}_{'up' if moved > 0 else 'down'}{'_one' if single else ''}"
    text = words(lang)
    return text[key].format(count=scalar_text(distance, BARE, lang)) if key in text else None


def _moved(change: Change) -> int | Fraction | None:
    match change.before, change.after:
        case dt.date() as before, dt.date() as after:
            return (after - before).days
        case bool() | str(), _:
            return None
        case int() | Fraction() as low, int() | Fraction() as high:
            return exact(Fraction(high) - Fraction(low))
    return None


def alternatives_object(found: Alternatives, decision: Decision, registry: Registry, lang: str) -> dict[str, Any]:
    """The alternatives as one JSON object; a fact that is not stated is null."""
    type_ = decision.results[found.item].type
    wished = found.wish.value
    return {
        "item": found.item,
        "convention": {"id": decision.convention.id, "digest": decision.digest},
        "wish": {"kind": found.wish.kind, "value": _plain(wished, found, decision)},
        "today": _plain(found.today, found, decision),
        "reached": found.reached,
        "alternatives": [
            {
                "changes": [_change_object(change, registry, lang) for change in each.changes],
                "value": _plain(each.value, found, decision),
                "exact": None if isinstance(each.value, Absent) else exact_text(each.value, type_),
                "derogations": [
                    {"criterion": d.criterion, "id": d.id, "label": d.label[lang]} for d in each.derogations
                ],
                "convention": each.convention or decision.convention.id,
            }
            for each in found.found
        ],
        "tried": found.tried,
        "bound": found.bound,
        "bound_met": found.spent,
        "left": list(found.left),
    }


def _plain(value: Value | None, found: Alternatives, decision: Decision) -> Any:
    return value.value if isinstance(value, Absent) else to_json(value, decision.results[found.item].type)


def _change_object(change: Change, registry: Registry, lang: str) -> dict[str, Any]:
    fact = registry.vocabulary.facts[change.fact]
    return {
        "fact": change.fact,
        "label": fact.label[lang],
        "before": to_json(change.before, fact.type),
        "after": to_json(change.after, fact.type),
        "stated": change.stated,
    }
