"""Composes what to ask next: the questions of a case come in, a page for people or an object for a form goes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from engine.evaluation.decision import Result
from engine.inquiry.questions import Asked, Outlook
from engine.inquiry.readings import Reading
from engine.language.facts import Fact
from engine.language.values import exact
from engine.report.formats import formats
from engine.report.objects import as_json, doubt_objects, each_as_json
from engine.report.otherwise_page import possible_blocks, possible_objects
from engine.report.page import Block, Heading, Paragraph, Tree
from engine.report.parts import convention_line, noted
from engine.report.readings import reading_otherwise
from engine.report.reasons import why
from engine.report.remarks import OPEN, REMARKS, remark_blocks, remarks
from engine.report.say import Say
from engine.report.values import to_json


@dataclass(frozen=True, slots=True)
class Questions:
    """The questions of a case, with its title, the readings that matter, and what can still be.

    ``again`` asks the same of the case, ``others`` for the other results, and ``evaluate`` decides it: what to type.
    """

    asked: Asked
    title: str = ""
    readings: Sequence[Reading] = ()
    outlooks: Sequence[Outlook] = ()
    again: str = ""
    others: str = ""
    evaluate: str = ""


@noted
def page(questions: Questions, say: Say) -> Iterator[Block]:
    """The questions in their order, what can still come out, what waits, and the command to run next."""
    asked = questions.asked
    yield Heading(say("ask_title", title=questions.title), 1)
    yield convention_line(asked.decision, say)
    say, keys = reading_otherwise(questions.readings, say), set(REMARKS) - {OPEN}
    yield from remark_blocks(remarks([asked.decision], asked.decision.obligations, say, keys), say.in_full())
    for number, question in enumerate(asked.questions, 1):
        fact = question.fact
        answers = [answers_text(fact, say), *([say("ask_absence")] if fact.absence_answers else [])]
        yield Heading(f"{number}. {fact.question[say.lang]}")
        lines = [(1, say.pair(fact.name, say.listed(answers)))]
        if fact.where[say.lang]:
            lines.append((1, say.pair(say("ask_where"), fact.where[say.lang])))
        yield Tree(tuple(lines))
    yield from possible_blocks(questions.outlooks, say)
    yield Heading(say("ask_state"))
    for result in asked.wanted:
        if result.status == "known":
            yield Paragraph(say.pair(say.label(result), f"{say.result(result)}."))
    for result in asked.open:
        yield Paragraph(say.pair(say.label(result), f"{say('ask_open')}. {why(result, asked.decision, say)}"))
    if not asked.waiting and not asked.questions:
        yield Paragraph(say("ask_nothing"))
    if asked.waiting:
        yield Paragraph(_waiting("wait", asked.waiting, say))
    if asked.others:
        yield Paragraph(_waiting("others_wait", asked.others, say))
    key, command = ("ask_others", questions.others) if asked.others else ("ask_evaluate", questions.evaluate)
    key, command = ("ask_next", questions.again) if asked.waiting else (key, command)
    yield Paragraph(say(key))
    yield Tree(((1, command),))


def data(questions: Questions, say: Say) -> Any:
    """The same for a form: one entry for each question in its order, and the results that wait."""
    asked = questions.asked
    return {
        "convention": asked.decision.convention.id,
        "consistency": doubt_objects([asked.decision], say),
        "unmet": each_as_json((each for each in asked.decision.obligations if each.status == "unmet"), say),
        "for": [result.id for result in asked.wanted],
        "questions": [_object(question.fact, say) for question in asked.questions],
        "waiting": [result.id for result in asked.waiting],
        "open": [result.id for result in asked.open],
        "others_waiting": [result.id for result in asked.others],
        "possible": possible_objects(questions.outlooks, say),
    }


FORMATS = formats(page, data)


def _waiting(key: str, results: Sequence[Result], say: Say) -> str:
    return say.count(key, len(results), names=", ".join(say.label(result) for result in results))


def answers_text(fact: Fact, say: Say) -> str:
    """Which answers a fact takes, in words."""
    kind = fact.type.kind
    if kind == "date":
        return say("ask_date")
    if kind != "number":
        return ", ".join(f"{value} ({label})" for value, label in value_labels(fact, say))
    said = say("ask_decimal", scale=fact.type.scale) if fact.type.scale else say("ask_whole")
    said += say.find("ask_unit", fact.type.unit or "") or ""
    if fact.minimum is None or fact.maximum is None:
        return said
    low, high = (say.scalar(exact(bound)) for bound in (fact.minimum, fact.maximum))
    return say("ask_range", kind=said, low=low, high=high)


def value_labels(fact: Fact, say: Say) -> Iterator[tuple[str, str]]:
    """Each value of an enum or boolean as a case states it, with its label."""
    if fact.type.kind == "boolean":
        yield from ((value, say.value(value)) for value in ("true", "false"))
    for value in fact.type.values:
        yield value, fact.value_labels[value][say.lang] if value in fact.value_labels else value


def _object(fact: Fact, say: Say) -> dict[str, Any]:
    number = fact.type.kind == "number"
    return {
        **as_json(fact, say, "fact=name question where"),
        "type": "integer" if number and not fact.type.scale else fact.type.kind,
        "unit": fact.type.unit if number and fact.type.unit != "none" else None,
        "values": [
            {"value": {"true": True, "false": False}.get(value, value), "label": label}
            for value, label in value_labels(fact, say)
        ],
        "minimum": None if fact.minimum is None else to_json(exact(fact.minimum), None),
        "maximum": None if fact.maximum is None else to_json(exact(fact.maximum), None),
        "absence_is_answer": fact.absence_answers,
    }
