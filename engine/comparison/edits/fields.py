"""Diff by field of two parts of a convention of one kind: both come in, the edits between them go out.

:data:`FIELDS` says which are plain values, texts, nodes of the language, citations, members by id or by likeness. What
it does not name is no part of the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import PurePath
from typing import Any

from engine.comparison.edits.edit import Edit, Spot, citation_edits, listed
from engine.comparison.edits.nodes import likeness, node_edits, optional_edits
from engine.comparison.edits.same import key
from engine.comparison.edits.tables import table_edits
from engine.language.facts import FIRST_DAY
from engine.policy.model import DecisionTable, Row

Field = Callable[[Any, Any, str, Spot], Iterator[Edit]]  # both values, the field's name, where they stand


def field_edits(before: Any, after: Any, spot: Spot) -> Iterator[Edit]:
    """Every difference of two parts of one kind."""
    if isinstance(before, DecisionTable) and isinstance(after, DecisionTable):
        if before.inputs and after.inputs:
            yield from table_edits(before, after, spot, field_edits)
        elif not before.inputs and not after.inputs:
            yield from _dated(before.rows, after.rows, spot)
    for owner, name, compare in _COMPARED:
        if owner in ("", type(after).__name__) and hasattr(after, name):
            yield from compare(getattr(before, name), getattr(after, name), name, spot)


def _value_of(seen: Callable[[Any], Any], weight: str = "") -> Field:
    """A value that is another one as it is ``seen``."""

    def compare(before: Any, after: Any, name: str, spot: Spot) -> Iterator[Edit]:
        if seen(before) != seen(after):
            yield spot.edit(name, before, after, weight=weight)

    return compare


_plain = _value_of(lambda value: value)
_silent = _value_of(lambda value: value, "label")  # on which no result depends
_set = _value_of(lambda value: value if isinstance(value, str | None) else set(value))
_text = _value_of(lambda text: dict(text or {}), "label")


def _node(before: Any, after: Any, name: str, spot: Spot) -> Iterator[Edit]:
    return optional_edits(before, after, name, spot, spot.inside((name, "")))


def _unnamed(compare: Callable[[Any, Any, Spot], Iterator[Edit]]) -> Field:
    """What the path does not name: it is what the part says, or rests on."""
    return lambda before, after, name, spot: compare(before, after, spot)


def _value(before: Any, after: Any, name: str, spot: Spot) -> Iterator[Edit]:
    """What a row, a day or a rule gives."""
    if not (isinstance(before, str) or isinstance(after, str)):
        for each in node_edits(before, after, spot):
            yield replace(each, part="value") if each.part == "expression" else each
    elif before != after:
        yield spot.edit("value", before, after)


def _grounds(before: Any, after: Any, name: str, spot: Spot) -> Iterator[Edit]:
    """On what a text keeps its base."""
    here = replace(spot, setting=replace(spot.setting, kept=frozenset()))
    return citation_edits(before, after, here)


def _body(before: Any, after: Any, name: str, spot: Spot) -> Iterator[Edit]:
    return field_edits(before, after, spot) if type(before) is type(after) else iter(())


def _moved(before: Any, after: Any, name: str, spot: Spot) -> Iterator[Edit]:
    """The id of an item, and its file: an item by its name, whose rules are the same wherever it stands."""
    if name == "at":
        name, before, after = "file", *(PurePath(at.file).name for at in (before, after))
    if before != after:
        yield spot.edit(name, before, after, change="moved", weight="label" if name == "file" else "rule")


def _choice(before: Any, after: Any, name: str, spot: Spot) -> Iterator[Edit]:
    return (
        _text(before, after, "label", spot) if before and after else iter((spot.edit(name, before, after, apart=True),))
    )


def _each(compare: Field, kind: str = "", part: str = "") -> Field:
    """What stands under each key of a mapping; ``kind`` and ``part`` are the field's name unless given."""

    def compared(before: Any, after: Any, name: str, spot: Spot) -> Iterator[Edit]:
        for key_ in dict.fromkeys((*after, *before)):
            yield from compare(before.get(key_), after.get(key_), part or name, spot.inside((kind or name, key_)))

    return compared


def _by_id(before: Any, after: Any, name: str, spot: Spot) -> Iterator[Edit]:
    part = name.removesuffix("s")
    return listed(
        before, after, spot, part=part, keys=lambda member: str(member.id),
        step=lambda member, number: (part, member.id), both=field_edits, apart=True,
    )  # fmt: skip


def _by_condition(before: Any, after: Any, name: str, spot: Spot) -> Iterator[Edit]:
    """Warnings and impossible combinations; what is excluded only the checks read."""
    part = name.removesuffix("s")
    here = replace(spot, weight="label") if name == "excluded" else spot

    def alike(one: Any, other: Any) -> float:
        return likeness(one.when, other.when) if name == "excluded" else float(dict(one.text) == dict(other.text))

    return listed(
        before, after, here, part=part, keys=lambda member: key(member.when), both=field_edits, alike=alike,
        step=lambda member, number: (part, str(number + 1)), shown=lambda member: member.when,
    )  # fmt: skip


def _dated(before: Sequence[Row], after: Sequence[Row], spot: Spot) -> Iterator[Edit]:
    """Values of a parameter by their first day; those that hold on the first day of the windows are the same line.

    So is the first of either side, unless the other has its day too: then what stood before was added or removed.
    """
    starts = spot.setting.starts
    sides = (before, after, starts[0]), (after, before, starts[1])
    days = {
        id(value): None if day <= start or (number == 0 and day not in written) else day
        for values, others, start in sides
        for written in [{other.start for other in others}]
        for number, value in enumerate(values)
        for day in [value.start or FIRST_DAY]
    }

    def both(one: Row, other: Row, inner: Spot) -> Iterator[Edit]:
        moved = days[id(one)] != days[id(other)]
        old, new = one.start or FIRST_DAY, other.start or FIRST_DAY
        if moved or (old != new and old - starts[0] != new - starts[1]):
            # Before the window opens a first day decides nothing.
            yield inner.edit("from", one.start, other.start, weight="rule" if moved else "label")
        yield from field_edits(one, other, inner)

    return listed(
        before, after, spot, part="dated_value", keys=lambda value: days[id(value)],
        step=lambda value, number: ("value", value.start.isoformat()), both=both,
        alike=lambda one, other: float(key(one.then) == key(other.then)), apart=True,
    )  # fmt: skip


def _results(before: Any, after: Any, name: str, spot: Spot) -> Iterator[Edit]:
    """What heads an answer, in which order, and how a contract ends: no result depends on it."""
    for id_ in dict.fromkeys((*after.headline, *before.headline)):
        sides = before.headline.get(id_), after.headline.get(id_)
        if sides[0] != sides[1]:
            told = (_told(side, ("role", "better", "best", "between", "follow", "short")) for side in sides)
            yield spot.inside(("result", id_)).on(*sides).edit("headline", *told, weight="label", apart=True)
    common = [
        tuple(id_ for id_ in one.ids if id_ in other.headline) for one, other in ((before, after), (after, before))
    ]
    if common[0] != common[1]:
        yield spot.on(before, after).edit("headline", *common, change="moved", weight="label")
    if before.life != after.life:
        told = (_told(side.life, ("term", "end", "then")) for side in (before, after))
        yield spot.on(before, after).edit("life", *told, weight="label")


def _in_turn(before: Any, after: Any, name: str, spot: Spot) -> Iterator[Edit]:
    """Values that are tried in turn, by their place."""
    for number, (one, other) in enumerate(zip_longest(before, after), 1):
        yield from optional_edits(one, other, name, spot, spot.inside((name, str(number))))


def _known(before: Any, after: Any, name: str, spot: Spot) -> Iterator[Edit]:
    """What is known of contracts without rules, by its place."""
    for one, other in zip_longest(before, after):
        yield from _text(getattr(one, "text", None), getattr(other, "text", None), name, spot)


def _told(record: Any, names: Sequence[str]) -> tuple[str, ...] | None:
    """What a record says in the words of the rules."""
    if record is None:
        return None
    values = ((name, getattr(record, name)) for name in names)
    lists = ((name, value.values() if isinstance(value, Mapping) else value) for name, value in values if value)
    told = ((name, [value] if isinstance(value, str | int) else value) for name, value in lists)
    return tuple(f"{name}: {' / '.join(map(str, value))}" for name, value in told)


FIELDS: Mapping[Field, str] = {
    _moved: "Item.id Item.at",
    _plain: """beneficiary signed_from signed_before first_anniversary default transitional unit kind title publisher
        url date severity informs falls if_unmet aid Supposition.day Supposition.following""",
    _node: """Convention.years_from Overlay.when Derogation.when Property.when Property.never Property.more
        Property.result Supposition.when Supposition.fact Along.fact Along.be Rule.when applies_when unless met_when
        amount due done_when unmet_when""",
    _unnamed(node_edits): "Quantity.expression Caution.when Excluded.when",
    _value: "Row.then Rule.then",
    _body: "Item.body",
    _by_id: "Outcome.rules Criterion.derogations",
    _by_condition: "Item.warnings Outcome.excluded",
    _set: "Outcome.values",
    _results: "Convention.results",
    _in_turn: "Supposition.be Supposition.along",
    _each(_choice, "choice", "choice"): "Interpretation.choices",
    _known: "WithoutRules.known",
    _each(_set): "Overlay.replace Overlay.add_derogations",
    _unnamed(citation_edits): "cite",
    _grounds: "Convention.kept",
    _silent: "Convention.amends",
    _text: "label note question text because refusal ask",
    _each(_text, "value", "value_label"): "value_labels",
}
_COMPARED = [(*name.rpartition(".")[::2], compare) for compare, names in FIELDS.items() for name in names.split()]
