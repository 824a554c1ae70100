"""The commands on the life of a contract: a dossier or a case comes in, a timeline or a letter in Word goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from engine.cli.common import Given, answer_options, deciding, deciding_options, given, read_document, write
from engine.cli.tongue import complain, flag, option, tell
from engine.errors import ERROR, InputFault, Location, fault, needing
from engine.evaluation.dossier import read_dossier
from engine.evaluation.facts import read_case
from engine.evaluation.timeline import timeline as followed
from engine.files import refuse_input, replacing
from engine.letters.fields import ADDRESSEE, SENDER, People, documented, people_of, stated
from engine.letters.matter import KINDS, Matter, matter_of_case, matter_of_life
from engine.policy.document import Document
from engine.policy.registry import Outside
from engine.report.timeline_data import FORMATS
from engine.report.timeline_page import told_life


@click.command()
@click.argument("dossier", metavar="DOSSIER")
@given(*answer_options, formats=FORMATS)
@flag("--full", "Also all duties, the conditions met with their facts, and all sources.")
def timeline(rules: Given, dossier: str, sensitivity: bool, full: bool) -> None:
    """Follow a contract through its years: what is due in each, why it changes, and how the contract ends."""
    document = read_document(dossier)
    read = read_dossier(document, rules.session.registry.vocabulary)
    with deciding(document.part("case")):
        lived = followed(rules.session, read, rules.convention, rules.choices, rules.as_of)
        life = told_life(rules.session, lived, rules.title(dossier))
        if sensitivity:
            from engine.inquiry import inquiries  # rarely asked for
            from engine.inquiry import sensitivity as readings

            asked = inquiries.inquiry_of_life(rules.session, life.timeline, life.supposed)
            life = replace(life, sensitivity=readings.sensitivity(asked))
    rules.put(FORMATS, replace(life, full=full), [dossier])


@click.command()
@click.argument("case", required=False, metavar="CASE|DOSSIER")
@option("--kind", KINDS, "What the letter says.")
@option("--year", "N", "Of a dossier: the contract year it is about.", type=click.IntRange(1))
@option("--sender", "FILE", "YAML about the fund: name, address, signatory, routes of appeal.")
@option("--to", "FILE", "YAML about the addressee: title, name, address, numbers.")
@option("--field", "NAME=TEXT", "A field about people, over the files (repeatable).", multiple=True)
@flag("--complete", "Refuse a letter that lacks something, instead of marking it there.")
@option("--letters folder", "DIR", "Folder of templates (default: letters beside the policies).")
@flag("--fields", "List the fields that templates may name.")
@given(*deciding_options)
@option("-o --output", "FILE", "The Word file to write (.docx).")
def letter(
    rules: Given,
    case: str | None,
    kind: str | None,
    year: int | None,
    sender: str | None,
    to: str | None,
    field: tuple[str, ...],
    complete: bool,
    folder: str | None,
    fields: bool,
) -> None:
    """Write a letter in French from a Word template: grant, refusal, papers, objective, payment, overpayment.

    A letter that would say more than the decision is refused with the reason. What it lacks of people, routes of
    appeal or its day is marked in it, and told.
    """
    if fields:
        for name, meaning in documented():
            click.echo(f"{name:32} {meaning}")
        return
    if case is None or kind is None or rules.output is None:
        raise click.UsageError(tell("CASE --kind KIND -o FILE.docx, or --fields"))
    if not rules.output.lower().endswith(".docx"):
        raise click.UsageError(tell("-o: a name that ends in .docx"))
    with needing("letters"):
        from engine.letters.writing import letter_of, letters_folder, sender_file, template_of
    registry = rules.session.registry
    templates = letters_folder(folder, registry.root)
    template, own = template_of(kind, templates), sender_file(templates)
    sender = sender or (str(own) if own else None)
    inputs = [name for name in (case, sender, to, str(template)) if name is not None]
    refuse_input(Path(rules.output), map(Path, inputs))
    matter, people = _matter(rules, read_document(case), year, kind), _people(sender, to, field)
    made = letter_of(kind, matter, registry, template, people=people, place=case)
    if made.lacks and complete:
        raise InputFault(replace(lack, severity=ERROR) for lack in made.lacks)
    complain(made.lacks, rules.lang)
    with replacing(Path(rules.output)) as partial:
        partial.write_bytes(made.content)
    write(made.record, f"{rules.output}.json", inputs)


def _people(sender: str | None, to: str | None, fields: tuple[str, ...]) -> People:
    """What files and options say of the fund and of who is written to."""
    if unread := [each for each in fields if "=" not in each]:
        raise click.UsageError(tell("--field: NAME=TEXT") + f": {unread[0]}")
    fund = {} if sender is None else people_of(read_document(sender), SENDER)
    addressee = {} if to is None else people_of(read_document(to), ADDRESSEE)
    own = stated({name: text for name, _, text in (each.partition("=") for each in fields)})
    return {**fund, **addressee, **own}


def _matter(rules: Given, document: Document, year: int | None, kind: str) -> Matter:
    """What the letter is about: a case, or the life of a contract; raises InputFault: it has no rules to tell of."""
    vocabulary, life = rules.session.registry.vocabulary, isinstance(document.data, Mapping) and "case" in document.data
    how = (rules.choices, rules.as_of, rules.convention)
    try:
        if life:
            dossier = read_dossier(document, vocabulary)
            with deciding(document.part("case")):
                return replace(matter_of_life(rules.session, dossier, *how), year=year)
        if year is not None:
            raise click.UsageError(tell("--year: of a dossier; a case has its own"))
        facts = read_case(document, vocabulary)
        with deciding(document):
            return matter_of_case(rules.session, facts, *how)
    except Outside as outside:
        raise fault(Location(document.name), "letter-says-more", kind=kind, reason=outside.window.label) from None
