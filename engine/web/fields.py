"""Facts as fields of forms, and as answers: a fact and a state come in; what templates and readers see goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from engine.errors import Problem
from engine.language.facts import Fact
from engine.report.questions_page import answers_text, value_labels
from engine.report.say import Say
from engine.report.values import unit_text
from engine.web.state import State, UnreadAnswer, written
from engine.web.templates import wording

RADIOS = 8  # values that are shown as radio buttons; more make a list to choose from

Field = dict[str, Any]  # what templates show of a fact


def answers(state: State, say: Say) -> list[tuple[str, str, str]]:
    """Each fact answered: its name, its label and the answer in words."""
    facts, unknown = say.registry.vocabulary.facts, wording(state.lang)("not_known")
    told = {name: say.fact(name, value) for name, value in state.facts.items()}
    return [(name, say.label(facts[name]), told.get(name, unknown)) for name in state.answered]


def contradiction(problem: Problem, state: State, say: Say) -> str:
    """What is wrong between answers, each by the label of its fact, where the message names facts by their names."""
    facts, values = say.registry.vocabulary.facts, problem.values
    match values:
        case {"names": list(names), "label": Mapping() as label}:
            return f"{label[say.lang]} ({say.listed(say.stated(name, state.facts[name]) for name in names)})."
    named = ((key, name) for key, name in values.items() if isinstance(name, str) and name in facts)
    labels = {key: say("quoted", text=say.label(facts[name])) for key, name in named}
    return replace(problem, values={**values, **labels}).message(say.lang)


def field_of(fact: Fact, state: State, say: Say) -> Field:
    """A fact as a field: its question, how it is answered, what was answered, and what is wrong with that.

    ``either`` may hold the field that stands beside it, for who knows that one; ``required`` is what a page asks alone.
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
        "required": False,
    }


def _fault_text(fault: UnreadAnswer, fact: Fact, expected: str, lang: str) -> str:
    """What is wrong with an answer: what the reader of cases says, unless that is written for who writes cases."""
    told = fault.problem.message(lang)
    if fact.name in told or fault.problem.code in ("fact-value", "number-cut"):
        told = wording(lang)("answer_unread", written=fault.written, expected=expected)
    return told[:1].upper() + told[1:]
