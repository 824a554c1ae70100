"""Test runs of policies: failures with their differences, coverage and mutation where asked; a page, data, HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.policy.places import DIFFERENCES, TESTS
from engine.report.coverage_page import coverage_blocks, coverage_html, mutation_blocks, review_object
from engine.report.formats import formats
from engine.report.page import Block, Heading, Paragraph, Table
from engine.report.say import Say
from engine.suite.coverage import Coverage
from engine.suite.moved import Moved
from engine.suite.mutation import Score
from engine.suite.running import CaseOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class TestRun:
    """Outcomes of policy tests, also of those run again under amending texts; coverage and score where asked.

    ``sources`` are the rule files for HTML.
    """

    outcomes: Sequence[CaseOutcome]
    moved: Sequence[Moved] = ()
    coverage: Coverage | None = None
    score: Score | None = None
    sources: Mapping[str, str] = field(default_factory=dict)


def page(run: TestRun, say: Say) -> Iterator[Block]:
    """Coverage and mutation, failures as tables of what was expected and what came out, then the counts."""
    if run.coverage is not None:
        yield from coverage_blocks(run.coverage, say)
    if run.score is not None:
        yield from mutation_blocks(run.score, say)
    failed = [outcome for outcome in run.outcomes if not outcome.passed]
    for outcome in failed:
        yield from _failure(
            outcome, f"{outcome.case.suite} — {outcome.case.name}", (say("expected"), say("actual")), say
        )
    for moved in run.moved:
        yield from _moved(moved, say)
    counts = [say.count("passed", len(run.outcomes) - len(failed))]
    if failed:
        counts.append(say.count("failed", len(failed)))
    yield Paragraph(", ".join(counts))


def data(run: TestRun, say: Say) -> Any:
    """The counts of tests, and what they reach and notice."""
    passed = sum(outcome.passed for outcome in run.outcomes)
    counts = {"passed": passed, "failed": len(run.outcomes) - passed}
    return {"tests": counts, **review_object(run.coverage, run.score)}


def _html(run: TestRun, say: Say) -> str:
    assert run.coverage is not None, "the command asks for coverage where it asks for HTML"
    return coverage_html(run.coverage, run.score, run.sources, say)


FORMATS = formats(page, data, html=_html)


def _failure(outcome: CaseOutcome, name: str, columns: tuple[str, str], say: Say) -> Iterator[Block]:
    """What comes out of a case that was to come out otherwise."""
    yield Heading(f"{outcome.case.at}: {name}", tone="bad")
    if outcome.differences:
        rows = tuple((each.subject, each.expected, each.actual) for each in outcome.differences)
        yield Table((say("item"), *columns), rows)
    for problem in outcome.problems:
        yield Paragraph(problem.line(say.lang))


def _moved(moved: Moved, say: Say) -> Iterator[Block]:
    """The cases of a text under the one that amends it."""
    for outcome in moved.undeclared:
        names = {"case": outcome.case.name, "base": moved.base, "convention": moved.convention}
        yield from _failure(outcome, say("moved_heading", **names), (moved.base, moved.convention), say)
    for problem in moved.problems:
        yield Paragraph(problem.line(say.lang))
    said = [
        say.count("moved_cases", moved.cases, convention=moved.convention, base=moved.base, declared=moved.declared),
        say.count("moved_undeclared", len(moved.undeclared), file=f"{TESTS}/{DIFFERENCES}") if moved.undeclared else "",
    ]
    yield Paragraph(", ".join(filter(None, said)))
