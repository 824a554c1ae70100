"""Composes the readings that matter: readings come in, a section of a page, a word in a line or JSON objects go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine.evaluation.decision import ObligationLine, PaymentLine, Result
from engine.report.objects import citations, value_object
from engine.report.page import Block, Heading, Tree
from engine.report.parts import named_years
from engine.report.say import Say

if TYPE_CHECKING:
    from engine.inquiry.readings import Effect, Reading, Seen

MOST_EFFECTS = 4  # so many are told of a choice, the others counted


def readings_blocks(readings: Sequence[Reading], say: Say, full: bool) -> Iterator[Block]:
    """The section: each question with the choice taken, and what another choice would change of what is shown."""
    lines: list[tuple[int, str]] = []
    for reading in readings:
        question, told = reading.question, []
        for choice, effects in reading.others.items():
            shown = [effect for effect in effects if full or effect.place.kind != "undated"]
            if shown:
                label = f"{question.choices[choice][say.lang]} ({question.id}={choice})"
                told.append((1, say.pair(label, f"{say.listed(_told(shown, say))}.")))
        if told:
            taken = f"{question.choices[reading.taken][say.lang]} ({question.id}={reading.taken})."
            lines += [(0, f"{question.question[say.lang]} {taken}"), *told]
    if lines:
        yield Heading(say("assumed"))
        yield Tree(tuple(lines))


def hanging(result: Result, readings: Sequence[Reading], say: Say) -> str:
    """What a result would be under other readings, for its own line; nothing where none changes it."""
    told = [
        say("read_otherwise", value=_text(effect.after, say), way=f"{reading.question.id}={choice}")
        for reading in readings
        for choice, effects in reading.others.items()
        for effect in effects
        if effect.place.kind == "result" and effect.place.id == result.id and not effect.place.year
    ]
    return f" {say.listed(told)}." if told else ""


def _told(effects: Sequence[Effect], say: Say) -> Iterator[str]:
    """Each effect in words, years that come to the same together."""
    found: dict[tuple[str, str], list[int]] = {}
    for effect in effects:
        found.setdefault((_label(effect, say), _after(effect, say)), []).append(effect.place.year)
    for (label, text), years in list(found.items())[:MOST_EFFECTS]:
        named = named_years(label, years, say)
        yield say.pair(named, text) if text else named
    if len(found) > MOST_EFFECTS:
        yield say.count("other_effects", len(found) - MOST_EFFECTS)


def _label(effect: Effect, say: Say) -> str:
    seen = effect.before if effect.after is None else effect.after
    match seen:
        case PaymentLine():
            return say.label(seen.result)
        case Result() | ObligationLine():
            return say.label(seen)
    return say("warning" if effect.after else "warning_gone")


def _after(effect: Effect, say: Say) -> str:
    """What would stand there; of a payment the day too where that is another."""
    before, after = effect.before, effect.after
    if after is None and effect.place.kind == "warning":
        return ""
    moved = isinstance(after, PaymentLine) and isinstance(before, PaymentLine) and after.due != before.due
    return _text(after, say) + (f", {say.scalar(after.due)}" if moved and after.due else "")  # type: ignore[union-attr]


def _text(seen: Seen | None, say: Say) -> str:
    match seen:
        case None:
            return say.value("not_applicable")
        case Result():
            return say.result(seen)
        case PaymentLine():
            return say.result(seen.result)
        case ObligationLine():
            return f"{say.value(seen.status)}, {say.scalar(seen.due)}" if seen.due else say.value(seen.status)
    return seen[say.lang]


def reading_objects(readings: Sequence[Reading], say: Say) -> list[dict[str, Any]]:
    """The same for programs; the shape is in schemas/decision.schema.json."""
    return [
        {
            "id": reading.question.id,
            "question": reading.question.question[say.lang],
            "taken": reading.taken,
            "cite": citations(reading.question.cite, say),
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
    ]


def _effect_object(effect: Effect, say: Say) -> dict[str, Any]:
    place = effect.place
    return {
        "kind": "duty" if place.kind == "undated" else place.kind,
        "id": None if place.kind == "warning" else place.id,
        "annee": place.year or None,
        "label": _label(effect, say),
        "before": _seen_object(effect.before, say),
        "after": _seen_object(effect.after, say),
    }


def _seen_object(seen: Seen | None, say: Say) -> Any:
    match seen:
        case None:
            return None
        case Result():
            return value_object(seen, say)
        case PaymentLine():
            return {**value_object(seen.result, say), "due": seen.due.isoformat() if seen.due else None}
        case ObligationLine():
            return {"status": seen.status, "due": seen.due.isoformat() if seen.due else None}
    return {"text": seen[say.lang]}
