"""A fact as a field of a form: a fact and a state come in, the question, its form, its answer and its fault go out."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.language.facts import Fact
from engine.report.questions_page import answers_text, value_labels
from engine.report.say import Say
from engine.report.values import unit_text
from engine.web.state import Fault, State, written
from engine.web.templates import wording

RADIOS = 8  # values that are shown as radio buttons; more make a list to choose from


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A fact as a field of a form: its question, how it is answered, what was answered, and what is wrong with that.

    ``either`` stands beside it, for who knows that one.
    """

    name: str
    id: str
    question: str
    where: str
    kind: str
    expected: str
    unit: str
    options: list[tuple[str, str]] = field(default_factory=list)
    value: str = ""
    fault: str = ""
    sensitive: bool = False
    either: Field | None = None

    @classmethod
    def of(cls, fact: Fact, state: State, say: Say) -> Field:
        fault = state.faults.get(fact.name)
        options = list(value_labels(fact, say))
        expected = ", ".join(label for _, label in options) or answers_text(fact, say)
        if fact.type.kind == "date":
            expected = wording(say.lang)("expected_date")
        kind = ("radios" if len(options) <= RADIOS else "list") if options else fact.type.kind
        given = written(state.facts[fact.name]) if fact.name in state.facts else ""
        if fact.type.kind == "date" and fact.name in state.facts:
            given = say.fact(fact.name, state.facts[fact.name])
        return cls(
            name=fact.name,
            id=fact.name.replace(".", "-"),
            question=fact.question[say.lang],
            where=fact.where[say.lang],
            kind=kind,
            expected=expected,
            unit=unit_text(fact.type, say.lang),
            options=options,
            value=given if fault is None else fault.written,
            fault="" if fault is None else _fault_text(fault, fact, expected, say.lang),
            sensitive=fact.sensitive,
        )


def _fault_text(fault: Fault, fact: Fact, expected: str, lang: str) -> str:
    """What is wrong with an answer: what the reader of cases says, unless that is written for who writes cases."""
    told = fault.problem.message(lang)
    if fact.name in told or fault.problem.code == "fact-value":
        told = wording(lang)("answer_unread", written=fault.written, expected=expected)
    return told[:1].upper() + told[1:]
