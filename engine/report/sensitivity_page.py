"""Composes what other readings would change: a sensitivity comes in, a section of a page or a JSON object goes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from engine.evaluation.decision import Result
from engine.inquiry.sensitivity import Choices, Sensitivity, Subject
from engine.language.facts import YEAR
from engine.policy.registry import Registry
from engine.report.decision_page import cited_text
from engine.report.json import citations
from engine.report.messages import words
from engine.report.page import Block, Heading, Page, Paragraph, Tree
from engine.report.values import exact_text, result_text, to_json


def sensitivity_page(found: Sensitivity, registry: Registry, lang: str) -> Page:
    """The section: each result that changes with what brings it, the readings behind, then what is safe."""
    return tuple(_blocks(found, registry, lang))


def _blocks(found: Sensitivity, registry: Registry, lang: str) -> Iterator[Block]:
    text = words(lang)
    yield Heading(text["sensitivity"])
    if found.changes:
        yield Tree(tuple(_changes(found, lang, text)))
        yield Heading(text["changing_readings"], 3)
        yield Tree(tuple(_readings(found, registry, lang, text)))
    else:
        yield Paragraph(text["nothing_changes"])
    for key, status in (("safe", "known"), ("open", "undetermined")):
        shown = [entry for entry in found.safe if entry[1].status == status and entry[1].missing != (YEAR,)]
        if shown:
            key = f"{key}_results" if found.depth is None else f"{key}_so_far"
            yield Paragraph(f"{text[key]}{text['colon']}{text['semicolon'].join(_unchanged(shown, lang, text))}.")
    if found.without_effect:
        yield Paragraph(f"{text['without_effect']}{text['colon']}{', '.join(found.without_effect)}.")
    if found.fixed:
        yield Paragraph(f"{text['kept_as_asked']}{text['colon']}{', '.join(found.fixed)}.")
    yield Paragraph(_examined(found, text))


def _changes(found: Sensitivity, lang: str, text: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Each changed result with its other values; years that say the same are told together."""
    told: dict[tuple[str, str, tuple[str, ...]], list[int]] = {}
    for change in found.changes:
        others = []
        for other in change.alternatives:
            ways = text["or_reading"].join(_way(way, text) for way in other.ways)
            others.append(text["sensitivity_with"].format(value=result_text(other.result, lang), ways=ways))
        key = (change.taken.label[lang], result_text(change.taken, lang), tuple(others))
        told.setdefault(key, []).append(change.subject.year)
    for (label, taken, others_told), years in told.items():
        yield 0, f"{_named(label, years, text)}{text['colon']}{taken}"
        yield from ((1, other) for other in others_told)


def _way(way: Choices, text: Mapping[str, str]) -> str:
    return text["and_reading"].join(f"{id_}={choice}" for id_, choice in way.items())


def _readings(found: Sensitivity, registry: Registry, lang: str, text: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Each reading that brings another result, with its question and article."""
    ways = [way for change in found.changes for other in change.alternatives for way in other.ways]
    named = {pair for way in ways for pair in way.items()}
    for id_, question in found.questions.items():
        for choice, label in question.choices.items():
            if (id_, choice) in named:
                yield 0, f"{id_}={choice}{text['colon']}{label[lang]}"
                yield 1, question.question[lang]
                yield 1, f"{text['article']}{text['colon']}{cited_text(question.cite, registry, lang)}"


def _unchanged(entries: Iterable[tuple[Subject, Result]], lang: str, text: Mapping[str, str]) -> Iterator[str]:
    told: dict[tuple[str, str], list[int]] = {}
    for subject, result in entries:
        value = f" ({result_text(result, lang)})" if result.status == "known" else ""
        told.setdefault((result.label[lang], value), []).append(subject.year)
    for (label, value), years in told.items():
        yield f"{_named(label, years, text)}{value}"


def _named(label: str, years: Sequence[int], text: Mapping[str, str]) -> str:
    """A result's name, with its contract years where it has them; 0 stands for the contract."""
    if not any(years):
        return label
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    shown = ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return text["sensitivity_years" if len(years) > 1 else "sensitivity_year"].format(label=label, year=shown)


def _examined(found: Sensitivity, text: Mapping[str, str]) -> str:
    if found.depth is not None:
        return text["combinations_bound"].format(bound=found.bound, depth=found.depth, count=found.combinations)
    return text["combinations" if found.combinations > 1 else "one_combination"].format(count=found.combinations)


def sensitivity_object(found: Sensitivity, registry: Registry, lang: str) -> dict[str, Any]:
    """The same as a JSON object, the shape of which is in schemas/decision.schema.json."""
    return {
        "complete": found.depth is None,
        "combinations": found.combinations,
        "bound": {"name": "MAX_COMBINATIONS", "value": found.bound, "changed_together": found.depth},
        "changes": [
            {
                **_subject(change.subject, change.taken, lang),
                "taken": _value(change.taken, lang),
                "alternatives": [
                    {**_value(other.result, lang), "ways": [dict(way) for way in other.ways]}
                    for other in change.alternatives
                ],
            }
            for change in found.changes
        ],
        "safe": [{**_subject(subject, result, lang), **_value(result, lang)} for subject, result in found.safe],
        "questions": [
            {
                "id": id_,
                "question": found.questions[id_].question[lang],
                "taken": choice,
                "choices": {name: label[lang] for name, label in found.questions[id_].choices.items()},
                "cite": citations(found.questions[id_].cite, registry),
            }
            for id_, choice in found.taken.items()
        ],
        "without_effect": list(found.without_effect),
        "fixed": list(found.fixed),
    }


def _subject(subject: Subject, result: Result, lang: str) -> dict[str, Any]:
    return {"result": subject.item, "annee": subject.year or None, "label": result.label[lang]}


def _value(result: Result, lang: str) -> dict[str, Any]:
    data: dict[str, Any] = {"status": result.status, "value": to_json(result.value, result.type)}
    exact = exact_text(result.value, result.type)
    if exact is not None:
        data["exact"] = exact
    if isinstance(result.value, str) and result.value in result.value_labels:
        data["value_label"] = result.value_labels[result.value][lang]
    return data
