"""Ready policy tests: a case and two versions of the rules come in, the entry of a test that notices goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import InputFault, Location, UsageFault
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts
from engine.evaluation.inference import EngineFault
from engine.evaluation.session import Session
from engine.suite.running import NOTHING, PolicyCase, restated, run_case

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
        if run_case(session, case).passed and not passes(changed, case):
            return {"given": facts, **entry, "convention": decision.convention.id}
    return None


def passes(session: Session, case: PolicyCase) -> bool:
    """Whether a test passes under changed rules, which the inference engine may not take."""
    try:
        return run_case(session, case).passed
    except EngineFault:
        return False


def _entries(decision: Decision, interpret: Mapping[str, str], id_: str) -> Iterator[Entry]:
    """What a test can say of an item, the least first."""
    asked = {"expect": [id_], "missing": [], "derogation": [id_], "warnings": [id_], "due": [id_]}
    told = restated(asked, decision)
    known = told["expect"][id_] != NOTHING
    entry = {**({"interpret": dict(interpret)} if interpret else {}), "expect": told["expect"] if known else {}}
    if known:
        yield entry
    for key in ("missing", "derogation", "warnings", "no_warnings", "due"):
        part = told.get(key)
        if part and part != {id_: NOTHING}:
            yield {**entry, key: part}
    yield {**entry, "overlays": [use.id for use in decision.overlays]}
