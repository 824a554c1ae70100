"""The structural diff: two built conventions come in, the typed edits that lead from one to the other go out.

It reads the model and not the text, so comments, layout and the order of keys and rows are no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from engine.comparison.edits.bodies import item_differences
from engine.comparison.edits.edit import Comparison, Edit
from engine.comparison.edits.heads import head_differences
from engine.comparison.edits.pieces import Difference
from engine.comparison.edits.regions import Setting
from engine.comparison.edits.same import renamed
from engine.errors import Location
from engine.language.expressions import Citation
from engine.language.facts import Vocabulary
from engine.policy.model import Convention, Item, Outcome
from engine.policy.places import HEAD
from engine.policy.registry import Registry


def edits(a: Convention, b: Convention, vocabulary: Vocabulary | None = None) -> tuple[Edit, ...]:
    """Every edit between two conventions, in the order of the newer one's files.

    Items pair by id, and by the ids that ``aliases`` of either side say they had. ``vocabulary`` gives the facts; with
    it, a table that is only cut into other rows is no edit.
    """
    a = _under_names(a, _renamings(a, b))
    old = a.items
    found = [
        _edit(id_, kind, each, _cite(a, id_, kind), _cite(b, id_, kind)) for id_, kind, each in head_differences(a, b)
    ]
    starts, setting = (a.signed_from, b.signed_from), Setting(old, b.items, vocabulary)
    for id_ in dict.fromkeys((*b.items, *old)):
        before, after = old.get(id_), b.items.get(id_)
        if before is after:
            continue
        if before is not None and after is not None:
            for each in item_differences(before, after, setting, starts):
                if each.part != "range" or _entered_by_itself(each, old, b.items):
                    found.append(_edit(id_, after.kind, each, before.cite, after.cite, after.unit or before.unit))
        elif after is not None:
            whole = Difference("added", "item", (), None, after, None, after.at)
            found.append(_edit(id_, after.kind, whole, (), after.cite, after.unit))
        elif before is not None:
            whole = Difference("removed", "item", (), before, None, before.at, None)
            found.append(_edit(id_, before.kind, whole, before.cite, (), before.unit))
    return _in_order(found)


def pairs(old: Sequence[str], new: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The ids of conventions to compare: one with one whatever their names, several by id."""
    if len(old) == len(new) == 1:
        return ((old[0], new[0]),)
    return tuple((id_, id_) for id_ in sorted({*old, *new}))


def registry_edits(a: Registry, b: Registry) -> tuple[Comparison, ...]:
    """The edits of each convention of two registries, paired by id; a convention of one side alone is one edit."""
    return compared(a, b, [(id_, id_) for id_ in sorted({*a.conventions, *b.conventions})])


def compared(a: Registry, b: Registry, ids: Iterable[tuple[str, str]]) -> tuple[Comparison, ...]:
    """The edits between pairs of conventions, each given by its id in both registries."""
    return tuple(_comparison(a.conventions.get(old), b.conventions.get(new), b.vocabulary) for old, new in ids)


def _comparison(a: Convention | None, b: Convention | None, vocabulary: Vocabulary) -> Comparison:
    if a is not None and b is not None:
        return Comparison(a, b, edits(a, b, vocabulary))
    change, at_before, at_after = ("added", None, b.at) if b else ("removed", a.at if a else None, None)
    some = b or a
    assert some is not None, "one side has the convention"
    whole = Difference(change, "item", (), a.id if a else None, b.id if b else None, at_before, at_after)
    return Comparison(a, b, (_edit(some.id, "convention", whole, (), ()),))


def _renamings(a: Convention, b: Convention) -> dict[str, str]:
    """Ids of ``a`` to the ids that ``b`` uses for the same items."""
    names = {old: item.id for item in b.items.values() for old in item.aliases if item.id not in a.items}
    names |= {item.id: old for item in a.items.values() for old in item.aliases if old in b.items}
    return {old: new for old, new in names.items() if old in a.items and old not in b.items}


def _entered_by_itself(each: Difference, old: Mapping[str, Item], new: Mapping[str, Item]) -> bool:
    """Whether a criterion that enters or leaves a range is on both sides; else its own edit says it."""
    criterion = str(each.after or each.before)
    return criterion in old and criterion in new


def _cite(convention: Convention, id_: str, kind: str) -> tuple[Citation, ...]:
    listed: dict[str, Any] = {
        "interpretation": convention.interpretations,
        "overlay": {overlay.id: overlay for overlay in convention.overlays},
        "derogation": convention.derogations,
    }
    found = listed.get(kind, {}).get(id_)
    return found.cite if found is not None else ()


def _edit(
    id_: str,
    kind: str,
    each: Difference,
    cite_before: tuple[Citation, ...],
    cite_after: tuple[Citation, ...],
    unit: str | None = None,
) -> Edit:
    return Edit(
        item=id_,
        kind=kind,
        change=each.change,
        part=each.part,
        path=each.path,
        before=each.before,
        after=each.after,
        cite_before=cite_before if each.cite_before is None else each.cite_before,
        cite_after=cite_after if each.cite_after is None else each.cite_after,
        at_before=each.at_before,
        at_after=each.at_after,
        weight=each.weight,
        unit=unit,
        cells=each.cells,
    )


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
    )


def _under(item: Item, names: Mapping[str, str]) -> Item:
    """``item`` with the names that the other side uses for what it reads."""
    item, body = renamed(item, names), item.body
    if not isinstance(body, Outcome):
        return item
    excluded = tuple(renamed(each, names) for each in body.excluded)
    return replace(item, body=replace(renamed(body, names), excluded=excluded))
