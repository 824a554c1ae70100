"""Dates of a contract for a calendar (RFC 5545): payments and duties with a day come in, an iCalendar text goes out."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator

from engine.escaping import on_one_line
from engine.evaluation.timeline import Timeline
from engine.report.say import Say

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
