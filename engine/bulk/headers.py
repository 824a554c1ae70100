"""Names of columns: what a file writes at the head of its columns comes in, the facts that they hold go out.

A column is named by the id of its fact or by its label in French or English, whatever the case, accents and spaces.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.errors import InputFault, Location, Problem, bounded, fault, nearest
from engine.escaping import shortened
from engine.language.facts import SIGNATURE, Vocabulary
from engine.language.spoken import fold

NEAR = 0.8
SHOWN = 40  # characters of a list of columns
BELOW = 10  # rows in which a header is looked for
FAR = 12  # letters more or less than a label, and no slip of the hand any more
_UNIT = re.compile(r"\s*\([^()]{1,6}\)\Z")


def columns_of(headers: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """For each header, the fact that it names, or the header itself."""
    known = _facts_by_name(vocabulary)
    return [_fact(header, known, vocabulary) for header in headers]


def _fact(header: str, known: Mapping[str, set[str]], vocabulary: Vocabulary) -> str:
    if header in vocabulary.facts:
        return header
    names = [header, _UNIT.sub("", header)] if header.endswith(")") else [header]
    for name in map(fold, names):
        if len(found := known.get(name, ())) == 1:
            return next(iter(found))
    return header


def _facts_by_name(vocabulary: Vocabulary) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for name, fact in vocabulary.facts.items():
        for way in {fold(name), *map(fold, fact.label.values())}:
            known.setdefault(way, set()).add(name)
    return known


def refuse_title(file: str, rows: Iterable[tuple[int, Sequence[str]]], vocabulary: Vocabulary) -> None:
    """Stops where not the first of these numbered rows names the day of signature, but one below: a title is above.

    Raises:
        InputFault: there is one.
    """
    first = None
    for number, cells in rows:
        first = number if first is None else first
        if SIGNATURE in columns_of([cell.strip() for cell in cells], vocabulary):
            if number != first:
                raise fault(Location(file, first, 1), "header-below", line=number)
            return


def checked_columns(headers: Sequence[str], vocabulary: Vocabulary, place: Location) -> dict[str, str]:
    """The header of each column, by the id of the column.

    Raises:
        InputFault: headers that name one column twice, or several facts.
    """
    columns = columns_of(headers, vocabulary)
    if problems := list(bounded(header_problems(headers, columns, vocabulary, place))):
        raise InputFault(problems)
    return dict(zip(columns, headers, strict=True))


def header_problems(
    headers: Sequence[str], columns: Sequence[str], vocabulary: Vocabulary, place: Location
) -> Iterator[Problem]:
    """Headers that name one column twice, or several facts; columns that none names."""
    if columns.count("") > 1:
        yield unnamed(headers, place)
    for column, count in Counter(columns).items():
        if column and count > 1:
            twice = [(number, header) for number, header in enumerate(headers) if columns[number] == column]
            where = ", ".join(f"{letters(number + 1)} ({header})" for number, header in twice)
            second = Location(place.file, place.line, twice[1][0] + 1)
            yield Problem(second, "column-twice", {"name": column, "where": where})
    known = _facts_by_name(vocabulary)
    for header, column in zip(headers, columns, strict=True):
        facts = known.get(fold(header), set())
        if column not in vocabulary.facts and len(facts) > 1:
            yield Problem(place, "column-ambiguous", {"name": header, "facts": ", ".join(sorted(facts))})


def unnamed(headers: Sequence[str], place: Location) -> Problem:
    """What is wrong with columns that have no name."""
    found = [number for number, header in enumerate(headers, 1) if not header]
    where = shortened(", ".join(map(letters, found)), SHOWN)
    return Problem(Location(place.file, place.line, found[0]), "column-unnamed", {"where": where})


def letters(number: int) -> str:
    """A column as a spreadsheet calls it: 1 is A, 27 is AA."""
    found = ""
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def near(column: str, vocabulary: Vocabulary, labels: Mapping[str, str]) -> str | None:
    """The fact that a column probably means: the same key without or in another group, or a name close to its own."""
    key = column.rpartition(".")[2].lower()
    moved = [fact for fact in vocabulary.facts if fact.rpartition(".")[2] == key]
    close = difflib.get_close_matches(column.lower(), vocabulary.facts, n=1, cutoff=NEAR)
    if close or moved:
        return (close or moved)[0]
    if column.partition(".")[0] in vocabulary.groups:
        return nearest(column, vocabulary.facts)
    if "_" in column:
        return None  # a name of a program, which no label is
    name = fold(column)
    alike = [label for label in labels if label[:1] == name[:1] and abs(len(label) - len(name)) < FAR]
    found = difflib.get_close_matches(name, alike, n=1, cutoff=NEAR)
    return labels[found[0]] if found else None
