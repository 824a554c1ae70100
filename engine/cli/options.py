"""The command that decides one case in several ways: a case and values of its facts come in, columns go out."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from engine.cli.common import Given, deciding, deciding_options, given, read_document, shown_options
from engine.cli.tongue import tell
from engine.errors import InputFault, Location, Problem, nearest
from engine.evaluation.facts import nested, read_case
from engine.language.facts import Fact, Vocabulary
from engine.language.spoken import FRENCH, Unread, read_spoken
from engine.policy.document import Document
from engine.report.options_page import FORMATS, Options, Way

MOST = 6  # columns that a page has room for

Values = Sequence[Any]


@click.command()
@click.argument("case", metavar="CASE")
@click.argument("facts", nargs=-1, required=True, metavar="FACT=VALUE,VALUE...")
@given(*deciding_options, *shown_options, formats=FORMATS)
def compare(rules: Given, case: str, facts: tuple[str, ...]) -> None:
    """Decide a case in several ways, side by side: avenant compare CASE option=demi_etp,un_etp.

    A fact is named in full or by its last word, a value as people write it; an empty value leaves the fact out.
    """
    document = read_document(case)
    vocabulary = rules.session.registry.vocabulary
    asked = _asked(facts, vocabulary)
    combinations = list(itertools.product(*asked.values()))
    if len(combinations) > MOST:
        raise click.UsageError(tell("FACT=VALUE: {count} ways, {most} at most", count=len(combinations), most=MOST))
    ways = [_way(rules, document, dict(zip(asked, values, strict=True))) for values in combinations]
    rules.put(FORMATS, Options(rules.title(case), ways), [case])


def _asked(texts: Sequence[str], vocabulary: Vocabulary) -> dict[str, Values]:
    """The facts that differ, each with its values."""
    asked: dict[str, Values] = {}
    problems: list[Problem] = []
    for text in texts:
        name, sign, values = text.partition("=")
        if not sign:
            raise click.UsageError(tell("'{text}' is not of the form fact=value,value", text=text))
        place = Location(text)
        found = [fact for full, fact in vocabulary.facts.items() if name in (full, full.rpartition(".")[2])]
        if len(found) != 1:
            close = nearest(name, [*vocabulary.facts, *(full.rpartition(".")[2] for full in vocabulary.facts)])
            problems.append(Problem(place, "unknown-fact", {"name": name}, found[0].name if found else close))
            continue
        asked[found[0].name] = list(_values(found[0], values, place, problems))
    if problems:
        raise InputFault(problems)
    return asked


def _values(fact: Fact, texts: str, place: Location, problems: list[Problem]) -> Iterator[Any]:
    """The values; a number may have a comma only where one value is given."""
    for text in texts.split(","):
        try:
            yield read_spoken(text, fact, FRENCH) if text.strip() else None
        except Unread as unread:
            problems.append(unread.problem(place, fact))


def _way(rules: Given, document: Document, more: Mapping[str, Any]) -> Way:
    """The decision on the case with these facts."""
    vocabulary = rules.session.registry.vocabulary
    read_case(document.data, vocabulary, document)
    told = {name: value for name, value in more.items() if value is not None}
    base = nested({}, document.data)
    for name, value in more.items():
        group, _, key = name.rpartition(".")
        if value is None and key in base.get(group, {}):
            del base[group][key]
    facts = read_case(nested(told, base), vocabulary, name=document.name)
    with deciding(document):
        decision = rules.session.decide(facts, rules.convention, dict(rules.choices), rules.as_of)
    return Way({name: facts.get(name) for name in more}, decision)
