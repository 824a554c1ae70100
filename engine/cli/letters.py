"""The command that writes letters: a case or a dossier comes in, a Word file goes out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.common import Given, deciding, deciding_options, given, read_document
from engine.cli.tongue import tell
from engine.errors import Location, fault
from engine.evaluation import timeline as living
from engine.evaluation.dossier import read_dossier
from engine.evaluation.facts import read_case
from engine.files import refuse_input
from engine.inquiry.life_readings import readings_of_life
from engine.inquiry.readings import readings_of_case
from engine.inquiry.suppositions import supposed_of_case, supposed_of_life
from engine.policy.document import Document

if TYPE_CHECKING:
    from engine.letters.matter import Matter

KINDS = ("accord", "refus", "pieces", "objectif", "versement", "trop-percu")


@click.command()
@click.argument("case", required=False, metavar="CASE|DOSSIER")
@click.option("--kind", type=click.Choice(KINDS), help="What the letter says.")
@click.option("--year", type=click.IntRange(1), metavar="N", help="Of a dossier: the contract year it is about.")
@click.option("--sender", metavar="FILE", help="YAML about the fund: name, address, signatory, routes of appeal.")
@click.option("--to", metavar="FILE", help="YAML about the addressee: title, name, address, numbers.")
@click.option("--letters", "folder", metavar="DIR", help="Folder of templates (default: letters beside the policies).")
@click.option("--fields", is_flag=True, help="List the fields that templates may name.")
@given(*deciding_options)
@click.option("-o", "--output", metavar="FILE", help="The Word file to write (.docx).")
def letter(
    rules: Given,
    case: str | None,
    kind: str | None,
    year: int | None,
    sender: str | None,
    to: str | None,
    folder: str | None,
    fields: bool,
) -> None:
    """Write a letter in French from a Word template: grant, refusal, papers, objective, payment, overpayment.

    A letter that would say more than the decision is refused with the reason.
    """
    if fields:
        _list_fields()
        return
    if case is None or kind is None or rules.output is None:
        raise click.UsageError(tell("CASE --kind KIND -o FILE.docx, or --fields"))
    if not rules.output.lower().endswith(".docx"):
        raise click.UsageError(tell("-o: a name that ends in .docx"))
    try:
        from engine.letters.fields import ADDRESSEE, SENDER
        from engine.letters.writing import letters_folder, template_of, write_letter
    except ModuleNotFoundError as error:
        raise fault(Location("avenant"), "extra-missing", module=error.name, extra="letters") from None
    registry = rules.session.registry
    template = template_of(kind, letters_folder(folder, registry.root))
    refuse_input(Path(rules.output), [Path(name) for name in (case, sender, to, str(template)) if name is not None])
    write_letter(
        kind,
        _matter(rules, read_document(case), year),
        registry,
        template,
        Path(rules.output),
        sender=_people(sender, SENDER),
        to=_people(to, ADDRESSEE),
        place=case,
    )


def _list_fields() -> None:
    from engine.letters.fields import documented

    for name, meaning in documented():
        click.echo(f"{name:32} {meaning}")


def _people(name: str | None, known: Mapping[str, str]) -> dict[str, str]:
    from engine.letters.content import people

    return {} if name is None else people(read_document(name), known)


def _matter(rules: Given, document: Document, year: int | None) -> Matter:
    """The decision on a case, or the life of a contract on the day asked about, or else that of the last event."""
    from engine.letters.matter import Matter

    vocabulary, choices = rules.session.registry.vocabulary, dict(rules.choices)
    if isinstance(document.data, Mapping) and "case" in document.data:
        dossier = read_dossier(document, vocabulary)
        day = rules.as_of or max((event.day for event in dossier.events), default=None)
        with deciding(document, "case"):
            life = living.timeline(rules.session, dossier, rules.convention, choices, day)
            readings = readings_of_life(rules.session, life, choices)
            supposed = supposed_of_life(rules.session, life, choices)
        return Matter(
            decision=life.rows[0].decision,
            life=life,
            readings=readings,
            supposed=supposed,
            chosen=choices,
            day=rules.as_of or day,
            year=year,
        )
    if year is not None:
        raise click.UsageError(tell("--year: of a dossier; a case has its own"))
    facts = read_case(document.data, vocabulary, document)
    with deciding(document):
        decision = rules.session.decide(facts, rules.convention, choices, rules.as_of)
        readings = readings_of_case(rules.session, decision, choices)
        supposed = supposed_of_case(rules.session, decision, choices)
    return Matter(decision=decision, life=None, readings=readings, supposed=supposed, chosen=choices, day=rules.as_of)
