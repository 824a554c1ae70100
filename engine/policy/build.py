"""Makes a convention out of its files: pieces that the schemas have accepted come in, frozen items go out.

First the number of each ``{parameter}`` in labels and notes is filled in, so that a number that changes changes its
words. Where a parameter has several dated values, all of them are said, and those of the parameter that a later text
lays over it in running contracts. The schemas come before (:mod:`engine.policy.schema`); names and types are checked
after (:mod:`engine.policy.checks`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TypeVar

from engine.errors import Location, Problem, nearest, wrong
from engine.language.pieces import Piece
from engine.language.reading import Home, citation, day, every, optional
from engine.policy import model
from engine.policy.amending import Written
from engine.policy.items import ENTRIES, items, record, window
from engine.policy.overlays import KNOWS, offers
from engine.policy.results import VERDICT, Ending, Headline, Property, Results, Supposition
from engine.words import LANGUAGES, read_words

_NAMED = re.compile(r"\{(.*?)\}")
_NARROW = "\u202f"  # the space of thousands in French
_Named = TypeVar("_Named", model.Item, model.Derogation, model.Interpretation, Property, Supposition)


def dated_numbers(files: Sequence[Piece]) -> dict[str, list[Piece]]:
    """The dated values of every parameter of a text."""
    return {each["id"].value: [*each.members("values")] for file in files for each in file.members("parameters")}


def _worded(files: Sequence[Piece], later: Mapping[str, Sequence[Piece]]) -> tuple[list[Piece], list[Problem]]:
    """The files of a text, and the names in braces that are no parameter of it."""
    values = {id_: [*own, *later.get(id_, ())] for id_, own in dated_numbers(files).items()}
    numbers = {id_: {lang: _said(each, lang) for lang in LANGUAGES} for id_, each in values.items()}
    problems: list[Problem] = []

    def filled(piece: Piece, lang: str | int = "") -> Piece:
        value = piece.value
        if isinstance(value, dict):
            return piece.of({key: filled(part, key) for key, part in value.items()})
        if isinstance(value, list):
            return piece.of([filled(part) for part in value])
        if lang not in LANGUAGES or not isinstance(value, str) or "{" not in value:
            return piece
        unknown = [name for name in _NAMED.findall(value) if name not in numbers]
        problems.extend(wrong(piece.at, "unknown-item", nearest(name, numbers), id=name) for name in unknown)
        return piece if unknown else piece.of(_NAMED.sub(lambda found: numbers[found[1]][str(lang)], value))

    return [filled(file) for file in files], problems


def _said(values: Sequence[Piece], lang: str) -> str:
    """A number in words; of several, each with the day on which it begins."""
    words = read_words("reports", lang)
    numbers = (each.get("value") for each in values)
    first, *others = (words["number_open"] if number is None else _number(number, lang) for number in numbers)
    written = (each["from"].value for each in values[1:])
    days = ("/".join(reversed(day.split("-"))) if lang == "fr" else day for day in written)
    return "".join([first, *(words["number_then"].format(value=v, day=d) for v, d in zip(others, days, strict=True))])


def _number(value: Decimal | int | str, lang: str) -> str:
    if isinstance(value, str):
        return value  # no number, which is told where it stands
    plain = f"{value:,}"
    return plain.replace(",", _NARROW).replace(".", ",") if lang == "fr" else plain


def built(text: Written, later: Mapping[str, Sequence[Piece]]) -> tuple[model.Convention, list[Problem]]:
    """The convention of a text, its numbers in its words, and what is wrong; ``later`` are values that follow."""
    (head, *files), problems = _worded([text.head, *text.files.values()], later)
    convention, found = build(head, files, text.digest)
    return convention, [*problems, *found]


def build(head: Piece, rules: Sequence[Piece], digest: str) -> tuple[model.Convention, list[Problem]]:
    """The convention of a folder, and the ids that could not be kept."""
    id_, signed = head["id"].value, head["signed"]
    home = Home(id_)
    problems: list[Problem] = []
    own = [*offers(head, id_), *(item for file in rules for item in items(file, id_))]
    read = {key: [each for file in rules for each in every(file, key, home, read)] for key, read in ENTRIES.items()}
    taken: dict[str, Location] = {model.YEAR_START: head["years_from"].at}
    named = [each for item in own for each in ((item.id, item.at), *_inner_ids(item))]
    named += [(entry.id, entry.at) for entries in read.values() for entry in entries]
    for name, at in sorted(named, key=lambda each: each[1]):
        _claim(name, at, taken, problems)
    windows = tuple(window(each, home, head["beneficiary"].value) for each in head.members("without_rules"))
    for each in windows:
        _claim(each.id, each.at, taken, problems)
    kept = _first_of_each(own)
    convention = record(
        model.Convention,
        head,
        home,
        signed_from=day(signed["from"], home),
        signed_before=optional(signed, "before", home, day),
        sources={key: record(model.Source, entry, home, id=key) for key, entry in head.entries("sources").items()},
        interpretations=_interpretations(head, home, problems),
        items=kept,
        overlays=tuple(read["overlays"]),
        derogations=_first_of_each(read["derogations"]),
        properties=_first_of_each(read["properties"]),
        suppositions=_first_of_each(read["suppositions"]),
        results=_results(head, home, [item for item in kept.values() if item.kind == "outcome"], problems),
        digest=digest,
        at=head["id"].key_at,
        without_rules=windows,
        kept=every(head["kept"], "cite", home, citation) if "kept" in head else (),
        knows={fact: tuple(entry["in"].data) for fact, entry in head.entries(KNOWS).items()},
        overtaken="before" in signed and signed["before"].at.file != head["id"].at.file,
    )
    return convention, problems


def _first_of_each(entries: Iterable[_Named]) -> dict[str, _Named]:
    """Entries by id; of two with one id the first stays, and the other is told as a problem."""
    kept: dict[str, _Named] = {}
    for entry in entries:
        kept.setdefault(entry.id, entry)
    return kept


def _claim(id_: str, at: Location, taken: dict[str, Location], problems: list[Problem]) -> None:
    """Takes an id in a namespace, or reports who has it."""
    if id_ in taken:
        problems.append(wrong(at, "duplicate-id", id=id_, place=str(taken[id_])))
    taken.setdefault(id_, at)


def _interpretations(head: Piece, home: Home, problems: list[Problem]) -> dict[str, model.Interpretation]:
    """Questions by id; ids of questions, and of the choices of each, are namespaces of their own."""
    asked: dict[str, Location] = {}
    found = []
    for question in head.members("interpretations"):
        offered: dict[str, Location] = {}
        for choice in question.members("choices"):
            _claim(choice["id"].value, choice["id"].at, offered, problems)
        _claim(question["id"].value, question.at, asked, problems)
        choices = {choice["id"].value: choice["label"].data for choice in question.members("choices")}
        default, labels = question["default"], {each: id_ for id_, said in choices.items() for each in said.values()}
        if default.value not in choices:
            close, allowed = nearest(default.value, choices, said=labels), ", ".join(choices)
            problems.append(wrong(default.at, "unknown-value", close, value=default.value, allowed=allowed))
        found.append(record(model.Interpretation, question, home, choices=choices))
    return _first_of_each(found)


def _results(head: Piece, home: Home, outcomes: Sequence[model.Item], problems: list[Problem]) -> Results:
    """What a convention declares; without ``results``, its outcomes head the answers, the first as the verdict."""
    shown = [record(Headline, each, home) for each in head.members("results")]
    taken: dict[str, Location] = {}
    for each in shown:
        _claim(each.id, each.at, taken, problems)
    if "results" not in head:
        shown = [Headline(id=each.id, role=None if i else VERDICT, at=each.at) for i, each in enumerate(outcomes)]
    life = head["life"] if "life" in head else head.of({})
    named = [each for part in life.value.values() for each in (part.value if isinstance(part.value, list) else [part])]
    ending = record(Ending, life, home, places={each.value: each.at for each in named})
    return Results(at=life.at, headline={each.id: each for each in shown}, life=ending)


def _inner_ids(item: model.Item) -> list[tuple[str, Location]]:
    """The other ids that an item takes: those it had before, and those of its derogations or rules."""
    taken = [(alias, item.at) for alias in item.aliases]
    match item.body:
        case model.Criterion():
            taken.extend((derogation.id, derogation.at) for derogation in item.body.derogations)
        case model.Outcome():
            taken.extend((rule.id, rule.at) for rule in item.body.rules)
    return taken
