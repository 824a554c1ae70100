"""Ready policy tests: a case and two versions of the rules come in, the entry of a test that notices goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import InputFault, Location, UsageFault
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts
from engine.evaluation.inference import EngineFault
from engine.evaluation.session import Session
from engine.suite.running import PolicyCase, run_case, shown

Entry = Mapping[str, Any]


def proposed_entry(
    session: Session, changed: Session, facts: Facts, interpret: Mapping[str, str], id_: str
) -> Entry | None:
    """A test of one item that passes under the rules and fails under the changed ones; None where no test can.

    It says no more than it must: the answer alone, else also what the item waits for, its day, its derogation, its
    warning, or the overlays in force.
    """
    try:
        decision = session.decide(facts, interpret=interpret, years=False)
    except (InputFault, UsageFault):
        return None
    for entry in _entries(decision, interpret, id_):
        case = PolicyCase("", "", Location(""), decision.convention.id, facts, entry)
        if run_case(session, case).passed and not _passes(changed, case):
            return {"given": facts, **entry, "convention": decision.convention.id}
    return None


def _passes(session: Session, case: PolicyCase) -> bool:
    try:
        return run_case(session, case).passed
    except EngineFault:
        return False


def _entries(decision: Decision, interpret: Mapping[str, str], id_: str) -> Iterator[Entry]:
    """What a test can say of an item, the least first."""
    entry = {"interpret": dict(interpret)} if interpret else {}
    dues = {line.result.id: line.due for line in decision.payments} | {o.id: o.due for o in decision.obligations}
    statuses = {line.id: line.status for line in decision.obligations}
    result = decision.results.get(id_)
    if id_ in statuses:
        yield (entry := {**entry, "expect": {id_: statuses[id_]}})
    elif result is not None:
        value = shown(result.value) if result.status == "known" else result.status
        yield (entry := {**entry, "expect": {id_: value}})
        if result.missing:
            yield {**entry, "missing": sorted(result.missing)}
        if result.derogation is not None:
            yield {**entry, "derogation": {id_: result.derogation}}
        yield {**entry, "warnings" if result.warnings else "no_warnings": [id_]}
    else:
        entry = {**entry, "expect": {}}
    if id_ in dues:
        due = dues[id_]
        yield {**entry, "due": {id_: "undetermined" if due is None else shown(due)}}
    yield {**entry, "overlays": [use.id for use in decision.overlays]}
