"""Composes rights and assumptions: what a case leaves unsaid comes in, sections of a page or JSON objects go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine.report.objects import citations
from engine.report.page import Block, Heading, Tree
from engine.report.parts import named_years
from engine.report.readings import effect_label, effect_object, seen_text
from engine.report.say import Say
from engine.report.values import to_json

if TYPE_CHECKING:
    from engine.inquiry.suppositions import Supposed

OPEN = {"from": "open_from", "until": "open_until"}  # the words for a right by the day that opens or closes it
MOST_EFFECTS = 1  # so many are told of each, the others counted


def supposed_blocks(found: Sequence[Supposed], say: Say, full: bool) -> Iterator[Block]:
    """The rights that are open, then the assumptions made, each with what it would change."""
    for head, assumption in (("rights", False), ("assumptions", True)):
        lines = []
        for each in found:
            if each.assumption is assumption:
                effects = [f"{text}." for text in _effects(each, say, full)]
                said = f"{_head(each, say)}."
                lines += [(0, said), *((1, text) for text in effects)] if full else [(0, " ".join((said, *effects)))]
        if lines:
            yield Heading(say(head))
            yield Tree(tuple(lines))


def _head(each: Supposed, say: Say) -> str:
    supposition = each.supposition
    label = say.named(say.label(supposition), supposition.id)
    if each.assumption:
        label = f"{label} ({say('otherwise_said', fact=_fact(each, say), value=_value(each, say))})"
    elif each.dated:
        label = f"{label}, {say(OPEN[supposition.day], day=_value(each, say))}"
    else:
        label = f"{label}, {say('open_now')}"
    return f"{label} {say.noted(supposition.cite[:1])}"


def _fact(each: Supposed, say: Say) -> str:
    return say.label(say.registry.vocabulary.facts[each.supposition.fact.name])


def _value(each: Supposed, say: Say) -> str:
    return say.fact(each.supposition.fact.name, each.value)


def _effects(each: Supposed, say: Say, full: bool) -> Iterator[str]:
    """What it would change, verdict and money first; years that come to the same together."""
    headline = say.registry.results.headline
    first = {id_ for id_, shown in headline.items() if shown.role is not None}
    told: dict[tuple[str, str, str], list[int]] = {}
    for effect in sorted(each.effects, key=lambda effect: effect.place.id not in first):
        texts = (effect_label(effect, say), seen_text(effect.after, say), seen_text(effect.before, say))
        told.setdefault(texts, []).append(effect.place.year)
    way = "supposed_other" if each.assumption else "supposed_right"
    most = len(told) if full else MOST_EFFECTS
    for (label, after, before), years in list(told.items())[:most]:
        yield say.pair(named_years(label, years, say), say(way, after=after, before=before))
    if len(told) > most:
        yield say.count("other_effects", len(told) - most)


def supposed_objects(found: Sequence[Supposed], say: Say) -> dict[str, list[dict[str, Any]]]:
    """The same for programs; the shape is in schemas/decision.schema.json."""
    told: dict[str, list[dict[str, Any]]] = {"rights": [], "assumptions": []}
    for each in found:
        fact = each.supposition.fact.name
        told["assumptions" if each.assumption else "rights"].append(
            {
                "id": each.supposition.id,
                "label": say.label(each.supposition),
                "fact": fact,
                "value": to_json(each.value, say.registry.vocabulary.facts[fact].type),
                "open": to_json(each.value, None) if each.dated and not each.assumption else None,
                "cite": citations(each.supposition.cite, say),
                "changes": [effect_object(effect, say) for effect in each.effects],
            }
        )
    return told
