"""A result to take away: what is shown of it as a Word file, and its figures as a sheet."""

from __future__ import annotations

import csv
import importlib.util
import io

from engine.escaping import in_cell
from engine.evaluation.decision import Decision
from engine.language.values import as_written
from engine.report.decided import Decided, Decisions
from engine.report.decision_page import page
from engine.report.page import Block, Heading, Paragraph
from engine.report.say import Say
from engine.web.templates import wording
from engine.web.verdict import amounts, sentence

DOCX, CSV = "explication.docx", "tableur.csv"
MEDIA = {
    DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    CSV: "text/csv; charset=utf-8",
}


def names() -> list[str]:
    """The files that are given here: the Word file where the extra for it is installed."""
    return [name for name in MEDIA if name != DOCX or importlib.util.find_spec("docx") is not None]


def file_of(case: Decided, name: str, link: str, say: Say) -> bytes:
    """A result as a file; ``link`` leads back to it."""
    return _document(case, link, say) if name == DOCX else _sheet(case.decision, say).encode()


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
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if french else ",", lineterminator="\r\n")
    writer.writerow([say(key) for key in ("result", "year", "start", "value", "status")])
    for line, result in decision.lines:
        if line is None and result.status == "not_applicable":
            continue
        told = "" if result.status != "known" else say.result(result)
        if result.number is not None and not isinstance(result.value, bool):
            told = as_written(round(result.number, 4)).replace(".", "," if french else ".")  # without groups
        year = ("", "") if line is None else (line.year, say.scalar(line.start))
        writer.writerow([in_cell(say.label(result)), *year, told, "" if told else in_cell(say.result(result))])
    return ("\ufeff" if french else "") + text.getvalue()
