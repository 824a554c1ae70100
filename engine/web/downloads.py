"""Files to take away: a result, the life of a contract and letters come in, Word files, sheets and calendars go out.

People's names in a letter travel in the body of a form, as sensitive facts do, and are not kept.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import PurePath

from starlette.responses import Response

from engine.escaping import in_cell
from engine.evaluation.decision import Decision
from engine.evaluation.session import Session
from engine.language.values import as_written
from engine.letters.fields import OF_PEOPLE, SENDER, people_of
from engine.letters.matter import Matter
from engine.policy import loader
from engine.report.decided import Decided, Decisions
from engine.report.decision_page import page
from engine.report.formats import csv_text
from engine.report.page import Block, Heading, Paragraph
from engine.report.say import Say
from engine.report.timeline_data import calendar, life_html
from engine.report.timeline_page import ToldLife
from engine.web.refusals import refused
from engine.web.sentences import amounts, sentence
from engine.web.templates import NO_STORE, wording

DOCX, CSV = "explication.docx", "tableur.csv"
MEDIA = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".csv": "text/csv; charset=utf-8",
    ".yaml": "application/yaml",
    ".ics": "text/calendar",
    ".html": "text/html",
}
LIFE, LETTER = "contrat", "lettre"  # the name of the files of a life; the parameter with the kind of a letter


def attached(name: str, content: bytes | str) -> Response:
    """An answer that a reader keeps as a file."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', **NO_STORE}
    return Response(content, media_type=MEDIA[PurePath(name).suffix], headers=headers)


def names() -> list[str]:
    """The files of a result that are given here: the Word file where the extra for it is installed."""
    return [name for name in (DOCX, CSV) if name != DOCX or importlib.util.find_spec("docx") is not None]


def file_of(case: Decided, name: str, link: str, say: Say) -> bytes:
    """A result as a file; ``link`` leads back to it."""
    return _document(case, link, say) if name == DOCX else _sheet(case.decision, say).encode()


def life_file(life: ToldLife, text: str, kind: str, say: Say) -> str:
    """A life as a file: the dossier itself, its dates, or its page; raises Refused: there is no such kind."""
    ways = {"yaml": lambda: text, "ics": lambda: calendar(life.timeline, say), "html": lambda: life_html(life, say)}
    if kind not in ways:
        raise refused("request-page")
    return ways[kind]()


def letter(session: Session, matter: Matter, kind: str, given: Mapping[str, str]) -> bytes:
    """A letter with what the form says of people, and marks for what it does not; raises as :func:`letter_of`."""
    from engine.letters.writing import letter_of, letters_folder, sender_file, template_of

    folder = letters_folder(None, session.registry.root)
    template, own = template_of(kind, folder), sender_file(folder)
    fund = {} if own is None else people_of(loader.load(own), SENDER)
    people = {**fund, **{name: given[name] for name in OF_PEOPLE if given.get(name, "").strip()}}
    return letter_of(kind, matter, session.registry, template, people=people, place=LETTER).content


def _document(case: Decided, link: str, say: Say) -> bytes:
    from engine.letters.explanation import explanation  # needs an extra

    w = wording(say.lang)
    _, *blocks = page(Decisions(cases=[case], full=True), say)
    lead = amounts(case.decision, say)
    head: list[Block] = [Paragraph(lead)] if lead else []
    answers = [Paragraph(say.stated(name, value)) for name, value in case.decision.facts.items()]
    foot = f"{w('no_official_value')} {link}"
    shown = [*head, *blocks, Heading(w("my_answers", count=len(answers))), *answers]
    return explanation(sentence(case.decision, say), shown, foot, say.lang)


def _sheet(decision: Decision, say: Say) -> str:
    """A line for each result and each year, as a spreadsheet of the language opens it."""
    french = say.lang == "fr"
    rows = [[say(key) for key in ("result", "year", "start", "value", "status")]]
    for line, result in decision.lines:
        if line is None and result.status == "not_applicable":
            continue
        told = "" if result.status != "known" else say.result(result)
        if result.number is not None and not isinstance(result.value, bool):
            told = as_written(round(result.number, 4)).replace(".", "," if french else ".")  # without groups
        year = ("", "") if line is None else (str(line.year), say.scalar(line.start))
        rows.append([in_cell(say.label(result)), *year, told, "" if told else in_cell(say.result(result))])
    return ("\ufeff" if french else "") + csv_text(rows, ";" if french else ",", "\r\n")
