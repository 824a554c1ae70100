"""Makes a convention out of its files: pieces that the schemas have accepted come in, frozen items go out.

The schemas come before (:mod:`engine.policy.schema`); names and types are checked after (:mod:`engine.policy.checks`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from engine.errors import Location, Problem, nearest, wrong
from engine.language.pieces import Piece
from engine.language.reading import Home, citation, day, every, optional
from engine.policy import model
from engine.policy.entries import Property, Supposition
from engine.policy.items import ENTRIES, items, record, window
from engine.policy.offers import KNOWS, offers
from engine.policy.results import VERDICT, Ending, Headline, Results

_Named = TypeVar("_Named", model.Item, model.Derogation, model.Interpretation, Property, Supposition)


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
