"""What an amending text makes of one item of its base: both come in as pieces, the item as it then stands goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from engine.errors import Problem
from engine.language.reading import BODIES
from engine.policy.items import NOT_CELLS
from engine.policy.model import CONSISTENCY
from engine.policy.weaving import Bundle, Piece, Tree
from engine.records import dataclass

REMOVED = "removed"

Name = Callable[[Any], object]


def _cells(row: Any) -> object:
    """A row is known by what it asks of each input and from when, whatever it gives."""
    return row if isinstance(row, str) else {n: cell for n, cell in row.items() if n not in NOT_CELLS or n == "from"}


def _named(key: str) -> Name:
    return lambda member: member if isinstance(member, str) else member.get(key)


# The lists that are changed member by member, and what a member is known by; and the mappings changed key by key.
MEMBERS: Mapping[str, Name] = {
    "rows": _cells,
    "scale": _named("then"),
    "derogations": _named("id"),
    "rules": _named("id"),
}
_BY_KEY = frozenset({"value_labels", "inputs", "values"})
_COMPANIONS = {"otherwise": "cases"}  # what goes where a quantity is computed in another way


@dataclass(frozen=True, slots=True)
class Grounds:
    """On what a text maintains the rest of its base, and the first day on which it does."""

    cite: Sequence[Tree]
    first: Tree


def kept(kind: str, item: Piece, grounds: Grounds) -> Tree:
    """An item that the text maintains."""
    return Bundle(item, _standing(kind, item.entries(), item, grounds))


def also(entry: Piece, grounds: Grounds) -> Tree:
    """What cites its ground, and then also what maintains it."""
    return Bundle(entry, {**entry.entries(), "cite": _cited(entry.listed("cite"), entry, grounds)})


def changed(kind: str, item: Piece, change: Piece, grounds: Grounds) -> tuple[Tree, list[Problem]]:
    """An item of which the text changes parts, and the parts that it removes and the item does not have."""
    body = [key for key in BODIES if key in change.data]
    left = {key: part for key, part in item.entries().items() if not (body and key in BODIES and key not in body)}
    parts = {key: part for key, part in left.items() if _COMPANIONS.get(key, key) in left} | {"id": change.below("id")}
    for key in change.data:
        new = change.below(key)
        if key in MEMBERS and key in item.data:
            joined = _joined(item.listed(key), change.listed(key), MEMBERS[key])
            parts[key] = Bundle(new, _standing_rows(joined, change.listed(key)) if key == "rows" else joined)
        elif key == "values" and kind == "parameters":
            day = new.data[0]["from"]
            earlier = [value for value in item.listed(key) if value.data["from"] < day]
            parts[key] = Bundle(new, [*earlier, *change.listed(key)])
        elif key in _BY_KEY and isinstance(item.data.get(key), dict):
            parts[key] = Bundle(new, {**item.below(key).entries(), **new.entries()})
        elif key != REMOVED:
            parts[key] = new
    problems = [problem for key in MEMBERS for problem in _twice(change.listed(key), MEMBERS[key])]
    gone = change.listed(REMOVED)
    for key in [key for key in MEMBERS if key in parts] if gone else ():
        members, gone = _without(parts.pop(key).members(), gone, MEMBERS[key])
        parts |= {key: Bundle(change, members)} if members else {}
    problems += (Problem(e.at, "unknown-part", {"id": change.data["id"], "part": _shown(e.data)}) for e in gone)
    rest = grounds if "cite" not in change.data else Grounds((), grounds.first)
    return Bundle(change, _standing(kind, parts, change, rest)), problems


def _twice(members: Sequence[Tree], name: Name) -> Iterator[Problem]:
    """The members of a list that have the name of one before them: of both, one alone would stay."""
    names = [name(each.data) for each in members]
    for number, each in enumerate(members):
        first = names.index(names[number])
        if first < number:
            values = {"id": _shown(names[number]), "place": str(members[first].at)}
            yield Problem(each.at, "duplicate-id", values)


def _joined(old: Sequence[Tree], new: Sequence[Tree], name: Name) -> list[Tree]:
    """Both lists: a new member in the place of the old one of its name, any other after the one before it."""
    found = list(old)
    place = len(found)
    for member in new:
        names = [name(each.data) for each in found]
        if name(member.data) in names:
            place = names.index(name(member.data))
            found[place] = member
        else:
            found.insert(place, member)
        place += 1
    return found


def _standing_rows(rows: Sequence[Tree], new: Sequence[Tree]) -> list[Tree]:
    """The rows without those that a new one of the same cells ends: all that do not begin before it."""

    def known(row: Tree) -> tuple[object, str]:
        return {n: cell for n, cell in row.data.items() if n not in NOT_CELLS}, row.data.get("from", "")

    asked = [known(row) for row in new]

    def ended(row: Tree) -> bool:
        cells, start = known(row)
        return row not in new and any(cells == same and start >= day for same, day in asked)

    return [row for row in rows if not ended(row)]


def _without(members: Sequence[Tree], gone: Sequence[Tree], name: Name) -> tuple[list[Tree], list[Tree]]:
    """A list without some members, and those of them that it does not have."""
    names = [name(each.data) for each in members]
    asked = [name(each.data) for each in gone]
    left = [member for member, each in zip(members, names, strict=True) if each not in asked]
    return left, [each for each, known in zip(gone, asked, strict=True) if known not in names]


def _standing(kind: str, parts: Mapping[str, Tree], at: Piece, grounds: Grounds) -> dict[str, Tree]:
    """An item that also rests on what maintains it, its parameter with the values from the first day on."""
    found = dict(parts)
    if grounds.cite and (kind != CONSISTENCY or "cite" in found):  # what holds between facts alone cites nothing
        found["cite"] = _cited(found["cite"].members() if "cite" in found else [], at, grounds)
    if kind == "parameters":
        found["values"] = _in_force(found["values"].members(), grounds.first, at)
    return found


def _cited(old: Sequence[Tree], at: Piece, grounds: Grounds) -> Tree:
    """Citations, and those of what maintains them."""
    given = [each.data for each in old]
    return Bundle(at, [*old, *(each for each in grounds.cite if each.data not in given)])


def _in_force(values: Sequence[Tree], first: Tree, at: Piece) -> Tree:
    """Dated values without those that are over by the first day; the one that then holds is dated from that day."""
    days = [value.data["from"] for value in values]
    over = max(sum(day <= first.data for day in days) - 1, 0)
    held = values[over]
    if days[over] < first.data:
        held = Bundle(held.of, {**held.entries(), "from": first})
    return Bundle(at, [held, *values[over + 1 :]])


def _shown(data: Any) -> str:
    return data if isinstance(data, str) else ", ".join(f"{name} = {value}" for name, value in data.items())
