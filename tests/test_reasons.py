"""Reasons are worked out once for all cases that are decided alike, and are those of each case."""

from __future__ import annotations

from pathlib import Path

import pytest
from command import ROOT
from conftest import Effort

from engine.evaluation import results
from engine.evaluation.facts import Facts, read_case
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.policy.loader import load

EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


def cases_of(path: Path, session: Session) -> list[Facts]:
    """An example, and the same without each of its facts in turn."""
    whole = read_case(load(path).data, session.registry.vocabulary)
    fewer = [name for name in whole if name not in (SIGNATURE, BENEFICIARY)]
    return [whole, *({name: value for name, value in whole.items() if name != left} for left in fewer)]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_case_has_the_same_reasons_alone_and_after_others(path: Path, session: Session, effort: Effort) -> None:
    cases = effort.share(cases_of(path, session), part=4)
    for facts in cases:
        session.decide(facts)
    after = [session.decide(facts).results for facts in cases]
    for facts, found in zip(cases, after, strict=True):
        fresh = Session(session.registry)
        alone = fresh.decide(facts).results
        fresh.close()
        assert {id_: (r.because, r.cite, r.confidence) for id_, r in found.items()} == {
            id_: (r.because, r.cite, r.confidence) for id_, r in alone.items()
        }


def test_the_reasons_of_a_case_are_not_worked_out_twice(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = cases_of(EXAMPLES[0], session)[0]
    first = session.decide(facts)
    worked, reasons = [], results._reasons
    monkeypatch.setattr(results, "_reasons", lambda *given: worked.append(given[0].id) or reasons(*given))
    assert session.decide(facts) == first
    assert worked == []
