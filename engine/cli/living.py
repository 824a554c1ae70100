"""The command that follows a contract through its life: a dossier comes in, its timeline goes out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from engine.cli.common import Given, deciding, given, page_options, read_document, shown_options
from engine.evaluation import timeline as living
from engine.evaluation.dossier import read_dossier
from engine.inquiry.life_readings import life_resting, readings_of_life, supposed_of_life
from engine.inquiry.suppositions import Supposed
from engine.report.timeline_data import FORMATS, Life

if TYPE_CHECKING:
    from engine.evaluation.timeline import Timeline
    from engine.inquiry.sensitivity import Sensitivity


@click.command()
@click.argument("dossier", metavar="DOSSIER")
@given(*page_options, *shown_options, formats=FORMATS)
@click.option(
    "--sensitivity", is_flag=True, help="Also which results another reading of an open question would change."
)
@click.option("--full", is_flag=True, help="Also duties without a date.")
def timeline(rules: Given, dossier: str, sensitivity: bool, full: bool) -> None:
    """Follow a contract through its years: what is due in each, why it changes, and how the contract ends."""
    document = read_document(dossier)
    read = read_dossier(document, rules.session.registry.vocabulary)
    with deciding(document, "case"):
        life = living.timeline(rules.session, read, rules.convention, dict(rules.choices), rules.as_of)
        readings = readings_of_life(rules.session, life, rules.choices)
        supposed = supposed_of_life(rules.session, life, rules.choices)
        found = _sensitivity(rules, life, supposed) if sensitivity else None
        life = life_resting(life, supposed)
    subject = Life(
        title=rules.title(dossier), timeline=life, readings=readings, supposed=supposed, sensitivity=found, full=full
    )
    rules.put(FORMATS, subject, [dossier])


def _sensitivity(rules: Given, life: Timeline, supposed: Sequence[Supposed]) -> Sensitivity:
    from engine.inquiry.inquiries import inquiry_of_life  # rarely asked for
    from engine.inquiry.sensitivity import sensitivity

    return sensitivity(inquiry_of_life(rules.session, life, dict(rules.choices), supposed))
