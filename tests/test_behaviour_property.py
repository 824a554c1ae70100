"""No change of a rule that seeded cases notice escapes the comparison: edits of the real rules, decided in bulk."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl
import pytest
from conftest import Effort
from frames import frame_of
from random_cases import random_facts

from engine.bulk.frame import evaluate_frame
from engine.comparison.effects.behaviour import Version, behaviours
from engine.comparison.effects.witness import STOPPED
from engine.errors import InputFault
from engine.evaluation.session import Session
from engine.language.expressions import Apply, find
from engine.suite.mutants import Mutant, mutants

SEED = 2026
MUTANTS = 12
ROWS = 8_400  # with the rules before and after twelve edits: more than 100 000 decisions
KINDS = ("threshold", "row", "operator")
RESULTS = ("obligation", "payment")
PRODUCTS = {"multiply", "ratio", "percent_of"}  # of two unknown numbers: a question may spend its budget, and says so


@dataclass(frozen=True)
class Bench:
    frame: pl.DataFrame
    before: pl.DataFrame
    edits: tuple[Mutant, ...]


@pytest.fixture(scope="module")
def bench(eligibility: Session, effort: Effort) -> Bench:
    """Seeded cases of every convention, decided under the rules as they are, and edits drawn with the same seed."""
    rng = random.Random(SEED)
    registry = eligibility.registry
    types = {c.id: dict(eligibility.program(c, ()).plan.types) for c in registry.conventions.values()}
    every = [
        mutant
        for mutant in mutants(registry, types)
        if mutant.change.kind in KINDS and mutant.item is not None and mutant.item.kind not in RESULTS
    ]
    rows = []
    for convention in registry.conventions.values():
        last = convention.signed_before or convention.signed_from + dt.timedelta(days=500)
        for _ in range(effort.of(ROWS, part=30) // len(registry.conventions)):
            rows.append(random_facts(rng, registry.vocabulary, convention.beneficiary, convention.signed_from, last))
    frame = frame_of(rows, registry.vocabulary)
    return Bench(frame, evaluate_frame(frame, eligibility), tuple(rng.sample(every, MUTANTS)))


def noticed(bench: Bench, after: pl.DataFrame, session: Session) -> Iterator[str]:
    """The results that differ in some row; the columns that gather several results say nothing of their own."""
    results = {id_ for convention in session.registry.conventions.values() for id_ in convention.items}
    for name in set(after.columns) - set(bench.frame.columns):
        result = name.removesuffix(".status").removesuffix(".centimes")
        if result in results and bench.before[name].ne_missing(after[name]).any():
            yield result


@pytest.mark.sweep(number=MUTANTS)
def test_whatever_seeded_cases_notice_of_an_edit_has_a_witness(bench: Bench, eligibility: Session, number: int) -> None:
    mutant = bench.edits[number]
    conventions = {**eligibility.registry.conventions, mutant.convention.id: mutant.convention}
    other = Session(replace(eligibility.registry, conventions=conventions), eligibility)
    try:
        seen = set(noticed(bench, evaluate_frame(bench.frame, other), eligibility))
        found = behaviours(
            (Version(eligibility, old), Version(other, other.registry.conventions[old.id]))
            for old in eligibility.registry.conventions.values()
        )
    except InputFault:
        pytest.fail(f"{mutant.subject}: {mutant.change} makes rules that do not compile: draw another seed")
    finally:
        other.close()
    results = {effect.result for each in found for effect in each.effects}
    assert seen <= results or STOPPED in results, (mutant.subject, mutant.change, seen - results)
    undecided = [result for each in found for result in each.undecided]
    assert not undecided or any(each.operator in PRODUCTS for each in find(Apply, mutant.item)), undecided
