"""The structural diff: two built conventions come in, the typed edits that lead from one to the other go out.

It reads the model and not the text, so comments, layout and the order of keys and rows are no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from engine.comparison.edits.edit import WEIGHTS, Comparison, Edit, Setting, Spot, listed
from engine.comparison.edits.fields import field_edits
from engine.comparison.edits.same import renamed
from engine.errors import Location
from engine.language.expressions import Chosen, Compare, Literal, parts, walk
from engine.language.facts import Vocabulary
from engine.policy.model import CONSISTENCY, Convention, Item, Outcome
from engine.policy.places import HEAD
from engine.policy.registry import Registry

# What a convention holds by id, and the kind of its edits.
_LISTS = {
    "interpretations": "interpretation",
    "overlays": "overlay",
    "derogations": "derogation",
    "properties": "property",
    "suppositions": "supposition",
    "without_rules": "window",
    "sources": "source",
    "items": "item",
}

_WEIGHTS = {"source": "citation", "property": "label", "supposition": "label"}  # none decides a case


def edits(a: Convention, b: Convention, vocabulary: Vocabulary) -> tuple[Edit, ...]:
    """Every edit between two conventions, in the order of the newer one's files.

    Items pair by id, and by the ids that ``aliases`` of either side say they had. ``vocabulary`` gives the facts, by
    which a table that is only cut into other rows is no edit. What the older of two texts does to contracts older still
    stays in force beside the newer one, and is no edit either.
    """
    a = _under_names(a, _renamings(a, b))
    kept = frozenset((cite.source, cite.locator) for side in (a, b) for cite in side.kept)
    setting = Setting(a.items, b.items, (a.signed_from, b.signed_from), vocabulary, kept)
    found = list(field_edits(_as_amended(a, b), b, _spot("convention", b.id, a, b, setting)))
    beside = [_beside(one, other) for one, other in ((a, b), (b, a))]
    for kind in _LISTS:
        old, new = (_by_id(getattr(side, kind)) for side in (a, b))
        for id_ in dict.fromkeys((*new, *old)):
            before, after = old.get(id_), new.get(id_)
            spot = _spot(_LISTS[kind], id_, before, after, setting)
            if before is not None and after is not None:
                found += field_edits(before, after, spot) if before is not after else ()
            elif id_ not in (beside[0] if after is None else beside[1]):
                found.append(spot.edit("item", before, after, apart=True))
    if b.amends == a.id:  # whatever file an amending text writes an item in
        found = [edit for edit in found if edit.part != "file"]
    return _in_order([*_together(_in_order([*found, *_overtaken(a, b, setting)]), setting)])


def _as_amended(a: Convention, b: Convention) -> Convention:
    """``a`` under the name and window of a text that amends it: that it has its own is no change of the rules."""
    if b.amends != a.id:
        return a
    named = replace(a, label=b.label, note=b.note, amends=b.amends, kept=b.kept)
    return replace(named, signed_from=b.signed_from, signed_before=b.signed_before)


def _beside(older: Convention, newer: Convention) -> set[str]:
    """The ids of what a text does to contracts older than itself, and of the questions that nothing else asks."""
    if older.id == newer.id or older.signed_from >= newer.signed_from:
        return set()
    own = [item for item in older.items.values() if not item.transitional]
    laid: list[Any] = [
        *older.overlays,
        *older.derogations.values(),
        *(i for i in older.items.values() if i.transitional),
        *(each for each in older.suppositions.values() if each.signed_before is not None),
    ]
    asked, elsewhere = (
        {n.interpretation for each in some for root in parts(each) for n in walk(root) if isinstance(n, Chosen)}
        for some in (laid, own)
    )
    return {each.id for each in (*laid, *older.without_rules)} | (asked - elsewhere)


def _by_id(listing: Any) -> Mapping[str, Any]:
    return listing if isinstance(listing, Mapping) else {each.id: each for each in listing}


def _spot(kind: str, id_: str, before: Any, after: Any, setting: Setting) -> Spot:
    """Something with an id, on both sides or on one."""
    some = after or before
    sides = (before or after, after or before)
    return Spot(
        item=id_,
        kind=some.kind if isinstance(some, Item) else kind,
        at=(sides[0].at, sides[1].at),
        cite=(getattr(before, "cite", ()), getattr(after, "cite", ())),
        setting=setting,
        weight=_WEIGHTS.get(kind, "rule"),
        unit=next((side.unit for side in (after, before) if isinstance(side, Item) and side.unit), None),
    )


def _overtaken(a: Convention, b: Convention, setting: Setting) -> Iterator[Edit]:
    """Overlays that another one of the same items now comes before or after: of two, the later wins."""
    for edit in listed(
        a.overlays, b.overlays, _spot("overlay", "", a, b, setting), part="order", keys=lambda overlay: overlay.id,
        step=lambda overlay, number: ("", ""), both=lambda before, after, spot: iter(()), ordered=True,
        shown=lambda overlay: overlay.id, crossing=lambda one, other: bool(set(one.replace) & set(other.replace)),
    ):  # fmt: skip
        if edit.change == "moved":
            yield replace(edit, item=str(edit.after), path=())


def compared(a: Registry, b: Registry, ids: Iterable[tuple[str, str]]) -> tuple[Comparison, ...]:
    """The edits between pairs of conventions, each given by its id in both registries."""
    return tuple(_comparison(a.conventions.get(old), b.conventions.get(new), b.vocabulary) for old, new in ids)


def _comparison(a: Convention | None, b: Convention | None, vocabulary: Vocabulary) -> Comparison:
    if a is not None and b is not None:
        same = a.digest == b.digest and a.signed_before == b.signed_before  # a later text may end its window
        return Comparison(a, b, () if same else edits(a, b, vocabulary))
    some = b or a
    assert some is not None, "one side has the convention"
    spot = _spot("convention", some.id, a, b, Setting({}, {}, (some.signed_from, some.signed_from), vocabulary))
    return Comparison(a, b, (spot.edit("item", *(side.id if side else None for side in (a, b)), apart=True),))


def _renamings(a: Convention, b: Convention) -> dict[str, str]:
    """Ids of ``a`` to the ids that ``b`` uses for the same items."""
    names = {old: item.id for item in b.items.values() for old in item.aliases if item.id not in a.items}
    names |= {item.id: old for item in a.items.values() for old in item.aliases if old in b.items}
    return {old: new for old, new in names.items() if old in a.items and old not in b.items}


def _in_order(found: Sequence[Edit]) -> tuple[Edit, ...]:
    """File by file, convention.yaml first, and item by item as the newer side has them; what is gone comes last."""
    first: dict[tuple[str, str], tuple[bool, Location]] = {}
    for edit in found:
        name = (edit.kind, edit.item)
        first[name] = min(first.get(name, _place(edit)), _place(edit))

    def order(edit: Edit) -> tuple[Any, ...]:
        gone, at = first[edit.kind, edit.item]
        file = PurePath(at.file).name
        return file != HEAD, file, gone, at, edit.item, _place(edit)

    return tuple(sorted(found, key=order))


def _together(found: Iterable[Edit], setting: Setting) -> Iterator[Edit]:
    """The edits, with one for all places where the same number becomes the same other, such as P25 instead of P30.

    It is told where it decides, if it does, and not where facts are held against each other or a property speaks of it.
    """
    alike: dict[object, list[Edit]] = {}
    for edit in found:
        alike.setdefault(_number(edit, setting) or id(edit), []).append(edit)
    for edits in alike.values():
        first, *others = sorted(edits, key=lambda edit: (WEIGHTS.index(edit.weight), edit.kind == CONSISTENCY))
        yield replace(first, also=tuple(others)) if others else first


def _number(edit: Edit, setting: Setting) -> object:
    """What a number becomes that is compared or reckoned with, and the unit in which: the same in all of its places."""
    ends = [each.right if isinstance(each, Compare) else each for each in (edit.before, edit.after)]
    values = [each.value if isinstance(each, Literal) else None for each in ends]
    if (
        edit.part not in ("bound", "expression")
        or edit.value_unit
        or any(type(v) not in (int, Decimal) for v in values)
    ):
        return None
    kind, name = edit.path[-1] if edit.path else ("", "")
    fact = setting.vocabulary.facts.get(name)
    unit = None if fact is None else fact.type.unit
    return (edit.part, kind, unit if unit not in (None, "none") else name, *values)


def _place(edit: Edit) -> tuple[bool, Location]:
    at = edit.at_after or edit.at_before
    assert at is not None, "an edit is somewhere"
    return edit.at_after is None, at


def _under_names(a: Convention, names: Mapping[str, str]) -> Convention:
    """``a`` with its items under the ids that the other side uses; each item keeps its own id as its name."""
    if not names:
        return a
    overlays = (replace(o, replace={id_: names.get(new, new) for id_, new in o.replace.items()}) for o in a.overlays)
    return replace(
        a,
        items={names.get(id_, id_): _under(item, names) for id_, item in a.items.items()},
        overlays=tuple(overlays),
        derogations={id_: renamed(each, names) for id_, each in a.derogations.items()},
        properties={id_: renamed(each, names) for id_, each in a.properties.items()},
    )


def _under(item: Item, names: Mapping[str, str]) -> Item:
    """``item`` with the names that the other side uses for what it reads."""
    item, body = renamed(item, names), item.body
    if not isinstance(body, Outcome):
        return item
    excluded = tuple(renamed(each, names) for each in body.excluded)
    return replace(item, body=replace(renamed(body, names), excluded=excluded))
