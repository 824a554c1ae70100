"""Composes the pages about the rules themselves: a registry comes in, its conventions or one item in each go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine.errors import Location, Problem, UsageFault, nearest
from engine.language.expressions import Citation, ItemRef, Literal, Unpublished, walk
from engine.policy.model import (
    Convention,
    Criterion,
    Item,
    Obligation,
    Outcome,
    Parameter,
    Payment,
    Quantity,
)
from engine.policy.model import Table as DecisionTable
from engine.policy.nodes import nodes
from engine.policy.registry import Registry
from engine.report.decision_page import cited_text
from engine.report.messages import word, words
from engine.report.page import Block, Heading, Page, Paragraph, Table, Tree
from engine.report.phrases import Phrases
from engine.report.values import scalar_text


def list_page(registry: Registry, lang: str) -> Page:
    """Every convention with its window, then the items of all with the conventions that have them."""
    text = words(lang)
    conventions = sorted(registry.conventions.values(), key=lambda c: (c.beneficiary, c.signed_from))
    rows = tuple(
        (
            c.id,
            c.label[lang],
            registry.vocabulary.facts["beneficiaire"].value_labels.get(c.beneficiary, {}).get(lang, c.beneficiary),
            window_text(c, lang),
            str(len(c.items)),
        )
        for c in conventions
    )
    columns = (text["convention"], text["label"], text["beneficiary"], text["signed"], text["items"])
    items: dict[str, dict[str, Item]] = {}
    for convention in conventions:
        for item in convention.items.values():
            items.setdefault(item.id, {})[convention.id] = item
    listed = tuple(
        (id_, next(iter(found.values())).kind, next(iter(found.values())).label[lang], ", ".join(found))
        for id_, found in sorted(items.items())
    )
    return (
        Heading(text["convention"] + "s", 1),
        Table(columns, rows),
        Heading(text["items"]),
        Table((text["item"], text["kind"], text["label"], text["convention"]), listed),
    )


def window_text(convention: Convention, lang: str) -> str:
    """The signature dates of a convention in words."""
    text = words(lang)
    start = scalar_text(convention.signed_from, None, lang)
    if convention.signed_before is None:
        return text["from"].format(start=start)
    return text["between"].format(start=start, end=scalar_text(convention.signed_before, None, lang))


def show_page(registry: Registry, item: str, lang: str) -> Page:
    """One item in each convention that has it.

    Raises:
        UsageFault: no convention has it.
    """
    known = {id_ for convention in registry.conventions.values() for id_ in convention.items}
    if item not in known:
        raise UsageFault(Problem(Location(str(registry.root)), "unknown-item", {"id": item}, nearest(item, known)))
    blocks: list[Block] = [Heading(item, 1)]
    for convention in sorted(registry.conventions.values(), key=lambda c: (c.beneficiary, c.signed_from)):
        blocks.append(Heading(f"{convention.label[lang]} ({convention.id}), {window_text(convention, lang)}"))
        if item in convention.items:
            blocks.extend(_shown(convention, convention.items[item], registry, lang))
        else:
            blocks.append(Paragraph(word("not_here", lang)))
    return tuple(blocks)


def _shown(convention: Convention, item: Item, registry: Registry, lang: str) -> Iterator[Block]:
    text = words(lang)
    phrases = Phrases(convention.items, registry.vocabulary, lang)
    yield Paragraph(f"{item.label[lang]} — {item.kind}" + (f", {item.unit}" if item.unit else ""))
    yield from _gates(item, phrases, lang)
    yield from _body(item, phrases, registry, lang)
    if item.cite:
        yield Paragraph(f"{text['article']}{text['colon']}{_graded(item.cite, registry, lang)}")
    if item.note:
        yield Paragraph(f"{text['note']}{text['colon']}{item.note[lang]}")
    users = sorted(other.id for other in convention.items.values() if _reads(other, item.id))
    if users:
        yield Paragraph(f"{text['used_by']}{text['colon']}{', '.join(users)}")
    yield Paragraph(f"{text['place']}{text['colon']}{item.at}")


def _gates(item: Item, phrases: Phrases, lang: str) -> Iterator[Block]:
    for key, node in (("applies_when", item.applies_when), ("unless", item.unless)):
        if node is not None:
            yield Paragraph(word(key, lang) + words(lang)["colon"].rstrip())
            yield Tree(tuple(phrases.condition(node, 1)))


def _body(item: Item, phrases: Phrases, registry: Registry, lang: str) -> Iterator[Block]:
    text = words(lang)
    match item.body:
        case Parameter(values):
            rows = tuple(
                (v.start.isoformat(), _published(v.value, phrases), _graded(v.cite, registry, lang)) for v in values
            )
            yield Table((text["since"], text["value"], text["article"]), rows)
        case DecisionTable(inputs, table_rows):
            yield Table(
                (*inputs, text["value"], text["article"]),
                tuple(
                    (
                        *(phrases.cell(r.cells[n]) if n in r.cells else text["any_value"] for n in inputs),
                        _published(r.then, phrases),
                        _graded(r.cite, registry, lang),
                    )
                    for r in table_rows
                ),
            )
        case Quantity(expression):
            yield Tree(tuple(phrases.expression(expression, 1)))
        case Criterion(met_when, derogations):
            yield Paragraph(text["met_when"] + words(lang)["colon"].rstrip())
            yield Tree(tuple(phrases.condition(met_when, 1)))
            for derogation in derogations:
                cited = _graded(derogation.cite, registry, lang)
                yield Paragraph(
                    f"{text['derogation'].format(label=derogation.label[lang])} ({derogation.id}) [{cited}]"
                )
                yield Tree(tuple(phrases.condition(derogation.when, 1)))
        case Outcome(_, rules, _):
            for rule in rules:
                then = rule.then if isinstance(rule.then, str) else phrases.operand(rule.then)
                yield Paragraph(f"{rule.id} → {then} {_graded(rule.cite, registry, lang)}".rstrip())
                yield Tree(tuple(phrases.condition(rule.when, 1)))
        case Payment(amount, due):
            yield Tree(
                ((1, text["amount"]), *phrases.expression(amount, 2), (1, text["due"]), *phrases.expression(due, 2))
            )
        case Obligation(due, done_when):
            if due is not None:
                yield Tree(((1, text["due"]), *phrases.expression(due, 2)))
            if done_when is not None:
                yield Tree(((1, text["done_when"]), *phrases.condition(done_when, 2)))


def _published(value: Literal | Unpublished, phrases: Phrases) -> str:
    return phrases.operand(value)


def _graded(cite: tuple[Citation, ...], registry: Registry, lang: str) -> str:
    """Citations with the grade of each source."""
    kinds = Counter(
        registry.conventions[c.convention].sources[c.source].kind
        for c in cite
        if c.source in registry.conventions[c.convention].sources
    )
    graded = ", ".join(word(kind, lang) for kind in kinds)
    return f"{cited_text(cite, registry, lang)} ({graded})" if graded else cited_text(cite, registry, lang)


def _reads(item: Item, id_: str) -> bool:
    return any(isinstance(n, ItemRef) and n.id == id_ for root in nodes(item) for n in walk(root))
