"""How two decision tables differ: rows pair by what they ask of their inputs, and their values are compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from engine.language.expressions import Cell, Expression, Literal, Unpublished
from engine.policy.model import Row, Table
from engine.review.diff.formulas import expression_differences
from engine.review.diff.matching import matched
from engine.review.diff.pieces import Difference, Path, citation_differences, cited, text_differences
from engine.review.diff.regions import Setting, same_values
from engine.review.diff.same import cell_key, key


def table_differences(a: Table, b: Table, setting: Setting) -> Iterator[Difference]:
    """Inputs by name, then rows by their cells; rows that are only cut otherwise are no difference."""
    names = list(dict.fromkeys((*a.inputs, *b.inputs)))
    for name in names:
        yield from _input(a, b, name)
    old, new = a.rows, b.rows
    keys = [[tuple(cell_key(row.cells.get(name)) for name in names) for row in rows] for rows in (old, new)]
    found = matched(keys[0], keys[1], lambda i, j: _likeness(old[i], new[j], names), ordered=False)
    for i, j in sorted((*found.same, *found.changed), key=lambda pair: pair[1]):
        cut = (i, j) in found.changed and same_values(a, b, (old[i], new[j]), setting)
        changed = cited(_row(old[i], new[j], [] if cut else names), old[i].cite, new[j].cite)
        yield from (
            replace(difference, cells=new[j].cells) for difference in changed if not cut or difference.weight != "rule"
        )
    gone, came = ([rows[i] for i in alone] for rows, alone in ((old, found.gone), (new, found.new)))
    yield from _alone(a, b, gone, came, setting)


def _alone(a: Table, b: Table, gone: Sequence[Row], came: Sequence[Row], setting: Setting) -> Iterator[Difference]:
    """Rows of one side only; of those that the other side says in other rows, the citations are left."""
    cut = [[row for row in rows if same_values(a, b, (row,), setting)] for rows in (gone, came)]
    for row in (row for row in gone if row not in cut[0]):
        yield Difference(
            "removed", "row", row_path(row), row, None, row.at, None, cite_before=row.cite or None, cells=row.cells
        )
    for row in (row for row in came if row not in cut[1]):
        yield Difference(
            "added", "row", row_path(row), None, row, None, row.at, cite_after=row.cite or None, cells=row.cells
        )
    cites = [tuple(cite for row in rows for cite in row.cite) for rows in cut]
    places = [rows[0].at if rows else table.rows[0].at for rows, table in zip(cut, (a, b), strict=True)]
    yield from citation_differences(cites[0], cites[1], (), places[0], places[1])


def _input(a: Table, b: Table, name: str) -> Iterator[Difference]:
    before, after = a.inputs.get(name), b.inputs.get(name)
    for difference in expression_differences(before, after, (("input", name),)):
        yield replace(difference, part="input", path=(("input", name),))


def _likeness(a: Row, b: Row, names: list[str]) -> float:
    """The share of equal cells; lists that overlap count half, and so does the same value."""
    total = 0.0
    for name in names:
        left, right = a.cells.get(name), b.cells.get(name)
        if cell_key(left) == cell_key(right):
            total += 1
        elif left is not None and right is not None and _values(left) & _values(right):
            total += 0.5
    return min(1.0, (total + 0.5 * (key(a.then) == key(b.then))) / len(names))


def _values(cell: Cell) -> set[object]:
    return {literal.value for literal in (*(cell.values or ()), *(cell.excluded or ()))}


def _row(a: Row, b: Row, names: Iterable[str]) -> Iterator[Difference]:
    path = row_path(b)
    for name in names:
        before, after = a.cells.get(name), b.cells.get(name)
        if cell_key(before) != cell_key(after):
            ends = (before.at if before else a.at, after.at if after else b.at)
            yield Difference("changed", "cell", (*path, ("cell", name)), before, after, ends[0], ends[1])
    yield from value_differences(a.then, b.then, path)
    yield from citation_differences(a.cite, b.cite, path, a.at, b.at)
    yield from text_differences(a.label, b.label, "label", path, a.at, b.at)


def value_differences(before: Literal | Unpublished, after: Literal | Unpublished, path: Path) -> Iterator[Difference]:
    """The value of a row or of a day."""
    for difference in expression_differences(before, after, path):
        yield replace(difference, part="value") if difference.part == "expression" else difference


def row_path(row: Row) -> Path:
    """The row by what it asks: ``option = demi_etp, annee ≥ 3``."""
    return (("row", ", ".join(_cell_text(name, cell) for name, cell in row.cells.items())),)


def _cell_text(name: str, cell: Cell) -> str:
    if cell.values is not None:
        values = [_literal(part) for part in cell.values]
        return f"{name} = {values[0]}" if len(values) == 1 else f"{name} in {' '.join(values)}"
    if cell.excluded is not None:
        return f"{name} not in {' '.join(_literal(part) for part in cell.excluded)}"
    low = f"{_bound(cell.low)} ≤ " if cell.low is not None and cell.high is not None else ""
    if cell.high is not None:
        return f"{low}{name} < {_bound(cell.high)}"
    return f"{name} ≥ {_bound(cell.low)}"


def _literal(node: Literal) -> str:
    return str(node.value).lower() if isinstance(node.value, bool) else str(node.value)


def _bound(node: Expression | None) -> str:
    return _literal(node) if isinstance(node, Literal) else str(getattr(node, "id", getattr(node, "name", "…")))
