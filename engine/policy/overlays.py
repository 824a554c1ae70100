"""The items of a contract: a convention and the overlays in force come in, all items go out, and those in no file.

A replacing item takes the id of the item it replaces; whatever else it needs from its own convention comes along. A
row of a table, or a value of a parameter, holds from its day until the next one of the same cells begins, or until the
day that it names: a table is laid with cells in the place of its dates, as it is read on a day.

Which values of a fact a text knows is a consistency for each such fact: a case with another value is outside the text
by that fact alone, so a value that is new in the case schema changes no older folder.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from engine.errors import Problem, wrong
from engine.language.expressions import Apply, Cell, Compare, Condition, Connect, FactRef, ItemRef, Literal, find
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR, Vocabulary
from engine.language.pieces import Piece
from engine.language.reading import Home, cited, every, literal
from engine.policy import model
from engine.policy.model import DecisionTable, Item, Row
from engine.words import in_each_language

Laid = tuple[model.Convention, model.Overlay]
DAY = "from"  # the input that stands for the day; no input of a table can have this name
KNOWS, NOT_OFFERED = "knows", "value-not-offered"
_PREFIX = "offre."  # of the ids of these consistencies


def covers(later: model.Convention, overlay: model.Overlay, convention: model.Convention) -> bool:
    """Whether some contract of ``convention`` is signed within the window of an overlay of ``later``.

    Contracts of ``later`` itself are covered only by a window that starts within its own.
    """
    if later.beneficiary != convention.beneficiary:
        return False
    if later.id == convention.id and (overlay.signed_from is None or overlay.signed_from < later.signed_from):
        return False
    first, last = overlay.signed_from, convention.signed_before
    return convention.signed_from < overlay.signed_before and (first is None or last is None or first < last)


def signed_under(window: model.Window) -> Condition:
    """Of which contracts a text speaks, as a condition of the language: its beneficiary's, signed in its window."""
    whose = Compare("is", FactRef(BENEFICIARY, window.at), Literal(window.beneficiary, window.at), window.at)
    return Connect("all", (whose, *_signed_within(window)), window.at)


def dated_when(overlay: model.Overlay) -> Connect:
    """Which contract years the dates of an overlay reach; an anniversary on the day itself is included."""
    at, parts = overlay.at, [*_signed_within(overlay)]
    if overlay.first_anniversary is not None:
        start = Literal(overlay.first_anniversary.isoformat(), at)
        parts.append(Compare("at_least", FactRef(YEAR, at), Literal(2, at), at))
        parts.append(Compare("at_least", ItemRef(model.YEAR_START, at), start, at))
    return Connect("all", tuple(parts), at)


def in_force_when(overlay: model.Overlay) -> Condition:
    """Which contract years an overlay changes: its dates reach them, and its own condition holds."""
    dated = dated_when(overlay)
    return dated if overlay.when is None else replace(dated, parts=(*dated.parts, overlay.when))


def _signed_within(window: model.Window | model.Overlay) -> Iterator[Condition]:
    for operator, day in (("at_least", window.signed_from), ("less_than", window.signed_before)):
        if day is not None:
            signed = FactRef(SIGNATURE, window.at)
            yield Compare(operator, signed, Literal(day.isoformat(), window.at), window.at)


def laid_items(convention: model.Convention, overlays: Sequence[Laid]) -> dict[str, model.Item]:
    """The items of a contract of ``convention`` under ``overlays``, in order: the latest wins."""
    signed = FactRef(SIGNATURE, convention.at)
    items = {id_: dated(item, signed) for id_, item in convention.items.items() if not item.transitional}
    items[model.YEAR_START] = year_start_item(convention)
    for later, overlay in overlays:
        for old, new in overlay.replace.items():
            if new in later.items:
                items[old] = replace(_running(later.items[new]), id=old)
    for later, overlay in overlays:
        for id_, added in overlay.add_derogations.items():
            item = items.get(id_)
            if item is not None and isinstance(item.body, model.Criterion):
                more = tuple(later.derogations[d] for d in added if d in later.derogations)
                items[id_] = replace(item, body=replace(item.body, derogations=item.body.derogations + more))
    for later, overlay in reversed(overlays):  # an item that two texts replace reads what the later one says
        lent = {id_: items[id_] for id_ in (*overlay.replace, *overlay.add_derogations) if id_ in items}
        _bring_along(items, later, lent)
    return items


def _bring_along(items: dict[str, model.Item], later: model.Convention, lent: Mapping[str, model.Item]) -> None:
    """Adds the items of ``later`` that the items it lends name and the contract's own convention lacks."""
    lacking = later.items.keys() - items
    brought = reached(lent, lambda id_: named_items(lent.get(id_) or later.items[id_]), lambda id_: id_ in lacking)
    items.update({id_: _running(later.items[id_]) for id_ in brought if id_ not in lent})


def _running(item: model.Item) -> model.Item:
    """``item`` of a later convention as a running contract sees it, on the first day of the contract year."""
    return replace(dated(item, ItemRef(model.YEAR_START, item.at)), transitional=False)


def named_items(item: model.Item) -> Iterable[str]:
    """The ids of the items that ``item`` reads."""
    return (ref.id for ref in find(ItemRef, item))


def reached(
    starts: Iterable[str], reads: Callable[[str], Iterable[str]], passes: Callable[[str], bool] = lambda id_: True
) -> tuple[str, ...]:
    """The ids from which one starts, and all that they read, themselves or through others that one passes."""
    found = dict.fromkeys(starts)
    waiting = list(found)
    while waiting:
        more = [id_ for id_ in reads(waiting.pop()) if id_ not in found and passes(id_)]
        found.update(dict.fromkeys(more))
        waiting += more
    return tuple(found)


def year_start_item(convention: model.Convention) -> model.Item:
    """The built-in ``annee.debut``: the start of the contract year, counted from the convention's ``years_from``."""
    label, body = {"fr": "Début de l'année du contrat", "en": "Start of the contract year"}, year_start(convention)
    return Item(model.YEAR_START, "quantity", label, model.Quantity(body), convention.id, convention.at)


def year_start(convention: model.Convention) -> Apply:
    """The start of the contract year as an expression."""
    at = convention.years_from.at
    passed = Apply("subtract", (FactRef(YEAR, at), Literal(1, at)), (), at)
    return Apply("date_plus", (convention.years_from, passed), ("years",), at)


def agreement_items(vocabulary: Vocabulary, convention: model.Convention) -> dict[str, model.Item]:
    """What must hold between facts whatever the text, as consistencies of ``convention``."""
    made = (
        Item(
            a.id,
            model.CONSISTENCY,
            a.label,
            model.Criterion(a.holds_when, ()),
            convention.id,
            a.at,
            severity=a.severity,
        )
        for a in vocabulary.agreements
    )
    return {item.id: item for item in made}


def open_questions(convention: model.Convention, laid: Iterable[Laid]) -> Mapping[str, model.Interpretation]:
    """Every interpretation that a contract of ``convention`` may depend on, its own first."""
    merged: dict[str, model.Interpretation] = {}
    for source in (convention, *(later for later, _ in laid)):
        for id_, question in source.interpretations.items():
            merged.setdefault(id_, question)
    return merged


def laid_called(covering: Sequence[Laid], names: Iterable[str]) -> tuple[Laid, ...]:
    """The overlays that :func:`laid_names` calls so, in the order of the names."""
    known = dict(zip(laid_names(covering), covering, strict=True))
    return tuple(known[name] for name in names)


def laid_names(laid: Iterable[Laid]) -> tuple[str, ...]:
    """Overlays by name, each under the convention that it comes from."""
    return tuple(f"{later.id}/{overlay.id}" for later, overlay in laid)


def in_force(table: DecisionTable, day: FactRef | ItemRef) -> DecisionTable:
    """The table with its dates as cells of one more input, the ``day`` on which it is read."""
    always = 0 if table.inputs else 1  # the first value of a parameter holds before its day, too
    if not any(row.start or row.end for row in table.rows[always:]):
        return table
    rows = []
    for number, row in enumerate(table.rows):
        bounds = (None if number < always else row.start, until(row, table))
        low, high = (None if bound is None else Literal(bound.isoformat(), row.at) for bound in bounds)
        cell = Cell(None, None, low, high, row.at)
        rows.append(replace(row, cells={**row.cells, DAY: cell} if cell.bounds else row.cells))
    return DecisionTable({**table.inputs, DAY: day}, tuple(rows))


def dated(item: Item, day: FactRef | ItemRef) -> Item:
    """An item as it is read on a day: a table with dates as one without."""
    body = in_force(item.body, day) if isinstance(item.body, DecisionTable) else item.body
    return item if body is item.body else replace(item, body=body)


def until(row: Row, table: DecisionTable) -> dt.date | None:
    """The first day on which a row no longer holds: its own, or that of the next row of the same cells."""
    later = [
        other.start
        for other in table.rows
        if other.start is not None and other.cells == row.cells and (row.start is None or other.start > row.start)
    ]
    return min((day for day in (*later, row.end) if day is not None), default=None)


def timeless(body: model.Body) -> model.Body:
    """A body without the first day of the first of dated values, which holds before it, too."""
    if not isinstance(body, DecisionTable) or body.inputs.keys() - {DAY}:
        return body
    first, *later = body.rows
    return replace(body, rows=(replace(first, start=None), *later))


def offers(head: Piece, convention: str) -> Iterator[Item]:
    """What must hold of a case for the text to speak of it."""
    home, label = Home(convention), head["label"].data
    for fact, entry in head.entries(KNOWS).items():
        known = Compare("in", FactRef(fact, entry.at), every(entry, "in", home, literal), entry["in"].at)
        said, body = in_each_language("value_unknown_to_text", label=label), model.Criterion(known, ())
        about = (f"{_PREFIX}{fact}", model.CONSISTENCY, said, body, convention, entry.at)
        yield Item(*about, cite=cited(entry, home), severity=model.ERROR)


def is_offer(item: Item) -> bool:
    """Whether it says which values of a fact the text knows."""
    return item.kind == model.CONSISTENCY and item.id.startswith(_PREFIX)


def outside(convention: model.Convention, facts: Mapping[str, object]) -> list[Problem]:
    """What a case has that its text does not offer, each with what says so."""
    found = []
    for fact, values in convention.knows.items():
        if fact in facts and facts[fact] not in values:
            item = convention.items[f"{_PREFIX}{fact}"]
            cite = "; ".join(", ".join(filter(None, (each.source, each.locator))) for each in item.cite)
            known = ", ".join(values)
            about = {"name": fact, "label": item.label, "cite": cite}
            found.append(wrong(item.at, NOT_OFFERED, value=facts[fact], known=known, **about))
    return found


def narrowed(vocabulary: Vocabulary, convention: model.Convention) -> Vocabulary:
    """The facts as a text knows them: with the values that it offers."""
    facts = dict(vocabulary.facts)
    for name, values in convention.knows.items():
        if name in facts:
            kind = facts[name].type
            known = tuple(value for value in kind.values if value in values)
            facts[name] = replace(facts[name], type=replace(kind, values=known))
    return replace(vocabulary, facts=facts)
