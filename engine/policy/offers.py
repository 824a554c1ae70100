"""Which values of a fact a text knows: the head of a convention comes in, a consistency for each such fact goes out.

A case with another value is outside the text by that fact alone, so a value that is new in the case schema changes no
older folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from engine.errors import Problem, wrong
from engine.language.expressions import Compare, FactRef
from engine.language.facts import Vocabulary
from engine.language.pieces import Piece
from engine.language.reading import Home, cited, every, literal
from engine.policy.model import CONSISTENCY, ERROR, Convention, Criterion, Item
from engine.words import in_each_language

KNOWS, NOT_OFFERED = "knows", "value-not-offered"
_PREFIX = "offre."  # of the ids of these consistencies


def offers(head: Piece, convention: str) -> Iterator[Item]:
    """What must hold of a case for the text to speak of it."""
    home, label = Home(convention), head["label"].data
    for fact, entry in head.entries(KNOWS).items():
        known = Compare("in", FactRef(fact, entry.at), every(entry, "in", home, literal), entry["in"].at)
        yield Item(
            id=f"{_PREFIX}{fact}",
            kind=CONSISTENCY,
            label=in_each_language("value_unknown_to_text", label=label),
            cite=cited(entry, home),
            body=Criterion(known, ()),
            convention=convention,
            at=entry.at,
            severity=ERROR,
        )


def is_offer(item: Item) -> bool:
    """Whether it says which values of a fact the text knows."""
    return item.kind == CONSISTENCY and item.id.startswith(_PREFIX)


def outside(convention: Convention, facts: Mapping[str, object]) -> list[Problem]:
    """What a case has that its text does not offer, each with what says so."""
    found = []
    for fact, values in convention.knows.items():
        if fact in facts and facts[fact] not in values:
            item = convention.items[f"{_PREFIX}{fact}"]
            cite = "; ".join(", ".join(filter(None, (each.source, each.locator))) for each in item.cite)
            known = ", ".join(values)
            about = {"name": fact, "label": item.label, "cite": cite}
            found.append(wrong(item.at, NOT_OFFERED, value=facts[fact], known=known, **about))
    return found


def narrowed(vocabulary: Vocabulary, convention: Convention) -> Vocabulary:
    """The facts as a text knows them: with the values that it offers."""
    facts = dict(vocabulary.facts)
    for name, values in convention.knows.items():
        if name in facts:
            kind = facts[name].type
            known = tuple(value for value in kind.values if value in values)
            facts[name] = replace(facts[name], type=replace(kind, values=known))
    return replace(vocabulary, facts=facts)
