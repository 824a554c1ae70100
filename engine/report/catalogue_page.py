"""Catalogue of the rules: a registry comes in, its conventions or one item in each go out, as pages and as objects."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from typing import Any

from engine.errors import Location, refuse_unknown
from engine.language.expressions import Citation, ItemRef, find
from engine.language.facts import BENEFICIARY
from engine.policy import model
from engine.policy.model import Convention, DecisionTable
from engine.policy.overlays import year_start_item
from engine.policy.registry import Registry
from engine.report.formats import formats
from engine.report.objects import as_json, each_as_json
from engine.report.page import Block, Heading, Paragraph, Table, Tree
from engine.report.parts import labelled
from engine.report.phrases import Lines, Phrases, Shown, alike, body_lines, closing, held, in_time
from engine.report.say import Say


def list_page(registry: Registry, say: Say) -> Iterator[Block]:
    """Every convention with its window, then the items of all with the conventions that have them."""
    conventions = registry.in_time
    yield Heading(say("convention") + "s", 1)
    yield Table(say.heads("convention", "label", "beneficiary", "signed", "items"), convention_rows(say))
    for convention in conventions:
        if convention.amends is not None:
            yield Paragraph(say("amends", chain=" → ".join(c.id for c in reversed(registry.chain(convention)))))
    yield Heading(say("items"))
    listed = (
        (each["id"], say(f"diff_kind.{each['kind']}"), each["label"], ", ".join(each["conventions"]))
        for each in items_of(say)
    )
    yield Table(say.heads("item", "kind", "label", "convention"), tuple(listed))


def convention_rows(say: Say) -> tuple[tuple[str, ...], ...]:
    """Each convention by id, label, beneficiary, window and number of items."""
    return tuple(
        (c.id, say.label(c), say.fact(BENEFICIARY, c.beneficiary), window_text(c, say), str(len(c.items)))
        for c in say.registry.in_time
    )


def window_text(convention: model.Convention, say: Say) -> str:
    start = say.scalar(convention.signed_from)
    if convention.signed_before is None:
        return say("from", start=start)
    return say("between", start=start, end=say.scalar(convention.signed_before))


def show_page(item: str, say: Say) -> Iterator[Block]:
    """One item in each convention that has it; raises UsageFault: no convention has it."""
    found = having(item, say)
    yield Heading(item, 1)
    for convention in say.registry.in_time:
        yield Heading(f"{say.label(convention)} ({convention.id}), {window_text(convention, say)}")
        if convention in found:
            yield from item_blocks(convention, convention.items[item], readers_of(convention), say)
        else:
            yield Paragraph(say("not_here"))


LIST_FORMATS = formats(list_page)
SHOW_FORMATS = formats(show_page)


Readers = Mapping[str, Collection[model.Item]]


def readers_of(convention: model.Convention) -> Readers:
    """The items of a convention that read each item."""
    found: dict[str, dict[str, model.Item]] = {}
    for item in convention.items.values():
        for ref in find(ItemRef, item):
            found.setdefault(ref.id, {})[item.id] = item
    return {id_: users.values() for id_, users in found.items()}


def item_blocks(convention: model.Convention, item: model.Item, readers: Readers, say: Say) -> Iterator[Block]:
    """What an item says; with ids and places for who writes rules, without them on a page that has notes."""
    phrases, reader = Phrases(convention.items, say), say.notes is not None
    if reader:
        known = {model.YEAR_START: year_start_item(convention)}
        for text in (*say.registry.conventions.values(), convention):  # one that amends another reads what that has
            known.update(text.items)
        phrases = Phrases(known, say, own=item.value_labels)
    else:
        kind = say(f"diff_kind.{item.kind}")
        yield Paragraph(f"{say.label(item)} — {kind}" + (f", {item.unit}" if item.unit else ""))
    yield from _lines(held(item, "applies_when", phrases), say)
    yield from _body(item, phrases)
    yield from _lines(closing(item, phrases), say)
    if item.cite:
        yield Paragraph(say.pair(say("article"), _graded(item.cite, say)))
    if item.note:
        note = _asking(item.note[say.lang], convention, say) if reader else item.note[say.lang]
        yield Paragraph(say.pair(say("note"), note))
    users = readers.get(item.id, ())
    if users and reader:
        yield Paragraph(say.head(say("used_by")))
        yield Tree(tuple((1, label) for label in sorted({say.label(other) for other in users})))
    elif users:
        yield Paragraph(say.pair(say("used_by"), ", ".join(sorted(other.id for other in users))))
    if not reader:
        yield Paragraph(say.pair(say("place"), str(item.at)))


def _asking(note: str, convention: model.Convention, say: Say) -> str:
    """A note with the words of open questions, facts and items in the place of their ids."""
    known = {id_: each.question[say.lang] for id_, each in convention.interpretations.items()}
    known |= {id_: say.label(each) for id_, each in say.registry.vocabulary.facts.items()}
    return labelled(note, known | {id_: say.label(each) for id_, each in convention.items.items()}, say)


def _lines(lines: Lines, say: Say) -> Iterator[Block]:
    """Lines under their heads, which begin a line of the page; nothing where there are none."""
    told = tuple((depth, text if depth else say.capital(text)) for depth, text in lines)
    if told:
        yield Tree(told)


def _body(item: model.Item, phrases: Phrases) -> Iterator[Block]:
    say = phrases.say
    shown = partial(phrases.valued, unit=item.unit)
    match item.body:
        case DecisionTable(_, values) if item.kind == "parameter":
            rows = tuple((say.scalar(v.start), shown(v.then), _graded(v.cite, say)) for v in values)
            yield Table(say.heads("since", "value", "article"), rows)
        case DecisionTable():
            yield _table(item.body, shown, phrases)
        case model.Quantity():
            yield Tree(tuple((depth + 1, text) for depth, text in body_lines(item, phrases)))
        case _:
            lines = body_lines(item, phrases, lambda cite: _graded(cite, say, "[{}]"))
            yield from _lines(lines, say)


def _table(body: DecisionTable, shown: Shown, phrases: Phrases) -> Table:
    say, rows = phrases.say, []
    for row in body.rows:
        told = alike(row, body)
        if row is told[0]:
            cells = ((row.cells.get(name), None if say.notes is None else ref) for name, ref in body.inputs.items())
            asked = (say("any_value") if cell is None else phrases.cell(cell, ref) for cell, ref in cells)
            cited = tuple(dict.fromkeys(cite for each in told for cite in each.cite))
            rows.append((*asked, in_time(row, body, say, shown), _graded(cited, say)))
    heads = body.inputs if say.notes is None else map(phrases.operand, body.inputs.values())
    return Table((*heads, say("value"), say("article")), tuple(rows))


def _graded(cite: tuple[Citation, ...], say: Say, among: str = "{}") -> str:
    """Citations with the grade of each source, as they stand ``among`` words, or on a page with notes their numbers."""
    if say.notes is not None or not cite:
        return say.noted(cite)
    graded = ", ".join(say.value(kind) for kind in dict.fromkeys(say.registry.source(each).kind for each in cite))
    return among.format(f"{say.cited(cite)} ({graded})")


def conventions_object(say: Say) -> Any:
    """Every convention with its window of signatures, the digest of its rules and its open questions."""
    registry = say.registry
    return {
        "conventions": [
            {
                **as_json(convention, say, "id label beneficiaire=beneficiary from=signed_from before=signed_before"),
                "digest": registry.digest(convention),
                "interpretations": each_as_json(convention.interpretations.values(), say),
                "items": len(convention.items),
            }
            for convention in say.registry.in_time
        ]
    }


def items_of(say: Say) -> list[dict[str, Any]]:
    """Every item of the conventions, with the conventions that have it."""
    found: dict[str, dict[str, Any]] = {}
    for convention in say.registry.in_time:
        for item in convention.items.values():
            entry = {"id": item.id, "kind": item.kind, "label": say.label(item), "conventions": []}
            found.setdefault(item.id, entry)["conventions"].append(convention.id)
    return [found[id_] for id_ in sorted(found)]


def item_object(id_: str, say: Say) -> Any:
    """One item in each convention that has it; raises UsageFault: no convention has it."""
    found = ((each, as_json(each.items[id_], say, "kind label unit note cite")) for each in having(id_, say))
    return {"id": id_, "in": [{"convention": c.id, "digest": say.registry.digest(c), **told} for c, told in found]}


def having(id_: str, say: Say) -> list[Convention]:
    """The conventions that have an item; UsageFault where none has."""
    conventions = say.registry.in_time
    known = {each for convention in conventions for each in convention.items}
    refuse_unknown(Location(say.registry.root.name), "unknown-item", id_[:80], known)
    return [convention for convention in conventions if id_ in convention.items]
