"""Readings that matter, rights and assumptions: what a case leaves open comes in, sections or JSON objects go out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.evaluation.decision import ObligationLine, PaymentLine, Result
from engine.inquiry.readings import PageChange, Reading, Seen
from engine.inquiry.suppositions import Supposed, by_kind
from engine.policy.results import UNTIL
from engine.report.objects import as_json, result_value
from engine.report.page import Block, Heading, Paragraph, Tree, by_years, section
from engine.report.parts import named_years
from engine.report.reasons import duty_status, is_told, lacking
from engine.report.say import Say
from engine.report.values import to_json

MOST_EFFECTS = 1  # so many are told of a choice, the others counted
DUTIES = ("duty", "undated")


def readings_blocks(readings: Sequence[Reading], say: Say) -> Iterator[Block]:
    """The section: each question with the choice taken, and what another choice would change of what is shown.

    Those that change duties alone are told in full only.
    """
    lines: list[tuple[int, str]] = []
    left_out = 0
    for reading in readings:
        told = []
        for choice, effects in reading.others.items():
            shown = [effect for effect in effects if say.full or effect.place.kind not in DUTIES]
            if shown:
                told.append(say.pair(_way(reading, choice, say), f"{say.listed(told_effects(shown, say))}."))
        if told:
            asked = f"{reading.question.question[say.lang]} {_way(reading, reading.taken, say)}."
            lines += _below(asked, told, say)
        left_out += not told
    yield from section(Heading(say("assumed")), Tree(tuple(lines)))
    if left_out:
        yield Paragraph(say.count("readings_of_duties", left_out))


def reading_otherwise(readings: Sequence[Reading], say: Say) -> Say:
    """The same, telling at each place of the page what would stand there under other readings.

    A verdict stands before the questions, which are told with it.
    """
    told: dict[tuple[str, str, int], dict[tuple[str, str], list[str]]] = {}
    for reading, choice, effect in _effects(readings):
        of_verdict = isinstance(effect.before, Result) and effect.before.kind in ("criterion", "outcome")
        asked = f"{say('quoted', text=reading.question.question[say.lang])} " if of_verdict else ""
        others = told.setdefault((effect.place.kind, effect.place.id, effect.place.year), {})
        others.setdefault((_after(effect, say), asked), []).append(_way(reading, choice, say))
    return replace(say, read={place: _told_otherwise(others, say) for place, others in told.items()})


def _told_otherwise(others: Mapping[tuple[str, str], Sequence[str]], say: Say) -> str:
    """What stands at a place under each other reading, by its name, or what several give together."""
    ways = [(value, f"{asked}{say.either(choices)}") for (value, asked), choices in others.items()]
    if len(ways) == 1:
        return say("read_otherwise", value=ways[0][0], way=ways[0][1])
    return say("read_in_ways", values=say.listed(f"{value} ({way})" for value, way in ways))


def unsaid_objects(
    lines: Mapping[tuple[str, str, int], dict[str, Any]],
    readings: Sequence[Reading],
    supposed: Sequence[Supposed],
    say: Say,
) -> dict[str, Any]:
    """Readings, rights and assumptions for programs; the shape is in schemas/decision.schema.json.

    Each of the ``lines`` of an object, by its place, is told what would stand there under other readings.
    """
    for reading, choice, effect in _effects(readings):
        place = effect.place
        line = lines.get(("duty" if place.kind == "undated" else place.kind, place.id, place.year))
        if line is not None:
            told = {"reading": reading.question.id, "choice": choice, "after": _seen_object(effect.after, say)}
            line.setdefault("otherwise", []).append(told)
    return {
        "readings": [
            {
                **as_json(reading, say, "id=question.id question=question.question taken cite=question.cite"),
                "others": [
                    {
                        "choice": choice,
                        "label": reading.question.choices[choice][say.lang],
                        "changes": [_effect_object(effect, say) for effect in effects],
                    }
                    for choice, effects in reading.others.items()
                ],
            }
            for reading in readings
        ],
        **{kind: [_supposed_object(each, say) for each in found] for kind, found in by_kind(supposed).items()},
    }


def _effects(readings: Sequence[Reading]) -> Iterator[tuple[Reading, str, PageChange]]:
    for reading in readings:
        for choice, effects in reading.others.items():
            yield from ((reading, choice, effect) for effect in effects)


def _way(reading: Reading, choice: str, say: Say) -> str:
    return say.named(reading.question.choices[choice][say.lang], f"{reading.question.id}={choice}")


def told_effects(effects: Sequence[PageChange], say: Say, way: str = "") -> Iterator[str]:
    """Each effect in words, verdict and money first; years that come to the same together.

    ``way`` is the word for what stands there before and after; without it what would stand there is said.
    """

    def text(effect: PageChange) -> str:
        if not way:
            return _after(effect, say)
        return say(way, after=seen_text(effect.after, say), before=seen_text(effect.before, say))

    results = say.registry.results
    first = {*results.ids} - {*results.others}
    ordered = sorted(effects, key=lambda effect: effect.place.id not in first)
    found = by_years(((effect_label(effect, say), text(effect)), effect.place.year) for effect in ordered)
    most = len(found) if say.full else MOST_EFFECTS
    for (label, said), years in list(found.items())[:most]:
        named = named_years(label, years, say)
        yield say.pair(named, said) if said else named
    if len(found) > most:
        yield say.count("other_effects", len(found) - most)


def effect_label(effect: PageChange, say: Say) -> str:
    seen = effect.before if effect.after is None else effect.after
    match seen:
        case PaymentLine():
            return say.label(seen.result)
        case Result() | ObligationLine():
            return say.label(seen)
    return say("warning" if effect.after else "warning_gone")


def _after(effect: PageChange, say: Say) -> str:
    """What would stand there; of a payment the day too where that is another, of a duty that it has none any more."""
    before, after = effect.before, effect.after
    if after is None and effect.place.kind == "warning":
        return ""
    if isinstance(after, Result) and after.missing and not is_told(after):
        return f"{seen_text(after, say)} ({lacking(after.missing, say)})"
    day = ""
    if isinstance(after, PaymentLine) and isinstance(before, PaymentLine) and after.due and after.due != before.due:
        day = say.scalar(after.due)
    elif isinstance(after, ObligationLine) and isinstance(before, ObligationLine) and before.due and not after.due:
        day = say("day_lost")
    return ", ".join(filter(None, (seen_text(after, say), day)))


def seen_text(seen: Seen | None, say: Say) -> str:
    match seen:
        case None:
            return say.value("not_applicable")
        case Result():
            return say.result(seen)
        case PaymentLine():
            return say.result(seen.result)
        case ObligationLine(status="pending", judged=False, due=due) if due is not None:
            return say.scalar(due)
        case ObligationLine():
            day = f", {say.scalar(seen.due)}" if seen.due and seen.status != "done" else ""
            return duty_status(seen, say) + day
    return seen[say.lang].rstrip(".")


def _effect_object(effect: PageChange, say: Say) -> dict[str, Any]:
    place = effect.place
    return {
        "kind": "duty" if place.kind == "undated" else place.kind,
        "id": None if place.kind == "warning" else place.id,
        "annee": place.year or None,
        "label": effect_label(effect, say),
        "before": _seen_object(effect.before, say),
        "after": _seen_object(effect.after, say),
    }


def _seen_object(seen: Seen | None, say: Say) -> Any:
    match seen:
        case None:
            return None
        case Result():
            return result_value(seen, say)
        case PaymentLine():
            return {**result_value(seen.result, say), **as_json(seen, say, "due")}
        case ObligationLine():
            return as_json(seen, say, "status due")
    return {"text": seen[say.lang]}


OPENING = {"from": "open_from", UNTIL: "open_until"}  # the words for a right by the day that opens or closes it


def supposed_blocks(found: Sequence[Supposed], say: Say) -> Iterator[Block]:
    """The rights that are open, then the assumptions made, each with what it would change."""
    for (kind, several), way in zip(by_kind(found).items(), ("supposed_right", "supposed_other"), strict=True):
        lines = []
        for each in several:
            effects = [f"{say.capital(told)}." for told in told_effects(each.effects, say, way)]
            lines += _below(f"{supposed_head(each, say)}.", effects, say)
        yield from section(Heading(say(kind)), Tree(tuple(lines)))


def _below(head: str, texts: Iterable[str], say: Say) -> list[tuple[int, str]]:
    """A sentence with those that belong to it: below it in full, else behind it."""
    return [(0, head), *((1, text) for text in texts)] if say.full else [(0, " ".join((head, *texts)))]


def supposed_head(each: Supposed, say: Say) -> str:
    """A right with the day that opens it, or an assumption with what could be so instead."""
    supposition = each.supposition
    label = say.name(supposition)
    if each.assumption:
        label = f"{label} ({say('otherwise_said', fact=say.facts([supposition.fact.name]), value=_value(each, say))})"
    elif each.dated:
        word = "open_before" if each.past else OPENING[supposition.day]
        label = f"{label}, {say(word, day=_value(each, say))}"
    else:
        label = f"{label}, {say('open_now')}"
    return f"{label} {say.noted(supposition.cite[:1])}"


def _value(each: Supposed, say: Say) -> str:
    return say.fact(each.supposition.fact.name, each.value)


def _supposed_object(each: Supposed, say: Say) -> dict[str, Any]:
    fact = each.supposition.fact.name
    return {
        **as_json(each.supposition, say, "id label"),
        "fact": fact,
        "value": to_json(each.value, say.registry.vocabulary.facts[fact].type),
        "open": to_json(each.value, None) if each.dated and not each.assumption else None,
        **as_json(each.supposition, say, "cite"),
        "changes": [_effect_object(effect, say) for effect in each.effects],
    }
