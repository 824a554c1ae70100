"""Answers one item alone: slots that hold what it reads come in, its value and what decided it go out.

An outcome is decided by the rules that hold. In a case durable-rules says which those are
(:mod:`engine.evaluation.evaluator`); here it is the Kleene closures of their conditions, which is quicker and the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import InputFault, Problem
from engine.evaluation.bodies import NoRow
from engine.evaluation.program import Compiled, OutcomeProgram
from engine.evaluation.slots import Decided, Slots
from engine.language.values import NOT_APPLICABLE, UNDETERMINED
from engine.policy.model import Item, Outcome


def answer(compiled: Compiled, slots: Slots) -> Decided:
    """The answer of an item, whether or not the contract year is known.

    Raises:
        InputFault: a policy defect (no-row, no-rule, conflict).
    """
    outcome = compiled.outcome
    if outcome is None:
        return plain_answer(compiled, slots)
    closed = shut(outcome, slots)
    return closed or decided_by(compiled.step.item, outcome, holding(outcome, slots), slots)


def plain_answer(compiled: Compiled, slots: Slots) -> Decided:
    """The answer of an item that is no outcome.

    Raises:
        InputFault: known inputs match no row of a table.
    """
    try:
        return compiled.run(slots)
    except NoRow:
        item = compiled.step.item
        raise InputFault([Problem(item.at, "no-row", {"id": item.id})]) from None


def shut(outcome: OutcomeProgram, slots: Slots) -> Decided | None:
    """The answer of an outcome that does not arise, or of which it is unknown whether it does; else None."""
    if outcome.gate is None:
        return None
    gate = outcome.gate(slots)
    return gate if gate[0] is UNDETERMINED or gate[0] is NOT_APPLICABLE else None


def holding(outcome: OutcomeProgram, slots: Slots) -> tuple[str, ...]:
    """The rules of an outcome whose condition is true."""
    return tuple(id_ for id_, closure in outcome.rules.items() if closure(slots)[0])


def decided_by(item: Item, outcome: OutcomeProgram, fired: Sequence[str], slots: Slots) -> Decided:
    """The value that the rules which ``fired`` give; without any it waits for what the rules wait for.

    Raises:
        InputFault: two values (conflict), or none although every verdict is determined (no-rule).
    """
    assert isinstance(item.body, Outcome)
    values = {rule.then if isinstance(rule.then, str) else None for rule in item.body.rules if rule.id in fired}
    if len(values) > 1:
        raise InputFault([Problem(item.at, "conflict", {"id": item.id, "rules": ", ".join(fired)})])
    used = missing = 0
    if not values:
        if not any(slots[slot][0] is UNDETERMINED for _, slot in outcome.criteria):
            raise InputFault([Problem(item.at, "no-rule", {"id": item.id})])
        for closure in outcome.rules.values():
            _, mine, lacks = closure(slots)
            used |= mine
            missing |= lacks
        return (UNDETERMINED, used, missing, None)
    for rule in fired:
        used |= outcome.rules[rule](slots)[1]
        if rule in outcome.unpublished:
            _, mine, lacks = outcome.unpublished[rule]
            used |= mine
            missing |= lacks
    value = values.pop()
    return (UNDETERMINED if value is None else value, used, missing, None)
