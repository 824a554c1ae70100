"""How two decision tables differ: rows pair by what they ask of their inputs, and their values are compared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from engine.comparison.edits.formulas import expression_differences
from engine.comparison.edits.matching import matched
from engine.comparison.edits.pieces import Difference, Path, citation_differences, cited, text_differences
from engine.comparison.edits.regions import Setting, differing, same_values
from engine.comparison.edits.same import cell_key, key
from engine.language.expressions import Cell, Expression, Literal, Unpublished
from engine.policy.model import Row, Table


def table_differences(a: Table, b: Table, setting: Setting) -> Iterator[Difference]:
    """Inputs by name, then rows by their cells; rows that are only cut otherwise are no difference."""
    names = list(dict.fromkeys((*a.inputs, *b.inputs)))
    for name in names:
        yield from _input(a, b, name)
    old, new = a.rows, b.rows
    keys = [[tuple(cell_key(row.cells.get(name)) for name in names) for row in rows] for rows in (old, new)]
    thens = [[key(row.then) for row in rows] for rows in (old, new)]

    def likeness(i: int, j: int) -> float:
        """The share of equal cells; lists that overlap count half, and so does the same value."""
        pairs = zip(names, keys[0][i], keys[1][j], strict=True)
        total = sum(1.0 if one == other else 0.5 * _overlap(old[i], new[j], name) for name, one, other in pairs)
        return min(1.0, (total + 0.5 * (thens[0][i] == thens[1][j])) / len(names))

    found = matched(keys[0], keys[1], likeness, ordered=False)
    different = differing(a, b, setting) if found.changed or found.gone or found.new else None
    for i, j in sorted((*found.same, *found.changed), key=lambda pair: pair[1]):
        cut = (i, j) in found.changed and same_values(a, (old[i], new[j]), different)
        changed = cited(_row(old[i], new[j], [] if cut else names), old[i].cite, new[j].cite)
        yield from (replace(each, cells=new[j].cells) for each in changed if not cut or each.weight != "rule")
    gone, came = ([rows[i] for i in alone] for rows, alone in ((old, found.gone), (new, found.new)))
    cut_rows = [[row for row in rows if same_values(a, (row,), different)] for rows in (gone, came)]
    yield from _alone(a, b, gone, came, cut_rows)


def _alone(
    a: Table, b: Table, gone: Sequence[Row], came: Sequence[Row], cut: Sequence[Sequence[Row]]
) -> Iterator[Difference]:
    """Rows of one side only; of those that the other side says in other rows, the citations are left."""
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


def _overlap(a: Row, b: Row, name: str) -> bool:
    left, right = a.cells.get(name), b.cells.get(name)
    return left is not None and right is not None and bool(_values(left) & _values(right))


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
