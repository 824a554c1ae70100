"""The commands for who writes rules: policies come in; deep findings, or a test run with coverage, go out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import click

from engine.cli.common import Given, given, output, write
from engine.cli.proving import counted, progress, write_witnesses
from engine.cli.tongue import flag, option, tell
from engine.exchange.rules_text import rules_text
from engine.policy.loader import read_bytes
from engine.proof.defects import Defect, all_cases, defects
from engine.proof.properties import kept_properties
from engine.report import deep_page, suite_page
from engine.report.deep_page import Findings, finding_case, finding_file
from engine.report.say import Say
from engine.report.suite_page import TestRun, proposed_suite
from engine.suite.coverage import coverage
from engine.suite.moved import differences_file, moved, with_undeclared
from engine.suite.mutation import mutation_score
from engine.suite.observed import observe
from engine.suite.running import read_cases, run_case


def deep_check(rules: Given, folder: str | None, effort: int) -> bool:
    """Shows the findings, writes their case files, and says whether something is at fault."""
    texts = len(rules.session.registry.conventions)
    with progress(rules.say("doing.deep")) as told:  # each text is written as terms, searched, and held to its promises
        stages = [partial(counted, told=told, of=(stage * texts, 3 * texts)) for stage in range(3)]
        cases = [*stages[0](all_cases(rules.session, effort))]
        found = defects(rules.session, effort, stages[1](cases))
        promises = kept_properties(stages[2](cases))
    files = {} if folder is None else _write_witnesses(found, folder, rules.say)
    rules.put(deep_page.FORMATS, Findings(found, promises, effort, files))
    return any(defect.faulty for defect in found) or any(kept.faulty for kept in promises)


def _write_witnesses(findings: Sequence[Defect], name: str, say: Say) -> dict[int, str]:
    files: dict[int, str] = {}
    texts: dict[str, str] = {}
    for number, finding in enumerate(findings):
        if finding.witness is not None:
            stem = finding_file(finding)
            again = sum(1 for other in findings[:number] if finding_file(other) == stem)
            file = f"{stem}{f'_{again + 1}' if again else ''}.yaml"
            texts[file] = finding_case(finding, finding.witness, say)
            files[number] = (Path(name) / file).as_posix()
    write_witnesses(Path(name), texts)
    return files


@click.command()
@option("-k wanted", "TEXT", "Only cases whose file, suite or name contains this.")
@flag("--coverage covering", "Also say what the tests reach of the rules.")
@flag("--mutation", "Also change the rules, one place at a time: do the tests notice?")
@flag("--declare", "Add what amending texts change in cases to their lists of differences.")
@option("--propose", "FILE", "With --mutation: write tests that would notice the other changes.")
@given(output, formats=suite_page.FORMATS)
def test(
    rules: Given,
    wanted: str | None,
    covering: bool,
    mutation: bool,
    declare: bool,
    propose: str | None,
) -> None:
    """Run the policies' own test suites and show every difference."""
    if propose is not None and not mutation:
        raise click.UsageError(tell("--propose: goes with --mutation"))
    if rules.format in ("json", "html") and not (covering or mutation):
        raise click.UsageError(tell("--format {format}: goes with --coverage or --mutation", format=rules.format))
    session = rules.session
    cases = read_cases(session, wanted)
    if wanted is not None and not cases:
        raise click.UsageError(tell("-k: no case contains '{text}'", text=wanted))
    with progress(rules.say("doing.test")) as told:
        outcomes = [run_case(session, case) for case in counted(cases, told, (0, len(cases)))]
    found, score = None, None
    if covering or rules.format == "html":
        found = coverage(session.registry, observe(session, cases))
    if mutation:
        with progress(rules.say("doing.mutation")) as told:
            chosen = wanted is not None
            score = mutation_score(session.registry, cases, propose=propose is not None, beside=chosen, told=told)
    if score is not None and propose is not None:
        write(proposed_suite(score, rules.say), propose)
    names = dict.fromkeys(place.at.file for place in found.places) if found and rules.format == "html" else {}
    sources = {name: read_bytes(Path(name), name).decode("utf-8", "replace") for name in names}
    with progress(rules.say("doing.moved")) as told:
        again = moved(session, cases, told) if wanted is None else []
    for number, each in enumerate(again if declare else ()):
        if each.undeclared:
            file = differences_file(session.registry.root, each.convention)
            write(rules_text(with_undeclared(each, session.registry.root), "differences"), str(file))
            again[number] = replace(each, declared=each.declared + len(each.undeclared), undeclared=())
    run = TestRun(outcomes=outcomes, moved=again, coverage=found, score=score, sources=sources)
    rules.put(suite_page.FORMATS, run)
    if not (all(each.passed for each in outcomes) and all(each.passed for each in again)):
        sys.exit(1)
