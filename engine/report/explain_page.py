"""Composes the page that says why: a decision and an item come in, the chain down to facts and articles goes out."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Location, Problem, UsageFault, nearest
from engine.evaluation.decision import Decision, Result
from engine.language.values import Scalar
from engine.policy.registry import Registry
from engine.report.decision_page import cited_text
from engine.report.messages import words
from engine.report.page import Block, Heading, Page, Paragraph, Table, Tree
from engine.report.values import fact_text, result_text

MAX_DEPTH = 12


def explain_page(decision: Decision, registry: Registry, item: str, lang: str) -> Page:
    """The page on one item of a decision.

    Raises:
        UsageFault: the decision has no such item.
    """
    known_item(decision, item)
    return tuple(_blocks(decision, registry, item, lang))


def known_item(decision: Decision, item: str) -> None:
    """Makes sure that a decision has an item.

    Raises:
        UsageFault: it has none of this name.
    """
    obligation = next((line for line in decision.obligations if line.id == item), None)
    if item not in decision.results and obligation is None:
        close = nearest(item, [*decision.results, *(line.id for line in decision.obligations)])
        raise UsageFault(Problem(Location(decision.convention.id), "unknown-item", {"id": item}, close))


def head(decision: Decision, item: str, lang: str) -> Iterator[Block]:
    """What the item came out as, and under which convention."""
    text = words(lang)
    result = decision.results[item]
    if result.kind == "obligation":
        line = next(line for line in decision.obligations if line.id == item)
        due = f", {text['due'].lower()} {line.due.isoformat()}" if line.due else ""
        yield Heading(f"{result.label[lang]}{text['colon']}{text[line.status]}{due}", 1)
    else:
        yield Heading(f"{result.label[lang]}{text['colon']}{result_text(result, lang)}", 1)
    yield Paragraph(f"{decision.convention.label[lang]}{text['colon']}{decision.selected_because[lang]}.")


def behind(decision: Decision, item: str) -> tuple[str, ...]:
    """The item and every result that it rests on, each before those below it."""
    found: dict[str, None] = {}
    waiting = [item]
    while waiting:
        id_ = waiting.pop(0)
        if id_ not in found and id_ in decision.results:
            found[id_] = None
            waiting.extend(decision.results[id_].uses)
    return tuple(found)


def _blocks(decision: Decision, registry: Registry, item: str, lang: str) -> Iterator[Block]:
    text = words(lang)
    result = decision.results[item]
    yield from head(decision, item, lang)
    yield Tree(tuple(_chain(decision, registry, result, lang, 0, set())))
    if result.missing:
        yield Heading(text["missing"], tone="open")
        facts = [registry.vocabulary.facts[name] for name in result.missing]
        rows = tuple((fact.name, fact.question[lang], fact.where[lang]) for fact in facts)
        yield Table((text["fact"], text["question"], text["where"]), rows)


def _chain(
    decision: Decision, registry: Registry, result: Result, lang: str, depth: int, seen: set[str]
) -> Iterator[tuple[int, str]]:
    """A result, what decided it, the facts it reads itself, then each result below it."""
    text = words(lang)
    if result.kind != "obligation" or depth:
        yield depth, f"{result.label[lang]} ({result.id}){text['colon']}{result_text(result, lang)}"
    for use in decision.overlays:
        if result.id in use.changes:
            cited = cited_text(use.cite, registry, lang)
            yield depth + 1, f"{text['overlay']}{text['colon']}{use.label[lang]} ({use.convention}) [{cited}]"
    for reason in result.because:
        named = text.get(reason.kind, reason.kind)
        said = f"{text['colon']}{reason.text[lang]}" if reason.text else ""
        cited = cited_text(reason.cite, registry, lang)
        yield depth + 1, f"{named} {reason.id}{said}{f' [{cited}]' if cited else ''} ({reason.at})"
    if result.cite and not any(reason.cite for reason in result.because):
        yield depth + 1, f"{text['article']}{text['colon']}{cited_text(result.cite, registry, lang)}"
    for warning in result.warnings:
        yield depth + 1, f"{text['warnings']}{text['colon']}{warning[lang]}"
    if result.id in seen or depth >= MAX_DEPTH:
        return
    seen.add(result.id)
    below = {name for id_ in result.uses for name in decision.results[id_].facts}
    for name, value in result.facts.items():
        if name not in below or not result.uses:
            yield depth + 1, _fact_line(name, value, registry, lang)
    lacking = {name for id_ in result.uses for name in decision.results[id_].missing}
    for name in result.missing:
        if name not in lacking:
            label = registry.vocabulary.facts[name].label[lang]
            yield depth + 1, text["missing_count"].format(names=f"{label} ({name})")
    for id_ in result.uses:
        yield from _chain(decision, registry, decision.results[id_], lang, depth + 1, seen)


def _fact_line(name: str, value: Scalar, registry: Registry, lang: str) -> str:
    vocabulary, text = registry.vocabulary, words(lang)
    return f"{vocabulary.facts[name].label[lang]} ({name}){text['colon']}{fact_text(name, value, vocabulary, lang)}"
