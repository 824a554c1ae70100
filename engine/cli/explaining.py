"""The command that gives reasons: a case and an item come in, why it came out so, or what would change it, goes out."""

from __future__ import annotations

from dataclasses import replace

import click

from engine.cli.common import Given, decide_file, engine_faults, given, page_options
from engine.cli.tongue import tell
from engine.report.explain_page import FORMATS, Explained

FAVOURABLE = ""


@click.command()
@click.argument("case", metavar="CASE")
@click.argument("item", metavar="ITEM")
@click.option(
    "--what-if",
    metavar="[VALUE]",
    is_flag=False,
    flag_value=FAVOURABLE,
    help="The smallest changes of facts, up to three, that give ITEM this value: a name, a number (11000, at least"
    " 11000+, at most 11000-), a date, more, less or not_applicable. Without VALUE, written last: in the"
    " applicant's favour.",
)
@click.option(
    "--any-fact", is_flag=True, help="With --what-if: change facts too that a person cannot (age, specialty)."
)
@click.option("--possible", is_flag=True, help="Also every value that ITEM can still take, where it is open.")
@given(*page_options, formats=FORMATS)
def explain(rules: Given, case: str, item: str, what_if: str | None, any_fact: bool, possible: bool) -> None:
    """Say why an item of a case came out as it did: the chain down to facts and articles; or what would change it."""
    if what_if is None and any_fact:
        raise click.UsageError(tell("--any-fact goes with --what-if"))
    if what_if is not None and possible:
        raise click.UsageError(tell("--possible does not go with --what-if"))
    explained = Explained(decide_file(rules, case), item)
    if possible:
        from engine.inquiry.possible import outlook_of  # rarely asked for, and needs the solver

        explained = replace(explained, outlooks=outlook_of(rules.session, explained.decision, item, rules.choices))
    if what_if is None:
        rules.put(FORMATS, explained)
    else:
        with engine_faults(case):
            _what_if(rules, explained, what_if or None, any_fact)


def _what_if(rules: Given, explained: Explained, wished: str | None, any_fact: bool) -> None:
    from engine.inquiry.what_if import alternatives  # rarely asked for
    from engine.report import alternatives_page

    found = alternatives(
        rules.session,
        dict(explained.decision.facts),
        explained.item,
        wished,
        convention=rules.convention,
        interpret=dict(rules.choices),
        as_of=rules.as_of,
        any_fact=any_fact,
    )
    rules.put(alternatives_page.FORMATS, alternatives_page.WhatIf(found, explained.decision))
