"""How the policies' tests run: test cases come in, each one's answers and what it looks at go out.

Coverage counts what they reach, mutation whether they notice a change, the deep checks what they show to live.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.errors import InputFault, UsageFault
from engine.evaluation.plan import Key
from engine.evaluation.program import Program, Run
from engine.evaluation.session import Session, Settled
from engine.policy.overlays import named_items
from engine.suite.running import PolicyCase


@dataclass(frozen=True, slots=True)
class Observed:
    """A test case with the program that decides it and its answers.

    ``subjects`` are the ids that it says something about; ``looked_at`` those and everything that they are made of.
    """

    case: PolicyCase
    key: Key
    program: Program
    run: Run
    choices: Mapping[str, str]
    subjects: frozenset[str]
    looked_at: frozenset[str]


def observe(session: Session, cases: Sequence[PolicyCase]) -> list[Observed]:
    """Every case that a convention decides, run once; the others (faults are expected of none) are left out."""
    made_of: dict[Key, dict[str, frozenset[str]]] = {}
    found = []
    for case in cases:
        try:
            settled = settle(session, case)
            program, run = settled.program, settled.run()
        except (InputFault, UsageFault):
            continue
        key = settled.key
        if key not in made_of:
            made_of[key] = _made_of(program)
        subjects = _subjects(case)
        looked_at = frozenset(id_ for subject in subjects for id_ in made_of[key].get(subject, ()))
        found.append(Observed(case, key, program, run, settled.choices, subjects, looked_at))
    return found


def settle(session: Session, case: PolicyCase) -> Settled:
    """What decides a test case.

    Raises:
        InputFault: no convention holds its signature date.
        UsageFault: it takes a side that the rules do not know.
    """
    return session.settled(case.facts, case.entry.get("interpret"), case.forced)


def _subjects(case: PolicyCase) -> frozenset[str]:
    entry = case.entry
    keys = ("expect", "due", "derogation", "warnings", "no_warnings")
    return frozenset(id_ for key in keys for id_ in entry.get(key, ()))


def _made_of(program: Program) -> dict[str, frozenset[str]]:
    """For each item, itself and every item below it; a step follows what it reads."""
    found: dict[str, frozenset[str]] = {}
    for compiled in program.steps:
        item = compiled.step.item
        below = (found.get(id_, frozenset()) for id_ in named_items(item))
        found[item.id] = frozenset((item.id,)).union(*below)
    return found
