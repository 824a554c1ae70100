"""Compares columns with the evaluator: a session and cases come in, every item on which they differ goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from frames import frame_of

from engine.bulk.frame import evaluate_frame
from engine.evaluation.evaluator import obligation_status
from engine.evaluation.facts import Facts
from engine.evaluation.results import results
from engine.evaluation.session import Session
from engine.policy.model import CONSISTENCY, UNMET, WARNED

COMPARED = ("table", "quantity", "criterion", "outcome", "parameter")


def differences(session: Session, rows: list[Facts], choices: Mapping[str, str]) -> Iterator[str]:
    """Every item of every case that the two evaluators see differently."""
    items = sorted(
        {
            item.id
            for convention in session.registry.conventions.values()
            for item in convention.items.values()
            if item.kind in COMPARED and not item.transitional
        }
    )
    frame = evaluate_frame(
        frame_of(rows, session.registry.vocabulary), session, interpret=choices, criteria=True, items=items
    )
    columns = set(frame.columns)
    for number, (facts, row) in enumerate(zip(rows, frame.iter_rows(named=True), strict=True)):
        case = session.settled(facts, choices)
        if row["convention"] != case.convention.id or row["digest"] != case.digest:
            yield f"case {number}: {row['convention']} instead of {case.convention.id}"
        run = case.decided()
        duties = sorted(case.program.obligations, key=lambda each: each.step.item.at)
        unmet = [each.step.item.id for each in duties if obligation_status(each, run, None)[0] == UNMET]
        found = results(run, case.behind)
        doubts = [found[each.step.item.id] for each in sorted(case.program.consistency, key=lambda c: c.step.item.at)]
        broken = {UNMET: unmet, CONSISTENCY: [doubt.id for doubt in doubts if doubt.verdict == "not_met"]}
        broken[WARNED] = sorted(id_ for id_, each in found.items() if each.warnings)
        for name, ids_ in broken.items():
            if row[name] != (" ".join(ids_) or None):
                yield f"case {number}, {name}: {row[name]} instead of {ids_}"
        for id_, result in found.items():
            if result.kind == "criterion" and id_ in columns:
                if row[id_] != result.verdict:
                    yield f"case {number}, {id_}: {row[id_]} instead of {result.verdict}"
            elif f"{id_}.status" in columns:
                money = f"{id_}.centimes" in columns
                mine = row[f"{id_}.centimes" if money else id_]
                if row[f"{id_}.status"] != result.status or not same(mine, result.value, money):
                    yield f"case {number}, {id_}: {row[f'{id_}.status']} {mine} not {result.status} {result.value}"


def same(column: Any, value: Any, money: bool) -> bool:
    if value is None or column is None:
        return value is None and column is None
    if money:
        return bool(column == value * 100)
    if isinstance(value, Fraction) or isinstance(column, float):
        return bool(column == float(value))
    return bool(column == value)
