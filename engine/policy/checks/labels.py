"""Everything a person reads exists in both languages: a convention comes in, empty or missing texts go out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.errors import Location, Problem
from engine.language.expressions import Scale, Unpublished, walk
from engine.policy.model import Convention, Criterion, Item, Outcome, Overlay, Parameter, Property, Quantity
from engine.policy.nodes import nodes
from engine.policy.registry import Registry
from engine.policy.suppositions import Supposition
from engine.words import LANGUAGES, read_words


def label_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Labels without one of the two languages, and dated values out of order."""
    for id_, text, at in label_texts(convention):
        for lang in LANGUAGES:
            if not str(text.get(lang, "")).strip():
                yield Problem(at, "missing-label", {"id": id_, "lang": lang})
    for item in convention.items.values():
        if isinstance(item.body, Parameter):
            yield from _dated(item.id, item.body, convention, item.at)
        yield from _unlabelled_values(item)


def _unlabelled_values(item: Item) -> Iterator[Problem]:
    """Values of an outcome or a scale for which neither the item nor the engine has a word."""
    body = item.body.expression if isinstance(item.body, Quantity) else item.body
    values = body.values if isinstance(body, Outcome) else ()
    values = tuple(step.name for step in body.steps) if isinstance(body, Scale) else values
    for value in values:
        if value not in item.value_labels and f"values.{value}" not in read_words("reports", LANGUAGES[0]):
            yield Problem(item.at, "missing-value-label", {"id": item.id, "value": value})


def label_texts(convention: Convention) -> Iterator[tuple[str, Mapping[str, str], Location]]:
    yield convention.id, convention.label, convention.at
    for interpretation in convention.interpretations.values():
        yield interpretation.id, interpretation.question, interpretation.at
        if interpretation.note is not None:
            yield f"{interpretation.id}: note", interpretation.note, interpretation.at
        for choice, label in interpretation.choices.items():
            yield f"{interpretation.id}={choice}", label, interpretation.at
    for shown in convention.results.headline.values():
        if shown.short is not None:
            yield f"{shown.id}: short", shown.short, shown.at
    for item in convention.items.values():
        yield item.id, item.label, item.at
        if item.note is not None:
            yield f"{item.id}: note", item.note, item.at
        for node in (node for root in nodes(item) for node in walk(root)):
            if isinstance(node, Unpublished):
                yield f"{item.id}: unpublished", node.reason, node.at
        for warning in item.warnings:
            yield f"{item.id}: warnings", warning.text, warning.at
        for value, label in item.value_labels.items():
            yield f"{item.id}: {value}", label, item.at
        if isinstance(item.body, Criterion):
            yield from ((d.id, d.label, d.at) for d in item.body.derogations)
            if item.body.refusal is not None:
                yield f"{item.id}: refusal", item.body.refusal, item.at
        if isinstance(item.body, Outcome):
            yield from ((f"{item.id}: excluded", e.because, e.at) for e in item.body.excluded)
    for derogation in convention.derogations.values():
        yield derogation.id, derogation.label, derogation.at
    supposed = convention.suppositions.values()
    others: tuple[Overlay | Property | Supposition, ...] = (
        *convention.overlays,
        *convention.properties.values(),
        *supposed,
    )
    for entry in others:
        yield entry.id, entry.label, entry.at
    for window in convention.without_rules:
        for text in (window.label, window.ask, *(known.text for known in window.known)):
            yield window.id, text, window.at


def _dated(id_: str, parameter: Parameter, convention: Convention, at: Location) -> Iterator[Problem]:
    starts = [value.start for value in parameter.values]
    if starts != sorted(set(starts)):
        yield Problem(at, "value-order", {"id": id_})
    if starts and min(starts) > convention.signed_from:
        yield Problem(parameter.values[0].at, "value-late", {"id": id_})
