"""What an amending text makes of one item of its base: both come in as pieces, the item as it then stands goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from engine.errors import Problem, warning, wrong
from engine.language.pieces import Piece
from engine.language.reading import BODIES
from engine.policy.items import NOT_CELLS
from engine.policy.model import CONSISTENCY
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
_DATED = {"parameters": "values", "tables": "rows"}  # of each kind, the list of what holds from a day on
_COMPANIONS = {"otherwise": "cases"}  # what goes where a quantity is computed in another way


@dataclass(frozen=True, slots=True)
class Grounds:
    """On what a text maintains the rest of its base, and the first day on which it does."""

    cite: Sequence[Piece]
    first: Piece


def kept(kind: str, item: Piece, grounds: Grounds) -> Piece:
    """An item, or another entry that cites its ground, which the text maintains."""
    return _standing(kind, item.value, item, grounds)


def changed(kind: str, item: Piece, change: Piece, grounds: Grounds) -> tuple[Piece, list[Problem]]:
    """An item of which the text changes parts, and the parts that it removes and the item does not have."""
    body = [key for key in BODIES if key in change]
    left = {key: part for key, part in item.value.items() if not (body and key in BODIES and key not in body)}
    parts = {key: part for key, part in left.items() if _COMPANIONS.get(key, key) in left}
    for key, new in change.value.items():
        parts[key] = _merged(kind, key, item[key], new) if key in item else new
    parts.pop(REMOVED, None)
    problems = [problem for key, name in MEMBERS.items() for problem in _twice(change.members(key), name)]
    gone = change.members(REMOVED)
    for key in [key for key in MEMBERS if key in parts] if gone else ():
        members, gone = _without(parts.pop(key).value, gone, MEMBERS[key])
        parts |= {key: change.of(members)} if members else {}
    problems += (wrong(e.at, "unknown-part", id=change["id"].value, part=_shown(e.data)) for e in gone)
    problems += _early(kind, change, grounds.first)
    problems += _unlike_a_scale(parts["scale"].value, change) if "scale" in parts else ()
    rest = grounds if "cite" not in change else Grounds((), grounds.first)
    return _standing(kind, parts, change, rest), problems


def _merged(kind: str, key: str, old: Piece, new: Piece) -> Piece:
    """A part that a change names, of what the item has: changed member by member, day by day or key by key."""
    if key == _DATED.get(kind):
        joined = _joined(old.value, new.value, MEMBERS.get(key, _named("from")))
        return new.of(_unended(key, joined, new.value))
    if key in MEMBERS:
        return new.of(_joined(old.value, new.value, MEMBERS[key]))
    return new.of({**old.value, **new.value}) if key in _BY_KEY and isinstance(old.value, dict) else new


def _twice(members: Sequence[Piece], name: Name) -> Iterator[Problem]:
    """The members of a list that have the name of one before them: of both, one alone would stay."""
    names = [name(each.data) for each in members]
    for number, each in enumerate(members):
        first = names.index(names[number])
        if first < number:
            yield wrong(each.at, "duplicate-id", id=_shown(names[number]), place=str(members[first].at))


def _early(kind: str, change: Piece, first: Piece) -> Iterator[Problem]:
    """Values and rows that a text dates before its own first day."""
    for each in change.members(_DATED.get(kind, "")):
        if "from" in each and each["from"].value < first.value:
            days = {"date": each["from"].value, "start": first.value}
            yield warning(each.at, "value-never", id=change["id"].value, **days)


def _unlike_a_scale(steps: Sequence[Piece], change: Piece) -> Iterator[Problem]:
    """The lowest step with a condition, and others without one; where it is the base's own, at what left it so."""
    for number, each in enumerate(steps):
        at = each.at if each.at.file == change.at.file else change.at
        if number and "reached_when" not in each:
            yield wrong(at, "missing-key", key="reached_when")
        elif not number and "reached_when" in each:
            yield wrong(at, "unknown-key", key="reached_when", allowed="then, cite")


def _joined(old: Sequence[Piece], new: Sequence[Piece], name: Name) -> list[Piece]:
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


def _unended(key: str, entries: Sequence[Piece], new: Sequence[Piece]) -> list[Piece]:
    """Values or rows without those that a new one of the same cells ends: all that do not begin before it."""
    known = [_known(key, each) for each in new]

    def ended(entry: Piece) -> bool:
        cells, start = _known(key, entry)
        return entry not in new and any(cells == same and start >= day for same, day in known)

    return [entry for entry in entries if not ended(entry)]


def _known(key: str, entry: Piece) -> tuple[object, str]:
    """What a row asks of each input, of which a dated value has none, and from when it holds."""
    cells = {n: cell for n, cell in entry.data.items() if n not in NOT_CELLS} if key == "rows" else {}
    return cells, entry.data.get("from", "")


def _without(members: Sequence[Piece], gone: Sequence[Piece], name: Name) -> tuple[list[Piece], list[Piece]]:
    """A list without some members, and those of them that it does not have."""
    names = [name(each.data) for each in members]
    asked = [name(each.data) for each in gone]
    left = [member for member, each in zip(members, names, strict=True) if each not in asked]
    return left, [each for each, known in zip(gone, asked, strict=True) if known not in names]


def _standing(kind: str, parts: Mapping[str, Piece], at: Piece, grounds: Grounds) -> Piece:
    """An entry that also rests on what maintains it, a parameter with its values from the first day on."""
    found = dict(parts)
    if grounds.cite and (kind != CONSISTENCY or "cite" in found):  # what holds between facts alone cites nothing
        old = found["cite"].value if "cite" in found else []
        given = [each.data for each in old]
        found["cite"] = at.of([*old, *(each for each in grounds.cite if each.data not in given)])
    if key := _DATED.get(kind):
        found[key] = at.of(_in_force(key, found[key].value, grounds.first))
    return at.of(found)


def _in_force(key: str, entries: Sequence[Piece], first: Piece) -> list[Piece]:
    """Values or rows without those that are over by the first day; of those that then hold, values begin on it."""

    def over(entry: Piece) -> bool:
        cells, start = _known(key, entry)
        later = (start < day <= first.value for same, day in (_known(key, each) for each in entries) if same == cells)
        return ("before" in entry and entry["before"].value <= first.value) or any(later)

    def begun(entry: Piece) -> Piece:
        if "from" not in entry or entry["from"].value > first.value:
            return entry
        parts = {name: part for name, part in entry.value.items() if name != "from"}
        return entry.of(parts if key == "rows" else {"from": first, **parts})

    return [begun(entry) for entry in entries if not over(entry)]


def _shown(data: Any) -> str:
    return data if isinstance(data, str) else ", ".join(f"{name} = {value}" for name, value in data.items())
