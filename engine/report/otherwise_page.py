"""Sensitivity to readings, and values still possible: what an inquiry found comes in, sections and JSON objects go out.

The shape of the objects is in schemas/decision.schema.json.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine.evaluation.decision import Result
from engine.language.facts import YEAR
from engine.report.objects import as_json, result_value, value_object
from engine.report.page import Block, Heading, Paragraph, Table, Tree, by_years, section
from engine.report.parts import named_years
from engine.report.say import Say

if TYPE_CHECKING:
    from engine.inquiry.questions import Outlook
    from engine.inquiry.sensitivity import ReadingChange, Sensitivity, Subject
    from engine.proof.possible import Possible


def sensitivity_blocks(found: Sensitivity, say: Say) -> Iterator[Block]:
    """The section: each result that changes with what brings it, the readings behind, then what is safe."""
    yield Heading(say("sensitivity"))
    if found.changes:
        told = by_years((_told(found, change, say), change.subject.year) for change in found.changes)
        lines: list[tuple[int, str]] = []
        for (label, taken, others), years in told.items():  # years that say the same are told together
            lines += [(0, say.pair(named_years(label, years, say), taken)), *((1, other) for other in others)]
        yield Tree(tuple(lines))
        yield Heading(say("changing_readings"), 3)
        yield Tree(tuple(_readings(found, say)))
    else:
        yield Paragraph(say("nothing_changes"))
    for status in ("known", "undetermined"):
        shown = [entry for entry in found.safe if entry[1].status == status and entry[1].missing != (YEAR,)]
        if shown:
            title = say(f"unchanged.{status}{'' if found.depth is None else '_so_far'}")
            yield Paragraph(say.pair(title, f"{say.listed(_unchanged(shown, say))}."))
    for key, ids in (("without_effect", found.without_effect), ("kept_as_asked", found.fixed)):
        if ids:
            questions = (say.named(found.questions[id_].question[say.lang], id_) for id_ in ids)
            yield Paragraph(say.pair(say(key), say.listed(questions)))
    if found.depth is None:
        yield Paragraph(say.count("combinations", found.combinations))
    else:
        yield Paragraph(say("combinations_bound", bound=found.bound, depth=found.depth, count=found.combinations))


def _told(found: Sensitivity, change: ReadingChange, say: Say) -> tuple[str, str, tuple[str, ...]]:
    others = []
    for other in change.alternatives:
        ways = say("or_reading").join(
            say("and_reading").join(_choice(found, id_, choice, say) for id_, choice in way.items())
            for way in other.ways
        )
        others.append(say("sensitivity_with", value=say.result(other.result), ways=ways))
    return say.label(change.taken), say.result(change.taken), tuple(others)


def _choice(found: Sensitivity, id_: str, choice: str, say: Say) -> str:
    """A choice by its label, in quotes because it stands inside a sentence."""
    return say.named(say("quoted", text=_choice_label(found, id_, choice, say)), f"{id_}={choice}")


def _choice_label(found: Sensitivity, id_: str, choice: str, say: Say) -> str:
    """A choice in words; what could be so instead of an assumption is a fact with its value."""
    question = found.questions[id_]
    if id_ not in found.assumed or choice == question.default:
        return question.choices[choice][say.lang]
    each = found.assumed[id_]
    return say.stated(each.supposition.fact.name, each.value)


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
    told = (
        ((say.label(result), f" ({say.result(result)})" if result.status == "known" else ""), subject.year)
        for subject, result in entries
    )
    for (label, value), years in by_years(told).items():
        yield f"{named_years(label, years, say)}{value}"


def sensitivity_object(found: Sensitivity, say: Say) -> dict[str, Any]:
    """The same as a JSON object, the shape of which is in schemas/decision.schema.json."""
    return {
        "complete": found.depth is None,
        "combinations": found.combinations,
        "bound": {"name": "MAX_COMBINATIONS", "value": found.bound, "changed_together": found.depth},
        "changes": [
            {
                **_subject(change.subject, change.taken, say),
                "taken": result_value(change.taken, say),
                "alternatives": [
                    {**result_value(other.result, say), "ways": [dict(way) for way in other.ways]}
                    for other in change.alternatives
                ],
            }
            for change in found.changes
        ],
        "safe": [{**_subject(subject, result, say), **result_value(result, say)} for subject, result in found.safe],
        "questions": [
            {
                **as_json(found.questions[id_], say, "id question"),
                "taken": choice,
                "choices": {name: _choice_label(found, id_, name, say) for name in found.questions[id_].choices},
                **as_json(found.questions[id_], say, "cite"),
            }
            for id_, choice in found.taken.items()
        ],
        "without_effect": list(found.without_effect),
        "fixed": list(found.fixed),
    }


def _subject(subject: Subject, result: Result, say: Say) -> dict[str, Any]:
    return {"result": subject.item, "annee": subject.year or None, "label": say.label(result)}


def possible_blocks(found: Sequence[Outlook], say: Say) -> Iterator[Block]:
    """The section: each open result with its values, years that come to the same together."""
    told = by_years(((say.label(each.result), possible_text(each, say)), each.year) for each in found)
    rows = tuple((named_years(label, years, say), text) for (label, text), years in told.items())
    yield from section(Heading(say("still_possible")), Table(say.heads("result", "value"), rows))


def possible_text(outlook: Outlook, say: Say) -> str:
    """The values in words, as a choice or as a range, and what the budget left open."""
    possible, result = outlook.possible, outlook.result
    words = [say.scalar(value, result.type, result.value_labels) for value in possible.values]
    if not words:
        return say("nothing_possible") if possible.decided else say("possible_undecided", effort=possible.effort)
    said = _range(outlook, say) if _is_range(possible) else say.either(words)
    return said if possible.decided else say.listed([said, say("budget_spent", effort=possible.effort)])


def _range(outlook: Outlook, say: Say) -> str:
    """From the least to the greatest, as far as the texts set either."""
    possible, type_ = outlook.possible, outlook.result.type
    if possible.unbounded:
        return say("range_from" if possible.values[0] else "any_number", low=say.scalar(possible.values[0], type_))
    return say("from_to", **say.ends(possible.values, type_))


def _is_range(possible: Possible) -> bool:
    """Whether the values are the least and the greatest of many numbers."""
    return not possible.complete and possible.decided and len(possible.values) == 2


def possible_objects(found: Sequence[Outlook], say: Say) -> list[dict[str, Any]]:
    """The same for programs; the shape is in schemas/decision.schema.json."""
    return [
        {
            "result": result.id,
            "annee": year or None,
            "label": say.label(result),
            "values": [value_object(each, result.type, say, result.value_labels) for each in possible.values],
            "range": _is_range(possible),
            **as_json(possible, say, "complete unbounded decided effort"),
        }
        for result, year, possible in ((each.result, each.year, each.possible) for each in found)
    ]
