"""Composes what to ask next: the questions of a case come in, a page for people or an object for a form goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.evaluation.decision import Result
from engine.inquiry.questions import Asked
from engine.language.facts import Fact
from engine.language.values import exact
from engine.policy.registry import Registry
from engine.report.decision_page import because_text
from engine.report.messages import words
from engine.report.page import Block, Heading, Page, Paragraph, Tree
from engine.report.values import Json, result_text, scalar_text, to_json


@dataclass(frozen=True, slots=True)
class Commands:
    """What to type next: the same question again, the other results' questions, and the decision."""

    again: str
    others: str
    evaluate: str


def questions_page(asked: Asked, registry: Registry, commands: Commands, title: str, lang: str) -> Page:
    """The questions in their order, what waits for them, and the command to run next."""
    return tuple(_blocks(asked, registry, commands, title, lang))


def _blocks(asked: Asked, registry: Registry, commands: Commands, title: str, lang: str) -> Iterator[Block]:
    text = words(lang)
    colon = text["colon"]
    yield Heading(text["ask_title"].format(title=title), 1)
    convention = asked.decision.convention
    yield Paragraph(f"{convention.label[lang]} ({convention.id}){colon}{asked.decision.selected_because[lang]}.")
    for number, question in enumerate(asked.questions, 1):
        fact = question.fact
        absence = f"{text['semicolon']}{text['ask_absence']}" if fact.absence_answers else ""
        yield Heading(f"{number}. {fact.question[lang]}")
        lines = [(1, f"{fact.name}{colon}{_kind(fact, lang, text)}{absence}")]
        if fact.where[lang]:
            lines.append((1, f"{text['ask_where']}{colon}{fact.where[lang]}"))
        yield Tree(tuple(lines))
    yield Heading(text["ask_state"])
    for result in asked.wanted:
        if result.status != "undetermined":
            yield Paragraph(f"{result.label[lang]}{colon}{result_text(result, lang)}.")
    for result in asked.open:
        yield Paragraph(f"{result.label[lang]}{colon}{text['ask_open']}. {because_text(result, registry, lang)}")
    if not asked.waiting:
        yield Paragraph(text["ask_nothing"])
    yield from _next(asked, commands, lang, text)


def _next(asked: Asked, commands: Commands, lang: str, text: Mapping[str, str]) -> Iterator[Block]:
    if asked.waiting:
        yield Paragraph(_count("wait", asked.waiting, lang, text))
    if asked.others:
        yield Paragraph(_count("others_wait", asked.others, lang, text))
    key, command = ("ask_others", commands.others) if asked.others else ("ask_evaluate", commands.evaluate)
    key, command = ("ask_next", commands.again) if asked.waiting else (key, command)
    yield Paragraph(text[key])
    yield Tree(((1, command),))


def _count(key: str, results: Sequence[Result], lang: str, text: Mapping[str, str]) -> str:
    key = f"many_{key}" if len(results) > 1 else f"one_{key}"
    return text[key].format(count=len(results), names=", ".join(result.label[lang] for result in results))


def _kind(fact: Fact, lang: str, text: Mapping[str, str]) -> str:
    """Which answers a fact takes, in words."""
    kind = fact.type.kind
    if kind == "date":
        return text["ask_date"]
    if kind != "number":
        return ", ".join(f"{value} ({label})" for value, label in _labels(fact, lang, text))
    said = text["ask_decimal"].format(scale=fact.type.scale) if fact.type.scale else text["ask_whole"]
    said += text.get(f"unit_{fact.type.unit}", "")
    if fact.minimum is None or fact.maximum is None:
        return said
    low, high = (scalar_text(exact(bound), None, lang) for bound in (fact.minimum, fact.maximum))
    return text["ask_range"].format(kind=said, low=low, high=high)


def _labels(fact: Fact, lang: str, text: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Each value of an enum or boolean as a case states it, with its label."""
    if fact.type.kind == "boolean":
        yield from (("true", text["true"]), ("false", text["false"]))
    for value in fact.type.values:
        yield value, fact.value_labels[value][lang] if value in fact.value_labels else value


def questions_object(asked: Asked, lang: str) -> dict[str, Any]:
    """The same for a form: one entry for each question in its order, and the results that wait."""
    return {
        "convention": asked.decision.convention.id,
        "for": [result.id for result in asked.wanted],
        "questions": [_object(question.fact, lang) for question in asked.questions],
        "waiting": [result.id for result in asked.waiting],
        "open": [result.id for result in asked.open],
        "others_waiting": [result.id for result in asked.others],
    }


def _object(fact: Fact, lang: str) -> dict[str, Any]:
    kind = fact.type.kind
    if kind == "number":
        kind = "number" if fact.type.scale else "integer"
    return {
        "fact": fact.name,
        "question": fact.question[lang],
        "where": fact.where[lang],
        "type": kind,
        "unit": fact.type.unit if fact.type.kind == "number" and fact.type.unit != "none" else None,
        "values": [{"value": _json(value), "label": label} for value, label in _labels(fact, lang, words(lang))],
        "minimum": None if fact.minimum is None else to_json(exact(fact.minimum), None),
        "maximum": None if fact.maximum is None else to_json(exact(fact.maximum), None),
        "absence_is_answer": fact.absence_answers,
    }


def _json(value: str) -> Json:
    return {"true": True, "false": False}.get(value, value)
