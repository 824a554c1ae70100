"""The page of a contract's life: a dossier as text comes in, its timeline or a file of it goes out; nothing is kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from markupsafe import Markup

from engine.evaluation import timeline as living
from engine.evaluation.dossier import read_dossier
from engine.evaluation.session import Session
from engine.evaluation.timeline import Timeline
from engine.inquiry.life_readings import readings_of_life
from engine.language.facts import SIGNATURE
from engine.language.spoken import Unread, read_spoken
from engine.policy import loader
from engine.report.amounts_chart import timeline_figure
from engine.report.calendar import calendar
from engine.report.formats import Screen
from engine.report.html import fragment
from engine.report.say import Say
from engine.report.timeline_data import FORMATS, Life, page

YAML, CALENDAR, HTML = "yaml", "ics", "html"
MEDIA = {YAML: "application/yaml", CALENDAR: "text/calendar", HTML: "text/html"}
EXAMPLE = """case:
  contrat: {date_signature: 02/09/2024, option: Mi-temps}
  medecin: {secteur: Secteur 1, specialite: Médecine générale, age: 46}
  patientele: {mt_depart: 900, fa_depart: 1600, percentile_mt: 41, percentile_fa: 54}
events:
  - {date: 14/10/2024, type: embauche}
"""


@dataclass(frozen=True, slots=True)
class Followed:
    """A life that was followed, ready to be shown or written."""

    life: Life
    text: str

    @property
    def timeline(self) -> Timeline:
        return self.life.timeline


def follow(session: Session, text: str, day: str, title: str) -> Followed:
    """The life of the contract that a dossier states, on a day written as people write it.

    Raises:
        InputFault: the dossier is at fault.
    """
    name = "dossier.json" if text.lstrip().startswith("{") else "dossier.yaml"
    dossier = read_dossier(loader.parse(text.encode("utf-8", "replace"), name), session.registry.vocabulary)
    life = living.timeline(session, dossier, None, {}, day_of(session, day))
    return Followed(Life(title=title, timeline=life, readings=readings_of_life(session, life, {}), full=True), text)


def day_of(session: Session, text: str) -> dt.date | None:
    """A day as people write it, or None where the text states none."""
    try:
        said = read_spoken(text, session.registry.vocabulary.facts[SIGNATURE])
        return dt.date.fromisoformat(str(said))
    except (Unread, ValueError):
        return None


def shown(found: Followed, say: Say) -> Markup:
    """The timeline as HTML, its drawing before the first section."""
    blocks = list(page(found.life, say))
    return Markup(fragment(blocks[:2], 1) + timeline_figure(found.timeline, say) + fragment(blocks[2:], 1))


def file_of(found: Followed, kind: str, say: Say) -> str:
    """The life as a file to take away: the dossier itself, its dates, or its page."""
    if kind == CALENDAR:
        return calendar(found.timeline, say)
    return FORMATS["html"](found.life, say, Screen()) if kind == HTML else found.text
