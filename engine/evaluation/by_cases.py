"""Decides by cases: a run that lacks a fact declared so comes in, and goes out with what every value of it gives.

A condition that two parts leave unknown for one reason stays unknown, though each value of the fact would settle it.
So what is open is decided once for each value that the rules tell apart: what comes out alike is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any, NamedTuple

from engine.errors import InputFault
from engine.evaluation.program import Fired, Program, Run
from engine.language.expressions import FactRef, Literal, find
from engine.language.facts import Fact
from engine.language.values import UNDETERMINED, Scalar
from engine.policy.model import CONSISTENCY, Convention
from engine.policy.overlays import named_items
from engine.policy.regions import compared

Told = Callable[[str, Scalar], Run]  # decides a case with one fact more; it may have another program, as overlays do
TOLD_ALONE = ("obligation", CONSISTENCY)  # a duty has a status, a consistency is about what is given


def told_apart(fact: str, rules: Iterable[object]) -> set[frozenset[str]]:
    """The values of a fact that rules name, each time together: as good as each other where they stand in the same."""
    asked = (node for ref, node in compared(*rules) if isinstance(ref, FactRef) and ref.name == fact)
    return {frozenset(str(literal.value) for literal in find(Literal, node)) for node in asked}


def value_to_try(fact: Fact, tried: Sequence[str], named: Set[frozenset[str]]) -> str | None:
    """The next value that the rules tell from each that was tried."""
    known = [[value in each for each in named] for value in tried]
    return next((value for value in fact.type.values if [value in each for each in named] not in known), None)


def taken_away(convention: Convention) -> Set[str]:
    """What ``unless`` takes away in a convention, itself or with what it reads."""
    reads = {item.id: set(named_items(item)) for item in convention.items.values()}
    found = {item.id for item in convention.items.values() if item.unless is not None}
    while more := {id_ for id_, names in reads.items() if id_ not in found and not found.isdisjoint(names)}:
        found |= more
    return found


class Tried(NamedTuple):
    """A fact that open results wait for, what every value of it gives alike, and the run with each that was tried."""

    fact: str
    alike: Mapping[str, Any]
    branches: Sequence[Run]


def decided_by_cases(run: Run, told: Told) -> Run:
    """The run with what comes out alike whatever a fact is that its case lacks and that is decided by cases."""
    tried = tried_by_cases(run, told)
    return _joined(run, *tried) if tried is not None and tried.alike else run


def tried_by_cases(run: Run, told: Told) -> Tried | None:
    """What a case gives with each value of a fact that is decided by cases, where its run waits for one."""
    program = run.program
    lacking = [fact for fact in program.plan.vocabulary.by_cases if fact.name not in run.facts]
    if not lacking:
        return None
    steps = (compiled.step.item for compiled in program.steps if compiled.step.item.kind not in TOLD_ALONE)
    open_ = {item.id for item in steps if run.answers[item.id][0] is UNDETERMINED}
    waits = 0
    for id_ in open_:
        waits |= run.answers[id_][2]
    fact = next((f for f in lacking if waits >> program.names.facts[f.name] & 1), None)
    if fact is None:
        return None
    before = dict(program.runs)
    try:
        return Tried(fact.name, *_alike(fact, open_, program, told))
    except InputFault:
        return None  # a defect of the rules in another case than this: `check` tells of it
    finally:
        program.runs.clear()
        program.runs.update(before)


def _alike(fact: Fact, open_: set[str], program: Program, told: Told) -> tuple[dict[str, Any], list[Run]]:
    """What comes out alike and known in every branch, of the results that are open; no further than any does.

    What ``unless`` takes away holds of who is not refused, as it does while the refusal is open: branches of one say
    nothing of it.
    """
    branches, values = list[Run](), dict[str, Any]()
    refusals = program.plan.convention.results.refusals
    aside = program.kept("aside", lambda: taken_away(program.plan.convention))
    named, tried = _named(fact.name, program), list[str]()
    while open_ and (value := value_to_try(fact, tried, named)) is not None:
        tried.append(value)
        found = told(fact.name, value)
        branches.append(found)
        named |= _named(fact.name, found.program)
        refused = any(found.answers[verdict][0] in words for verdict, words in refusals.items())
        for id_ in [id_ for id_ in open_ if id_ not in aside or not refused]:
            answer = found.answers[id_][0] if id_ in found.answers else UNDETERMINED
            if answer is UNDETERMINED or values.setdefault(id_, answer) != answer:
                open_.remove(id_)
    return {id_: values[id_] for id_ in open_ if id_ in values}, branches


def _named(fact: str, program: Program) -> set[frozenset[str]]:
    """The values of a fact that the rules of a program name."""

    def found() -> set[frozenset[str]]:
        whens = (overlay.when for _, overlay in program.plan.overlays)
        return told_apart(fact, (*(step.item for step in program.plan.steps), *whens))

    return set(program.kept(("named", fact), found))


def _joined(run: Run, fact: str, alike: Mapping[str, Any], branches: Sequence[Run]) -> Run:
    """The run with what comes out alike; it rests on all that decides it in a branch."""
    answers, fired = dict(run.answers), dict(run.fired)
    for id_, value in alike.items():
        used = run.answers[id_][1]
        for branch in branches:
            used |= _behind(branch, id_)
        decided = {branch.answers[id_][3] for branch in branches if branch.answers[id_][0] == value}
        answers[id_] = (value, used, 0, decided.pop() if len(decided) == 1 else None)
        if id_ in fired:
            rules = dict.fromkeys(rule for branch in branches for rule in branch.rules(id_))
            fired[id_] = Fired(tuple(rules), fired[id_].trace)
    return replace(run, answers=answers, fired=fired, whatever=dict.fromkeys(alike, fact))


def _behind(run: Run, id_: str) -> int:
    """The bits of the facts and questions that decided an item, itself or through what it read."""
    *steps, own = run.program.below((id_,))
    used = run.answers[own.step.item.id][1]
    for compiled in reversed(steps):
        if used >> compiled.slot & 1:
            used |= run.answers[compiled.step.item.id][1]
    return used & (run.program.fact_bits | run.program.choice_bits)
