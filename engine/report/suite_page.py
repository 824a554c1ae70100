"""Composes the page of a test run: outcomes come in, failures with their differences and a count go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.report.messages import words
from engine.report.page import Block, Heading, Page, Paragraph, Table
from engine.suite.running import CaseOutcome


def suite_page(outcomes: Sequence[CaseOutcome], lang: str) -> Page:
    """Failures first, each as a table of what was expected and what came out; then the counts."""
    return tuple(_blocks(outcomes, lang))


def _blocks(outcomes: Sequence[CaseOutcome], lang: str) -> Iterator[Block]:
    text = words(lang)
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in failed:
        yield Heading(f"{outcome.case.at}: {outcome.case.suite} — {outcome.case.name}", tone="bad")
        if outcome.differences:
            rows = tuple((d.subject, d.expected, d.actual) for d in outcome.differences)
            yield Table((text["item"], text["expected"], text["actual"]), rows)
        for problem in outcome.problems:
            yield Paragraph(problem.line(lang))
    counts = [text["passed"].format(count=len(outcomes) - len(failed))]
    if failed:
        counts.append(text["failed"].format(count=len(failed)))
    yield Paragraph(", ".join(counts))
