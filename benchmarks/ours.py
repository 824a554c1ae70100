"""Our side of the decision benchmark: the synthetic policy in our YAML, read with its own invented facts.

Takes one case as plain data, as a case file would give it; gives the complete Decision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.synthetic import UNDECIDED, Answer
from engine.errors import InputFault
from engine.evaluation.decision import Decision
from engine.evaluation.facts import read_case
from engine.evaluation.session import Session
from engine.policy.reading import read_registry
from engine.policy.registry import Registry

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Ours:
    """The engine with the synthetic policy loaded."""

    session: Session

    def decide(self, case: Mapping[str, Any]) -> Decision:
        return self.session.decide(read_case(case, self.session.registry.vocabulary))

    def read(self, decision: Decision) -> Answer:
        """What the decision says of eligibility and payment, as the oracle says it."""
        eligible = decision.results["eligibilite"].value
        payment = decision.results["aide.montant_du"].value
        if eligible is None or not isinstance(payment, int | Fraction):
            return UNDECIDED
        return Answer(eligible == "eligible", float(payment))


def load_ours() -> Ours:
    return Ours(Session(synthetic_registry()))


def synthetic_registry() -> Registry:
    """The synthetic policy, speaking of the facts of benchmarks/schemas instead of the project's.

    Raises:
        InputFault: with every fault of the policy.
    """
    registry, problems = read_registry(HERE / "policies", case_schema=HERE / "schemas" / "case.schema.json")
    if problems:
        raise InputFault(problems)
    return registry
