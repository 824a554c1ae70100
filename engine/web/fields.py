"""A fact as a field of a form: a fact and a state come in, the question, its form, its answer and its fault go out."""

from __future__ import annotations

from typing import Any

from engine.language.facts import Fact
from engine.report.questions_page import answers_text, value_labels
from engine.report.say import Say
from engine.report.values import unit_text
from engine.web.state import Fault, State, written
from engine.web.templates import wording

RADIOS = 8  # values that are shown as radio buttons; more make a list to choose from

Field = dict[str, Any]  # what templates show of a fact


def field_of(fact: Fact, state: State, say: Say) -> Field:
    """A fact as a field: its question, how it is answered, what was answered, and what is wrong with that.

    ``either`` may hold the field that stands beside it, for who knows that one.
    """
    fault, options = state.faults.get(fact.name), list(value_labels(fact, say))
    expected, given = ", ".join(label for _, label in options) or answers_text(fact, say), ""
    if fact.name in state.facts:
        given = written(state.facts[fact.name])
    if fact.type.kind == "date":
        expected = wording(say.lang)("expected_date")
        given = say.fact(fact.name, state.facts[fact.name]) if given else ""
    return {
        "name": fact.name,
        "id": fact.name.replace(".", "-"),
        "question": fact.question[say.lang],
        "where": fact.where[say.lang],
        "kind": ("radios" if len(options) <= RADIOS else "list") if options else fact.type.kind,
        "expected": expected,
        "unit": unit_text(fact.type, say.lang),
        "options": options,
        "value": given if fault is None else fault.written,
        "fault": "" if fault is None else _fault_text(fault, fact, expected, say.lang),
        "sensitive": fact.sensitive,
        "either": None,
    }


def _fault_text(fault: Fault, fact: Fact, expected: str, lang: str) -> str:
    """What is wrong with an answer: what the reader of cases says, unless that is written for who writes cases."""
    told = fault.problem.message(lang)
    if fact.name in told or fault.problem.code == "fact-value":
        told = wording(lang)("answer_unread", written=fault.written, expected=expected)
    return told[:1].upper() + told[1:]
