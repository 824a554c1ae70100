"""The commands about the rules themselves: a folder comes in; its content, its faults or its own schemas go out."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import click

from engine.cli.common import Given, given, write_all
from engine.cli.proving import effort_option
from engine.cli.tongue import complain, flag, option, tell
from engine.errors import ERROR, in_order
from engine.exchange.rules_text import WRITTEN, with_own_ids
from engine.policy.checks import check_folder
from engine.policy.places import policies_place
from engine.policy.reading import load_schema
from engine.report.catalogue_page import LIST_FORMATS, SHOW_FORMATS


@click.command("list")
@given()
def list_(rules: Given) -> None:
    """List the conventions, their windows of signature dates and their items."""
    rules.put(LIST_FORMATS, rules.session.registry)


@click.command()
@click.argument("item", metavar="[ITEM]", required=False)
@option("--convention", "ID", "With --whole: this convention.")
@flag("--whole", "Show all rules of a convention as they stand, with what it amends.")
@option("--write folder", "DIR", "With --whole: write them into a new folder in this one.")
@given(formats=SHOW_FORMATS)
def show(rules: Given, item: str | None, whole: bool, folder: str | None) -> None:
    """Show an item in each convention: its text, values over time, citations and who uses it."""
    if whole == (rules.convention is None) or whole == (item is not None) or (folder is not None and not whole):
        raise click.UsageError(tell("ITEM, or --convention ID --whole [--write DIR]"))
    if rules.convention is not None:
        from engine.cli.texts import show_whole  # brings the writing of rules with it

        show_whole(rules, rules.convention, folder)
        return
    rules.put(SHOW_FORMATS, str(item))


@click.command()
@flag("--deep", "Also prove of all cases: no gap, no overlap, nothing dead, promises kept.")
@option("--witness", "DIR", "With --deep: write a case file for each finding into this folder.")
@flag("--strict", "Take warnings for faults: exit status 1.")
@effort_option
@given()
def check(rules: Given, deep: bool, witness: str | None, strict: bool, effort: int) -> None:
    """Check the policies: form, names, types, citations, gaps, overlaps, overlays, windows. Silent when all is well."""
    if witness is not None and not deep:
        raise click.UsageError(tell("--witness: goes with --deep"))
    place = policies_place(rules.policies, Path.cwd())
    problems, letters = [*check_folder(place.path, place.origin)], place.path.parent / "letters"
    if letters.is_dir() and importlib.util.find_spec("docxtpl") is not None:  # the extra that reads templates
        from engine.letters.writing import check_letters

        problems += check_letters(letters)
    if not any(problem.severity == ERROR for problem in problems):  # suites are read under rules that can be
        from engine.suite.moved import declaration_problems
        from engine.suite.running import suite_problems

        cases, faults = suite_problems(rules.session)
        problems += in_order([*faults, *declaration_problems(rules.session, cases)])
    complain(problems, rules.lang)
    faulty = any(strict or problem.severity == ERROR for problem in problems)
    if deep:
        from engine.cli.reviewing import deep_check  # brings coverage and mutation with it

        faulty = deep_check(rules, witness, effort) or faulty
    if faulty:
        sys.exit(1)


@click.command()
@option("--write folder", "DIR", "The folder for the schemas, such as .avenant.", required=True)
@given()
def schema(rules: Given, folder: str) -> None:
    """Write the schemas of rule files with the ids of one's own rules, for an editor to complete and underline."""
    made = {name: with_own_ids(load_schema(name), rules.session.registry) for name in WRITTEN}
    texts = {name: json.dumps(schema, ensure_ascii=False, indent=2) + "\n" for name, schema in made.items()}
    write_all(Path(folder), {f"{name}.schema.json": text for name, text in texts.items()})
    click.echo(rules.say("schemas_written", folder=Path(folder).as_posix()))
