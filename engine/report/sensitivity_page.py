"""Composes what other readings would change: a sensitivity comes in, a section of a page or a JSON object goes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from engine.evaluation.decision import Result
from engine.inquiry.sensitivity import Choices, Sensitivity, Subject
from engine.language.facts import YEAR
from engine.report.objects import citations, value_object
from engine.report.page import Block, Heading, Paragraph, Tree
from engine.report.parts import named_years
from engine.report.say import Say


def sensitivity_blocks(found: Sensitivity, say: Say) -> Iterator[Block]:
    """The section: each result that changes with what brings it, the readings behind, then what is safe."""
    yield Heading(say("sensitivity"))
    if found.changes:
        yield Tree(tuple(_changes(found, say)))
        yield Heading(say("changing_readings"), 3)
        yield Tree(tuple(_readings(found, say)))
    else:
        yield Paragraph(say("nothing_changes"))
    for status in ("known", "undetermined"):
        shown = [entry for entry in found.safe if entry[1].status == status and entry[1].missing != (YEAR,)]
        if shown:
            title = say(f"unchanged.{status}{'' if found.depth is None else '_so_far'}")
            yield Paragraph(say.pair(title, f"{say.listed(_unchanged(shown, say))}."))
    if found.without_effect:
        questions = (say.named(found.questions[id_].question[say.lang], id_) for id_ in found.without_effect)
        yield Paragraph(say.pair(say("without_effect"), say.listed(questions)))
    if found.fixed:
        questions = (say.named(found.questions[id_].question[say.lang], id_) for id_ in found.fixed)
        yield Paragraph(say.pair(say("kept_as_asked"), say.listed(questions)))
    yield Paragraph(_examined(found, say))


def _changes(found: Sensitivity, say: Say) -> Iterator[tuple[int, str]]:
    """Each changed result with its other values; years that say the same are told together."""
    told: dict[tuple[str, str, tuple[str, ...]], list[int]] = {}
    for change in found.changes:
        others = []
        for other in change.alternatives:
            ways = say("or_reading").join(_way(found, way, say) for way in other.ways)
            others.append(say("sensitivity_with", value=say.result(other.result), ways=ways))
        key = (say.label(change.taken), say.result(change.taken), tuple(others))
        told.setdefault(key, []).append(change.subject.year)
    for (label, taken, others_told), years in told.items():
        yield 0, say.pair(named_years(label, years, say), taken)
        yield from ((1, other) for other in others_told)


def _way(found: Sensitivity, way: Choices, say: Say) -> str:
    return say("and_reading").join(_choice(found, id_, choice, say) for id_, choice in way.items())


def _choice(found: Sensitivity, id_: str, choice: str, say: Say) -> str:
    """A choice by its label, in quotes because it stands inside a sentence."""
    return say.named(say("quoted", text=_choice_label(found, id_, choice, say)), f"{id_}={choice}")


def _choice_label(found: Sensitivity, id_: str, choice: str, say: Say) -> str:
    """A choice in words; what could be so instead of an assumption is a fact with its value."""
    question = found.questions[id_]
    if id_ not in found.assumed or choice == question.default:
        return question.choices[choice][say.lang]
    each = found.assumed[id_]
    fact = say.registry.vocabulary.facts[each.supposition.fact.name]
    return say.pair(say.label(fact), say.fact(fact.name, each.value))


def _readings(found: Sensitivity, say: Say) -> Iterator[tuple[int, str]]:
    """Each reading that brings another result, with its question and article."""
    ways = [way for change in found.changes for other in change.alternatives for way in other.ways]
    named = {pair for way in ways for pair in way.items()}
    for id_, question in found.questions.items():
        for choice in question.choices:
            if (id_, choice) in named:
                yield 0, _choice(found, id_, choice, say)
                yield 1, f"{question.question[say.lang]} {say.noted(question.cite)}"


def _unchanged(entries: Iterable[tuple[Subject, Result]], say: Say) -> Iterator[str]:
    told: dict[tuple[str, str], list[int]] = {}
    for subject, result in entries:
        value = f" ({say.result(result)})" if result.status == "known" else ""
        told.setdefault((say.label(result), value), []).append(subject.year)
    for (label, value), years in told.items():
        yield f"{named_years(label, years, say)}{value}"


def _examined(found: Sensitivity, say: Say) -> str:
    if found.depth is not None:
        return say("combinations_bound", bound=found.bound, depth=found.depth, count=found.combinations)
    return say.count("combinations", found.combinations)


def sensitivity_object(found: Sensitivity, say: Say) -> dict[str, Any]:
    """The same as a JSON object, the shape of which is in schemas/decision.schema.json."""
    return {
        "complete": found.depth is None,
        "combinations": found.combinations,
        "bound": {"name": "MAX_COMBINATIONS", "value": found.bound, "changed_together": found.depth},
        "changes": [
            {
                **_subject(change.subject, change.taken, say),
                "taken": value_object(change.taken, say),
                "alternatives": [
                    {**value_object(other.result, say), "ways": [dict(way) for way in other.ways]}
                    for other in change.alternatives
                ],
            }
            for change in found.changes
        ],
        "safe": [{**_subject(subject, result, say), **value_object(result, say)} for subject, result in found.safe],
        "questions": [
            {
                "id": id_,
                "question": found.questions[id_].question[say.lang],
                "taken": choice,
                "choices": {name: _choice_label(found, id_, name, say) for name in found.questions[id_].choices},
                "cite": citations(found.questions[id_].cite, say),
            }
            for id_, choice in found.taken.items()
        ],
        "without_effect": list(found.without_effect),
        "fixed": list(found.fixed),
    }


def _subject(subject: Subject, result: Result, say: Say) -> dict[str, Any]:
    return {"result": subject.item, "annee": subject.year or None, "label": say.label(result)}
