"""How the policies' tests run: test cases come in, each one's answers and what it looks at go out.

Coverage counts what they reach, mutation whether they notice a change, the deep checks what they show to live.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.errors import InputFault, UsageFault
from engine.evaluation.evaluator import Run, run_program
from engine.evaluation.facts import Facts
from engine.evaluation.program import Program
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.policy.model import Convention
from engine.policy.overlays import Laid, named_items
from engine.suite.running import PolicyCase

Key = tuple[str, tuple[str, ...]]


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
            convention, laid, choices = settled(session, case)
            program = session.program(convention, laid)
            run = run_program(program, case.facts, _open(program, choices))
        except (InputFault, UsageFault):
            continue
        key = key_of(convention, laid)
        if key not in made_of:
            made_of[key] = _made_of(program)
        subjects = _subjects(case)
        looked_at = frozenset(id_ for subject in subjects for id_ in made_of[key].get(subject, ()))
        found.append(Observed(case, key, program, run, choices, subjects, looked_at))
    return found


def settled(session: Session, case: PolicyCase) -> tuple[Convention, tuple[Laid, ...], dict[str, str]]:
    """The convention, overlays and readings of a case.

    Raises:
        InputFault: no convention holds its signature date.
    """
    return settled_facts(session, case.facts, case.entry.get("interpret") or {})


def settled_facts(
    session: Session, facts: Facts, interpret: Mapping[str, str], forced: str | None = None
) -> tuple[Convention, tuple[Laid, ...], dict[str, str]]:
    """As :func:`settled`, from facts and the sides taken; ``forced`` names the convention, whatever the date."""
    signature = facts[SIGNATURE]
    assert isinstance(signature, dt.date)
    if forced is None:
        convention, _ = session.registry.select(str(facts[BENEFICIARY]), signature)
    else:
        convention = session.registry.by_id(forced)
    choices: dict[str, str] = {}
    for source in (convention, *(later for later, _ in session.registry.covering(convention))):
        for id_, question in source.interpretations.items():
            choices.setdefault(id_, interpret.get(id_, question.default))
    return convention, session.laid(convention, facts, choices), choices


def key_of(convention: Convention, laid: Sequence[Laid]) -> Key:
    """A name for a convention under overlays."""
    return (convention.id, tuple(f"{later.id}/{overlay.id}" for later, overlay in laid))


def _open(program: Program, choices: Mapping[str, str]) -> dict[str, str]:
    known = program.plan.interpretations
    return {id_: choice for id_, choice in choices.items() if id_ in known}


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
