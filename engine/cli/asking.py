"""The commands that ask about a case: what is missing, why an item came out so, what would change it, in other ways."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import click

from engine.cli.common import Given, decide_file, deciding_options, given, page_options, read_document, shown_options
from engine.cli.tongue import flag, option, tell
from engine.errors import InputFault, Location, Problem, nearest
from engine.evaluation.facts import nested, read_case, written_elsewhere
from engine.inquiry.questions import ALL, outlooks
from engine.inquiry.questions import ask as find_questions
from engine.language.facts import Vocabulary
from engine.language.spoken import FRENCH, Unread, read_spoken
from engine.policy.document import Document, unplaced
from engine.report import explain_page, options_page, questions_page
from engine.report.explain_page import Explained
from engine.report.options_page import Options, Way
from engine.report.questions_page import Questions


@click.command()
@click.argument("case", metavar="CASE", required=False)
@flag("-i interactive", "Ask on the terminal, one question after another, from CASE on.")
@option("-o --output", "FILE", "With -i: the case file to write.")
@option("--for wanted", "ITEM", "The result to decide, or all (default: the verdict).")
@given(*page_options, formats=questions_page.FORMATS)
def ask(rules: Given, case: str | None, interactive: bool, wanted: str | None) -> None:
    """Say which missing facts to ask for, those that decide most first, and where each is found."""
    if interactive:
        from engine.cli.interview import interview  # only where people answer

        interview(rules, case)
        return
    if case is None or rules.output is not None:
        raise click.UsageError(tell("CASE, or -i [CASE] [-o FILE]"))
    decision = decide_file(rules, case)
    asked = find_questions(rules.session, decision, wanted or decision.headline.verdict or ALL)
    aim = ("--for", wanted) if wanted and wanted != decision.headline.verdict else ()
    told = rules.told(decision, case)
    questions = Questions(
        asked=asked,
        title=told.title,
        readings=told.readings,
        outlooks=outlooks(rules.session, decision, [result.id for result in asked.wanted]),
        again=shlex.join(["avenant", "ask", case, *aim, *rules.again()]),
        others=shlex.join(["avenant", "ask", case, "--for", ALL, *rules.again()]),
        evaluate=shlex.join(["avenant", "evaluate", case, *rules.again()]),
    )
    rules.put(questions_page.FORMATS, questions)


FAVOURABLE = ""


@click.command()
@click.argument("case", metavar="CASE")
@click.argument("item", metavar="ITEM")
@option(
    "--what-if",
    "[VALUE]",
    "The smallest changes of facts, up to three, that give ITEM this value: a name, a number (11000, at least"
    " 11000+, at most 11000-), a date, more, less or not_applicable. Without VALUE, written last: in the"
    " applicant's favour.",
    is_flag=False,
    flag_value=FAVOURABLE,
)
@flag("--any-fact", "With --what-if: change facts too that a person cannot (age, specialty).")
@flag("--possible", "Also every value that ITEM can still take, where it is open.")
@given(*page_options, *shown_options, formats=explain_page.FORMATS)
def explain(rules: Given, case: str, item: str, what_if: str | None, any_fact: bool, possible: bool) -> None:
    """Say why an item of a case came out as it did: the chain down to facts and articles; or what would change it."""
    if what_if is None and any_fact:
        raise click.UsageError(tell("--any-fact goes with --what-if"))
    if what_if is not None and possible:
        raise click.UsageError(tell("--possible does not go with --what-if"))
    explained = Explained(rules.told(decide_file(rules, case), case), item)
    if possible:
        left = outlooks(rules.session, explained.decision, [item])
        explained = replace(explained, case=replace(explained.case, outlooks=left))
    if what_if is None:
        rules.put(explain_page.FORMATS, explained, [case])
    else:
        _what_if(rules, explained, case, what_if or None, any_fact)


def _what_if(rules: Given, explained: Explained, case: str, wished: str | None, any_fact: bool) -> None:
    from engine.inquiry.what_if import alternatives  # rarely asked for
    from engine.report import alternatives_page

    found = alternatives(rules.session, explained.decision, explained.item, wished, any_fact=any_fact)
    rules.put(alternatives_page.FORMATS, found, [case])


MOST = 6  # columns that a page has room for

Values = list[Any]


@click.command()
@click.argument("case", metavar="CASE")
@click.argument("facts", nargs=-1, required=True, metavar="FACT=VALUE,VALUE...")
@given(*deciding_options, *shown_options, formats=options_page.FORMATS)
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
    rules.put(options_page.FORMATS, Options(rules.title(case), ways), [case])


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
        given: Values = []
        for value in values.split(","):  # a number may have a comma only where one value is given
            try:
                given.append(read_spoken(value, found[0], FRENCH) if value.strip() else None)
            except Unread as unread:
                problems.append(unread.problem(place, found[0]))
        asked[found[0].name] = given
    if problems:
        raise InputFault(problems)
    return asked


def _way(rules: Given, document: Document, more: Mapping[str, Any]) -> Way:
    """The decision on the case with these facts."""
    vocabulary = rules.session.registry.vocabulary
    own = read_case(document, vocabulary)
    stated = {name: value for name, value in {**own, **more}.items() if value is not None}
    facts = read_case(unplaced(nested(stated), Location(document.name)), vocabulary)
    left_out = tuple(name for name in written_elsewhere(own, facts, vocabulary) if name not in more)
    kept = {name: value for name, value in facts.items() if name not in left_out}
    told = rules.told(rules.decide(kept, document), "")
    return Way({name: facts.get(name) for name in more}, told, left_out=left_out)
