"""Makes records of what a rule file says: pieces that the schema has accepted come in, frozen records go out.

A field of a record is what stands under its name, read as its annotation says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

from engine.language import reading
from engine.language.expressions import Unpublished
from engine.language.facts import FIRST_DAY
from engine.language.pieces import Piece
from engine.language.reading import Home, day, fact_ref, item_ref, optional
from engine.policy import model, results

_Record = TypeVar("_Record")
Read = Callable[[Piece, Home], Any]

KINDS = {
    "parameters": "parameter",
    "tables": "table",
    "quantities": "quantity",
    "criteria": "criterion",
    "outcomes": "outcome",
    "payments": "payment",
    "obligations": "obligation",
    "consistency": model.CONSISTENCY,
}
NOT_CELLS = ("then", "unpublished", "cite", "label", "from", "before")
_READ_WHOLE = (model.Criterion, model.Outcome, model.Payment, model.Obligation)
_BODIES: Mapping[str, type] = {"table": model.DecisionTable, **{kind.__name__.lower(): kind for kind in _READ_WHOLE}}
_EMPTY: Mapping[str, Any] = {"tuple": (), "Mapping": {}, "bool": False}  # what is left out


def record(kind: type[_Record], piece: Piece, home: Home, /, **given: Any) -> _Record:
    """A record of ``kind`` from what an entry says, but for the fields that are ``given``."""
    made: Any = kind
    for name, read, empty in _fields(made):
        if name == "at":  # never read: an input of a table may be called so
            given.setdefault(name, piece.at)
        elif name not in given and name in piece.value:
            given[name] = read(piece.value[name], home)
        elif name not in given:
            given[name] = reading.unpublished(piece["unpublished"], home) if empty is Unpublished else empty
    return made(**given)  # type: ignore[no-any-return]


@cache
def _fields(kind: type) -> list[tuple[str, Read, Any]]:
    """The fields of a record, how each is read, and what it is where it is left out."""
    found = []
    for name, said in kind.__annotations__.items():
        bare = said.replace("tree.", "").replace(" | None", "")
        several = re.fullmatch(r"tuple\[(\w+), \.\.\.\]", bare)
        read = _every(_READERS[several[1]]) if several and several[1] in _READERS else _READERS.get(bare, _plain)
        empty = Unpublished if "Unpublished" in said else _EMPTY.get(re.split(r"\W", said)[0])
        if not said.startswith("ClassVar"):
            found.append((name, read, None if "None" in said else empty))
    return found


def _every(read: Read) -> Read:
    return lambda piece, home: tuple([read(each, home) for each in piece.value])


def _plain(piece: Piece, home: Home) -> Any:
    data = piece.data
    return tuple(data) if isinstance(data, list) else data


def _of(kind: type) -> Read:
    return lambda piece, home: record(kind, piece, home)


def _signed(piece: Piece, home: Home) -> dict[str, Any]:
    """The bounds of a window of signature dates, each of which may be left out."""
    signed = piece["signed"] if "signed" in piece else piece.of({})
    return {f"signed_{key}": optional(signed, key, home, day) for key in ("from", "before")}


def items(file: Piece, convention: str) -> Iterator[model.Item]:
    """The items of one rule file, in the order of their kinds."""
    home = Home(convention, tuple(each["id"].value for each in file.members("criteria")))
    for key, kind in KINDS.items():
        yield from (_item(piece, kind, "overlays" in file, home) for piece in file.members(key))


def _item(piece: Piece, kind: str, transitional: bool, home: Home) -> model.Item:
    given = {"unit": "EUR"} if kind == "payment" else {}
    about = {"kind": kind, "transitional": transitional, "convention": home.convention, "at": piece["id"].at}
    about["places"] = {value: label.key_at for value, label in piece.entries("value_labels").items()}
    return record(model.Item, piece, home, body=_body(piece, kind, home), **about, **given)


def _body(piece: Piece, kind: str, home: Home) -> model.Body:
    if kind == "quantity":
        return model.Quantity(reading.body(piece, home))
    if kind == "parameter":
        return model.DecisionTable({}, tuple([dated_value(each, home) for each in piece.members("values")]))
    if kind == model.CONSISTENCY:
        return model.Criterion(reading.condition(piece["holds_when"], home), ())
    made: model.Body = record(_BODIES[kind], piece, home)
    return made


def dated_value(piece: Piece, home: Home) -> model.Row:
    """A value of a parameter and the day from which it holds."""
    given = {"then": reading.literal(piece["value"], home)} if "value" in piece else {}
    return record(model.Row, piece, home, cells={}, start=day(piece["from"], home), **given)


def table_row(piece: Piece, home: Home) -> model.Row:
    """A row of a table."""
    cells = {name: reading.cell(asked, home) for name, asked in piece.value.items() if name not in NOT_CELLS}
    start, end = (optional(piece, key, home, day) for key in ("from", "before"))
    return record(model.Row, piece, home, cells=cells, start=start, end=end)


def overlay(piece: Piece, home: Home) -> model.Overlay:
    replaced, derogations = piece.entries("replace"), piece.entries("add_derogations")
    named = [*replaced.values(), *(id_ for ids in derogations.values() for id_ in ids.value)]
    places = {each.value: each.at for each in named} | {n: p.key_at for n, p in (replaced | derogations).items()}
    about = {
        "add_derogations": {id_: tuple(ids.data) for id_, ids in derogations.items()},
        "first_anniversary": optional(piece, "from_first_anniversary_on_or_after", home, day),
        "places": places,
    }
    return record(model.Overlay, piece, home, **_signed(piece, home), **about)


def law_property(piece: Piece, home: Home) -> results.Property:
    way = next((key for key in (results.RISES, results.FALLS) if key in piece), "")
    result = optional(piece, way, home, item_ref)
    about = {"result": result, "falls": way == results.FALLS, "at": piece["id"].at}
    return record(results.Property, piece, home, **about)


def supposition(piece: Piece, home: Home) -> results.Supposition:
    kind = results.RIGHT if results.RIGHT in piece else results.ASSUMPTION
    about = {"kind": kind, "fact": fact_ref(piece[kind], home), "at": piece["id"].at, "following": "year" in piece}
    day_ = piece.get("day", results.FROM)
    return record(results.Supposition, piece, home, **about, **_signed(piece, home), day=day_)


def window(piece: Piece, home: Home, beneficiary: str) -> results.WithoutRules:
    signed = _signed(piece, home)
    signed["signed_from"] = signed["signed_from"] or FIRST_DAY
    about = {"beneficiary": piece.get("beneficiary", beneficiary), "at": piece["id"].at}
    return record(results.WithoutRules, piece, home, **signed, **about)


_READERS: Mapping[str, Read] = {  # by annotation; of what is not here the plain data is taken
    "Condition": reading.condition,
    "Expression": reading.expression,
    "FactRef": fact_ref,
    "ItemRef": item_ref,
    "Citation": reading.citation,
    "Literal | Unpublished": reading.literal,
    "Mapping[str, FactRef | ItemRef]": lambda piece, home: {
        n: reading.expression(each, home) for n, each in piece.value.items()
    },
    "Row": table_row,
    **{kind.__name__: _of(kind) for kind in (model.Caution, model.Derogation, model.Rule, model.Excluded)},
    **{kind.__name__: _of(kind) for kind in (results.Along, results.Known)},
}
ENTRIES: Mapping[str, Read] = {  # what the lists of a rule file hold beside items
    "overlays": overlay,
    "derogations": _READERS["Derogation"],
    "properties": law_property,
    "suppositions": supposition,
}
