"""Timelines of contracts for commands and programs: their formats, the JSON object, the rows of CSV, and a calendar.

The shape of the object is schemas/timeline.schema.json.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from typing import Any

from engine.escaping import on_one_line
from engine.evaluation.decision import Result
from engine.evaluation.timeline import Timeline, YearRow
from engine.language.facts import BENEFICIARY, YEAR
from engine.report import objects
from engine.report.charts import timeline_figure
from engine.report.decided import csv_cell, remark_cells, result_cells
from engine.report.formats import as_html, formats, rows_csv
from engine.report.objects import as_json
from engine.report.otherwise_page import sensitivity_object
from engine.report.readings import unsaid_objects
from engine.report.say import Say
from engine.report.timeline_page import ToldLife, page
from engine.report.values import to_json


def data(life: ToldLife, say: Say) -> Any:
    timeline, first = life.timeline, life.timeline.rows[0].decision
    roles = (first.headline.maximum, first.headline.due, first.headline.recover)
    sums = zip(roles, (timeline.maximum, timeline.due, timeline.recover), strict=True)
    verdict = {first.verdict.id: objects.result_object(first.verdict, say)} if first.verdict else {}
    found = {
        "convention": objects.convention_object(first, say),
        BENEFICIARY: first.facts.get(BENEFICIARY),
        **as_json(timeline, say, "as_of"),
        **verdict,
        "criteria": {result.id: objects.result_object(result, say) for result in first.verdict_criteria},
        "consistency": objects.doubt_objects((*(row.decision for row in timeline.rows), timeline.last), say),
        "years": [_row(row, say) for row in timeline.rows],
        "ending": {result.id: objects.result_object(result, say) for result in timeline.ending},
        "warnings": objects.warned(timeline.ending, say),
        **as_json(timeline, say, "obligations"),
        "totals": {
            **{id_: as_json(total, say) for id_, total in sums if id_ is not None},
            **as_json(timeline, say, "versements_echus=paid"),
        },
        **as_json(timeline, say, "without_effect=idle"),
        "without_rule": objects.each_as_json((*timeline.unruled, *timeline.silent), say),
        "interpretations": {id_: each for row in timeline.rows for id_, each in row.decision.interpretations.items()},
    }
    lines = objects.by_place({**found, "results": {**found["ending"], **verdict}})
    found |= unsaid_objects(lines, life.readings, life.supposed, say)
    if life.sensitivity is not None:
        found["sensitivity"] = sensitivity_object(life.sensitivity, say)
    return found


life_html = as_html(page, lambda life, say: timeline_figure(life.timeline, say))

FORMATS = formats(page, data, csv=lambda life, say: timeline_csv(life.timeline, say), html=life_html)


def _row(row: YearRow, say: Say) -> dict[str, Any]:
    decision, end = row.decision, row.decision.headline.life.end  # how the contract ends is told once
    return {
        **as_json(row, say, "annee=year debut=start fin=last_day convention=decision.convention.id"),
        **as_json(row, say, "overlays happened counting"),
        "changes": [
            {
                "result": change.after.id,
                "before": _value(change.before),
                "after": _value(change.after),
                **as_json(change, say, "events overlays"),
            }
            for change in row.changes
        ],
        "results": {id_: objects.result_object(decision.results[id_], say) for id_ in decision.headline.ids},
        **as_json(decision, say, "payments"),
        "missing": [name for name in decision.missing if name != YEAR],
        "warnings": objects.warned((each for id_, each in decision.results.items() if id_ != end), say),
    }


def _value(result: Result) -> Any:
    return to_json(result.value, result.type) if result.status == "known" else result.status


def timeline_csv(timeline: Timeline, say: Say) -> str:
    """One row a contract year under item ids: dates in ISO form, amounts in euros, ``undetermined`` written out.

    A column that is not known in some year is followed by one with the reasons; a refused contract has no amounts.
    """
    rows = [_cells(row, say, timeline.rows[0].decision.refused) for row in timeline.rows]
    told = {name for row in rows for name, cell in row.items() if cell or not name.endswith(".why")}
    return rows_csv([{name: cell for name, cell in row.items() if name in told} for row in rows])


def _cells(row: YearRow, say: Say, refused: bool) -> dict[str, Any]:
    """The year, the headline results, the payments, by the names of their columns."""
    decision = row.decision
    cells = {
        "annee": row.year,
        "debut": row.start or "",
        "fin": row.last_day or "",
        "convention": decision.convention.id,
        "overlays": " ".join(use.id for use in row.overlays),
        **remark_cells(decision),
        "events": " ".join(f"{event.day}:{event.type.name}" for event in row.happened),
    }
    if refused:
        return cells | ({decision.verdict.id: csv_cell(decision.verdict)} if decision.verdict else {})
    for id_ in decision.headline.ids:
        cells |= result_cells(decision.results[id_], decision, say)
    for line in decision.payments:
        due, reason = f"{line.result.id}.echeance", line.due_reason
        cells |= result_cells(line.result, decision, say)
        cells |= {due: line.due or "undetermined", f"{due}.why": reason[say.lang] if reason else ""}
    return cells


LINE = 73  # octets before a line is folded
_SIGNS = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,"})


def calendar(timeline: Timeline, say: Say) -> str:
    """An entry for each payment and each duty that is not done, on its day; the calendar's stamp is the day asked."""
    entries = dict.fromkeys(sorted(_entries(timeline, say)))
    stamp = timeline.as_of or next((day for day, _ in entries), dt.date(2000, 1, 1))
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Avenant//FR"]
    for day, text in entries:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{hashlib.sha256(f'{day} {text}'.encode()).hexdigest()[:24]}@avenant",
            f"DTSTAMP:{stamp:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"SUMMARY:{on_one_line(text).translate(_SIGNS)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "\r\n".join([*(part for line in lines for part in _folded(line)), "END:VCALENDAR", ""])


def _entries(timeline: Timeline, say: Say) -> Iterator[tuple[dt.date, str]]:
    for row in timeline.rows:
        for payment in row.decision.payments:
            if payment.due is not None and payment.result.status != "not_applicable":
                year = f"{say('year').lower()} {row.year}"
                told = f"{say.label(payment.result)} ({year})"
                yield payment.due, say.pair(told, say.result(payment.result))
    for line in timeline.obligations:
        if line.due is not None and line.status not in ("done", "not_applicable"):
            yield line.due, say.label(line)


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 octets, of which each but the first begins with a space."""
    piece = ""
    for character in line:
        if len((piece + character).encode()) > LINE:
            yield piece
            piece = " "
        piece += character
    yield piece
