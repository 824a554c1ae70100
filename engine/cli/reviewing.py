"""What the commands about rules do at length: deep checks with their case files, tests with coverage and mutation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.common import json_text, laid_out, open_session, write
from engine.cli.witnesses import write_witnesses
from engine.errors import InputFault, Problem

if TYPE_CHECKING:
    from engine.evaluation.session import Session
    from engine.report.page import Block
    from engine.suite.coverage import Coverage
    from engine.suite.deep import Finding
    from engine.suite.mutation import Score


@dataclass(frozen=True, slots=True)
class Asked:
    """Which tests to run, and what to say of them besides whether they pass."""

    wanted: str | None
    coverage: bool
    mutation: bool
    sample: int | None


def deep_check(policies: str | None, folder: str | None, lang: str, problems: Sequence[Problem]) -> bool:
    """Shows the problems and findings, writes the case files, and says whether something is at fault."""
    from engine.report.deep_page import deep_page
    from engine.suite.deep import deep_findings
    from engine.suite.running import read_cases

    for problem in problems:
        click.echo(problem.line(lang), err=True)
    session = open_session(policies)
    try:
        cases = read_cases(session)
    except InputFault:
        cases = []
    findings = deep_findings(session, cases)
    files = {} if folder is None else _write_witnesses(findings, folder, lang)
    write(laid_out(deep_page(findings, files, lang), "text", None), None)
    return bool(problems) or any(finding.faulty for finding in findings)


def _write_witnesses(findings: Sequence[Finding], folder: str, lang: str) -> dict[int, str]:
    from engine.report.deep_page import witness_name, witness_text

    files: dict[int, str] = {}
    texts: dict[str, str] = {}
    for number, finding in enumerate(findings):
        if finding.witness is not None:
            name = witness_name(finding)
            again = sum(1 for other in findings[:number] if witness_name(other) == name)
            file = f"{name}{f'_{again + 1}' if again else ''}.yaml"
            texts[file] = witness_text(finding, finding.witness, lang)
            files[number] = (Path(folder) / file).as_posix()
    write_witnesses(Path(folder), texts)
    return files


def review_tests(session: Session, asked: Asked, format_: str, lang: str, output: str | None) -> tuple[str, bool]:
    """What to write of a test run, and whether every test passed."""
    from engine.report.coverage_page import coverage_page, mutation_page, review_object
    from engine.report.suite_page import suite_page
    from engine.suite.running import read_cases, run_case

    cases = read_cases(session, asked.wanted)
    outcomes = [run_case(session, case) for case in cases]
    passed = all(outcome.passed for outcome in outcomes)
    found, score = _coverage(session, asked), None
    if asked.mutation:
        from engine.suite.mutation import mutation_score

        score = mutation_score(session.registry, cases, asked.sample)
    if format_ == "html" and found is not None:
        return _html(session, found, score, lang), passed
    if format_ == "json":
        counts = {"passed": sum(o.passed for o in outcomes), "failed": sum(not o.passed for o in outcomes)}
        return json_text({"tests": counts, **review_object(found, score)}), passed
    conventions = list(session.registry.conventions)
    page: list[Block] = []
    if found is not None:
        page.extend(coverage_page(found, conventions, lang))
    if score is not None:
        page.extend(mutation_page(score, conventions, lang))
    return laid_out([*page, *suite_page(outcomes, lang)], format_, output), passed


def _coverage(session: Session, asked: Asked) -> Coverage | None:
    if not asked.coverage:
        return None
    from engine.suite.coverage import coverage
    from engine.suite.observed import observe
    from engine.suite.running import read_cases

    return coverage(session.registry, observe(session, read_cases(session, asked.wanted)))


def _html(session: Session, found: Coverage, score: Score | None, lang: str) -> str:
    from engine.policy.loader import read_bytes
    from engine.report.coverage_html import coverage_html

    names = dict.fromkeys(place.at.file for place in found.places)
    written = {name: read_bytes(Path(name), name).decode("utf-8", "replace") for name in names}
    return coverage_html(found, score, written, lang)
