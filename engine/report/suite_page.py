"""Test runs of policies: failures, and what tests reach and notice, as a page, data or coloured rules; and more tests.

The page of HTML needs nothing but itself: no script, no font and no file from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.escaping import in_html, on_one_line
from engine.exchange.rules_text import comment, rules_text
from engine.policy.places import DIFFERENCES, TESTS
from engine.report.formats import formats
from engine.report.html import html_document
from engine.report.objects import as_json, each_as_json
from engine.report.page import Block, Heading, Paragraph, Table, Tree, section
from engine.report.say import Say
from engine.suite.coverage import KINDS, Coverage, CoveragePoint
from engine.suite.moved import Moved
from engine.suite.mutation import CAUGHT, EQUIVALENT, INVALID, SURVIVED, Fate, Score
from engine.suite.running import CaseOutcome

FATES = (CAUGHT, SURVIVED, EQUIVALENT, INVALID)
FATE = "at=change.at convention item=subject kind=change.kind before=change.before after=change.after"


def coverage_blocks(found: Coverage, say: Say) -> Iterator[Block]:
    """Shares by kind and convention, then every place that no test reaches."""
    conventions = tuple(say.registry.conventions)
    rows = []
    for kind in (*KINDS, None):
        if found.count(kind)[1]:
            name = say(f"coverage_kind.{kind}") if kind else say("all_kinds")
            counts = (found.count(kind, convention) for convention in (*conventions, None))
            rows.append((name, *(f"{reached}/{all_}" if all_ else "—" for reached, all_ in counts)))
    yield Heading(say("coverage"))
    yield Table(("", *conventions, say("all_kinds")), tuple(rows))
    named = ((each, each.item if each.kind == "item" else f"{each.item}: {each.name}") for each in found.missed)
    missed = tuple((0, f"{each.at}: {name}: {missing_sides(each, found, say)}") for each, name in named)
    yield from section(Heading(say("missed_list"), tone="open"), Tree(missed))
    yield Paragraph(coverage_line(found, say))


def coverage_line(found: Coverage, say: Say) -> str:
    """The coverage in one sentence."""
    reached, all_ = found.count()
    share = percent(100 * reached / all_ if all_ else 100.0, say)
    return say("coverage_total", share=share, reached=reached, all=all_, tests=found.tests)


def mutation_blocks(score: Score, say: Say) -> Iterator[Block]:
    """Scores by convention, then every change that no test notices, by line."""
    rows = []
    for convention in (*dict.fromkeys(fate.convention for fate in score.fates), None):
        counts = (score.count(status, convention) for status in FATES)
        share = percent(score.share(convention), say) + " %"
        rows.append((convention or say("all_kinds"), share, *(str(count) for count in counts)))
    yield Heading(say("mutation"))
    yield Table(("", say("score"), *map(say, FATES)), tuple(rows))
    survivors = Tree(tuple((0, _fate_line(fate)) for fate in score.survivors))
    yield from section(Heading(say("survivors"), tone="open"), survivors)
    yield Paragraph(mutation_line(score, say))


def mutation_line(score: Score, say: Say) -> str:
    """The score in one sentence."""
    share, caught, equivalent = percent(score.share(), say), score.count(CAUGHT), score.count(EQUIVALENT)
    all_ = caught + score.count(SURVIVED)
    return say("mutation_total", share=share, caught=caught, all=all_, equivalent=equivalent)


def data(run: TestRun, say: Say) -> Any:
    """The counts of tests, and what they reach and notice."""
    passed, found, score = sum(outcome.passed for outcome in run.outcomes), run.coverage, run.score
    data: dict[str, Any] = {"tests": {"passed": passed, "failed": len(run.outcomes) - passed}}
    if found is not None:
        count = {kind: dict(zip(("reached", "all"), found.count(kind), strict=True)) for kind in (*KINDS, None)}
        lacking = ((place, [side for side in place.sides if side not in found.sides(place)]) for place in found.missed)
        missed = [{**as_json(place, say, "at convention kind item name"), "missing": sides} for place, sides in lacking]
        data["coverage"] = {"tests": found.tests, **count.pop(None), "kinds": count, "missed": missed}
    if score is not None:
        data["mutation"] = {
            "score": round(score.share(), 2),
            "changes": len(score.fates),
            **{status: score.count(status) for status in FATES},
            "survivors": each_as_json(score.survivors, say, FATE),
        }
    return data


def missing_sides(place: CoveragePoint, found: Coverage, say: Say) -> str:
    """What no test reaches of a place, in words."""
    if len(place.sides) < 2 or not found.sides(place):
        return say("no_test")
    missing = [side for side in place.sides if side not in found.sides(place)]
    return say("side_missing", side=", ".join(say(f"side.{side}") for side in missing))


def percent(share: float, say: Say) -> str:
    """A share with one decimal, cut and never rounded up."""
    shown = f"{int(share * 10) / 10:.1f}"
    return shown.replace(".", ",") if say.lang == "fr" else shown


def fate_text(fate: Fate) -> str:
    """What a mutant changes, as one short text."""
    return f"{fate.change.kind}: {fate.change.before} → {fate.change.after}"


def _fate_line(fate: Fate) -> str:
    return f"{fate.change.at}: {fate.subject}: {fate_text(fate)}"


def coverage_html(run: TestRun, say: Say) -> str:
    """The YAML sources (text by file name) with each line coloured; survivors are told beside their line."""
    found, score = run.coverage, run.score
    assert found is not None, "the command asks for coverage where it asks for HTML"
    parts = [f"<h1>{in_html(say('coverage'))}</h1>\n<p>{in_html(coverage_line(found, say))}</p>"]
    if score is not None:
        parts.append(f"<p>{in_html(mutation_line(score, say))}</p>")
    keys = ("reached", "half", "missed")
    parts.append('<p class="key">' + "".join(f'<span class="{k}">{in_html(say(k))}</span>' for k in keys) + "</p>")
    for name, source in run.sources.items():
        places = [place for place in found.places if place.at.file == name]
        surviving = [fate for fate in (score.survivors if score else ()) if fate.change.at.file == name]
        reached, of = _reached(places, found)
        opened = " open" if reached < of or surviving else ""
        parts.append(f"<details{opened}><summary>{in_html(name)} — {reached}/{of}</summary><pre>")
        for number, line in enumerate(source.splitlines(), 1):
            here = [place for place in places if place.at.line == number]
            fates = [fate for fate in surviving if fate.change.at.line == number]
            parts.append(_line(number, line, here, fates, found, say))
        parts.append("</pre></details>")
    return html_document(say("coverage"), say.lang, "coverage.css", parts)


def _reached(places: Sequence[CoveragePoint], found: Coverage) -> tuple[int, int]:
    """How many sides of places the tests reach, of how many."""
    return sum(len(found.sides(place)) for place in places), sum(len(place.sides) for place in places)


def _line(number: int, line: str, places: list[CoveragePoint], fates: list[Fate], found: Coverage, say: Say) -> str:
    reached, of = _reached(places, found)
    shade = "plain" if not of else "reached" if reached == of else "half" if reached else "missed"
    missed = [f"{p.item}: {missing_sides(p, found, say)}" for p in places if len(found.sides(p)) < len(p.sides)]
    title = f' title="{in_html("; ".join(missed))}"' if missed else ""
    notes = "".join(f"<em>✗ {in_html(fate_text(fate))}</em>" for fate in fates)
    return f'<span class="{shade}"{title}><i>{number}</i>{in_html(line)}{notes}</span>'


def proposed_suite(score: Score, say: Say) -> str:
    """A test file as it stands under ``policies/*/tests``; changes for which no test is known are comments.

    A test that notices several changes stands once, named after the first.
    """
    told = [(_fate_line(fate), fate.proposal) for fate in score.survivors]
    named = [(proposal, change) for change, proposal in told if proposal is not None]
    once = {repr(proposal): {"name": on_one_line(change), **proposal} for proposal, change in reversed(named)}
    cases = [once.pop(repr(proposal)) for proposal, _ in named if repr(proposal) in once]
    head, *lines = rules_text({"suite": say("proposed_suite"), "base": {}, "cases": cases}, "suite").splitlines()
    lines += [comment(say("proposed_none", change=change)) for change, proposal in told if proposal is None]
    return "\n".join([head, comment(say("proposed_head")), *lines]) + "\n"


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
        name = f"{outcome.case.suite} — {outcome.case.name}"
        yield from _failure(outcome, name, say.heads("expected", "actual"), say)
    for moved in run.moved:
        yield from _moved_cases(moved, say)
    passed = say.count("passed", len(run.outcomes) - len(failed))
    yield Paragraph(", ".join((passed, say.count("failed", len(failed)))) if failed else passed)


FORMATS = formats(page, data, html=coverage_html)


def _failure(outcome: CaseOutcome, name: str, columns: tuple[str, ...], say: Say) -> Iterator[Block]:
    """What comes out of a case that was to come out otherwise."""
    yield Heading(f"{outcome.case.at}: {name}", tone="bad")
    if outcome.differences:
        rows = tuple((each.subject, each.expected, each.actual) for each in outcome.differences)
        yield Table((say("item"), *columns), rows)
    if outcome.overlays:
        names = say.listed(f"{say.label(each)} ({each.convention}/{each.id})" for each in outcome.overlays)
        yield Paragraph(say("failed_under", names=names))
    for problem in outcome.problems:
        yield Paragraph(problem.line(say.lang))


def _moved_cases(moved: Moved, say: Say) -> Iterator[Block]:
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
