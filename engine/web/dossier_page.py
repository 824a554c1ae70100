"""The page of a contract's life: a dossier as text comes in, its timeline goes out; nothing is kept."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from engine.errors import Problem
from engine.evaluation.dossier import read_dossier
from engine.evaluation.session import Session
from engine.exchange.rules_text import one_line
from engine.language.facts import SIGNATURE, EventType, Fact, Vocabulary, event_types
from engine.language.spoken import Unread, read_spoken
from engine.language.typing import is_date
from engine.letters.matter import Matter, matter_of_life
from engine.policy import loader
from engine.policy.reading import load_schema
from engine.report.charts import timeline_figure
from engine.report.html import fragment
from engine.report.say import Say
from engine.report.timeline_page import ToldLife, page
from engine.web.fields import field_of
from engine.web.state import State, written
from engine.web.templates import wording

EVENT, EVENT_DAY, EVENT_YEAR = "evenement", "evenement.date", "evenement.annee"
EXAMPLE = """case:
  contrat: {date_signature: 02/09/2024, option: Mi-temps}
  medecin: {secteur: Secteur 1, specialite: Médecine générale, age: 46}
  patientele: {mt_depart: 900, fa_depart: 1600, percentile_mt: 41, percentile_fa: 54}
events:
  - {date: 14/10/2024, type: embauche}
"""


def follow(session: Session, say: Say, text: str, day: str) -> tuple[ToldLife, Matter]:
    """The life that a dossier states on a day as people write it, and for letters on it; raises InputFault."""
    name = "dossier.json" if text.lstrip().startswith("{") else "dossier.yaml"
    dossier = read_dossier(loader.parse(text.encode("utf-8", "replace"), name), session.registry.vocabulary)
    matter = matter_of_life(session, dossier, {}, day_of(session, day))
    assert isinstance(matter.told, ToldLife)
    return replace(matter.told, title=wording(say.lang)("your_contract"), full=True), matter


def form(given: Mapping[str, str], state: State, say: Say, day: str) -> tuple[str, dict[str, Any]]:
    """The dossier that a form holds, with the event that it adds; what can happen, and the form of a type chosen."""
    vocabulary, types = say.registry.vocabulary, event_types(load_schema("dossier"))
    text = given.get("dossier", "") or (begun_dossier(state) if SIGNATURE in state.facts else "")
    type_ = types.get(given.get(EVENT, ""))
    if type_ is not None and EVENT_DAY in given:
        text, type_ = with_event(text, type_, given, vocabulary), None
    return text, {
        "types": [(each.name, each.label[say.lang]) for each in types.values()],
        "type": type_,
        "event_day": day,
        "fields": [] if type_ is None else [field_of(vocabulary.facts[name], state, say) for name in type_.facts],
    }


def begun_dossier(state: State) -> str:
    """A dossier that begins with the facts of an estimate, save sensitive ones."""
    groups: dict[str, list[str]] = {}
    for name in state.facts:
        if name not in state.sensitive and state.facts[name] != state.vocabulary.beneficiary:
            group, _, fact = name.partition(".")
            groups.setdefault(group, []).append(f"{fact}: {written(state.facts[name])}")
    return "case:\n" + "".join(f"  {group}: {{{', '.join(facts)}}}\n" for group, facts in groups.items())


def with_event(text: str, type_: EventType, given: Mapping[str, str], vocabulary: Vocabulary) -> str:
    """A dossier in YAML with one event more, as a form states it; what cannot be read stands as it was written."""
    stated = {name: _spoken(given[name], vocabulary.facts[name]) for name in type_.facts if given.get(name, "").strip()}
    event = {"date": _spoken(given.get(EVENT_DAY, ""), vocabulary.facts[SIGNATURE]), "type": type_.name}
    event |= {"annee": int(given[EVENT_YEAR])} if type_.yearly and given.get(EVENT_YEAR, "").isdecimal() else {}
    event |= {"facts": stated} if stated else {}
    head = "" if re.search(r"^events:", text, re.MULTILINE) else "events:\n"
    indents = re.findall(r"^( *)- ", text.partition("\nevents:")[2], re.MULTILINE)
    return f"{text.rstrip()}\n{head}{indents[-1] if indents else '  '}- {one_line(event)}\n"


def _spoken(text: str, fact: Fact) -> Any:
    try:
        return read_spoken(text, fact)
    except Unread:
        return text


def fault_text(problem: Problem, lang: str) -> str:
    """A fault by its line in the dossier, for a person."""
    told, line = problem.message(lang), problem.location.line
    return wording(lang)("dossier_fault", line=line, fault=told) if line else told[:1].upper() + told[1:]


def day_of(session: Session, text: str) -> dt.date | None:
    """A day as people write it, or None where the text states none."""
    said = str(_spoken(text, session.registry.vocabulary.facts[SIGNATURE]))
    return dt.date.fromisoformat(said) if is_date(said) else None


def shown(life: ToldLife, say: Say) -> Markup:
    """The timeline as HTML, its drawing before the first section."""
    blocks = list(page(life, say))
    return Markup(fragment(blocks[:2], 1) + timeline_figure(life.timeline, say) + fragment(blocks[2:], 1))
