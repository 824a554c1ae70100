"""Evaluates one case: a program and typed facts come in, every item is answered in order, a run goes out.

An outcome is decided by the rules that hold. In a case durable-rules says which those are; :func:`answer`, of one item
alone, asks the Kleene closures of their conditions, which is quicker and the same. The stage before is
:mod:`engine.evaluation.program`, the stage after :mod:`engine.evaluation.results`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Mapping, Sequence

from engine.errors import fault
from engine.evaluation.bodies import ARISES
from engine.evaluation.decision import TraceLine
from engine.evaluation.facts import Facts
from engine.evaluation.inference import Verdict, said
from engine.evaluation.program import Compiled, Fired, OutcomeProgram, Program, Run
from engine.evaluation.slots import DecidedAnswer, Slots
from engine.language.facts import YEAR
from engine.language.values import NOT_APPLICABLE, UNDETERMINED
from engine.policy.model import CONTRACT_ENDS, Item, Obligation, Outcome

MAX_KEPT = 10_000  # combinations of verdicts of an outcome; a portfolio has some hundreds


def answer(compiled: Compiled, slots: Slots) -> DecidedAnswer:
    """The answer of an item, whether or not the contract year is known.

    Raises:
        InputFault: a policy defect (no-row, no-rule, conflict).
    """
    outcome, found = compiled.outcome, compiled.run(slots)
    if outcome is None or found[0] is not ARISES:
        return found
    return decided_by(compiled.step.item, outcome, holding(outcome, slots), slots)


def holding(outcome: OutcomeProgram, slots: Slots) -> tuple[str, ...]:
    """The rules of an outcome whose condition is true."""
    return tuple(id_ for id_, closure in outcome.rules.items() if closure(slots)[0])


def decided_by(item: Item, outcome: OutcomeProgram, fired: Sequence[str], slots: Slots) -> DecidedAnswer:
    """The value that the rules which ``fired`` give; without any it waits for what the rules wait for.

    Raises:
        InputFault: two values (conflict), or none although every verdict is determined (no-rule).
    """
    assert isinstance(item.body, Outcome)
    values = {rule.then if isinstance(rule.then, str) else None for rule in item.body.rules if rule.id in fired}
    if len(values) > 1:
        raise fault(item.at, "conflict", id=item.id, rules=", ".join(fired))
    used = missing = 0
    if not values:
        if not any(slots[slot][0] is UNDETERMINED for _, slot, _ in outcome.criteria):
            raise fault(item.at, "no-rule", id=item.id)
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


def run_program(
    program: Program, facts: Facts, choices: Mapping[str, str], supposed: Mapping[str, object] | None = None
) -> Run:
    """Evaluates every step of ``program`` for the facts and interpretations of a case, and any values ``supposed``.

    Where nothing that an item reads is other than in a run before, its answer is taken over from there.

    Raises:
        InputFault: a policy defect that ``avenant check`` finds (no-row, no-rule, conflict).
        EngineFault: durable-rules misbehaved.
    """
    slots, given = program.names.filled(program.blank, facts, choices)
    run, has_year, supposed = Run(program, facts, choices, slots, given), YEAR in facts, supposed or {}
    under, key = _under(run), frozenset(supposed.items())
    last, moved = _take_over(run, under.get(key))
    for compiled in program.steps:
        id_, slot, second = compiled.step.item.id, compiled.slot, compiled.second
        if last is not None:
            if not compiled.reads & moved and id_ not in supposed:
                continue
            if second is not None:
                slots[second] = program.blank[second]
        if id_ in supposed:
            answer: DecidedAnswer = (supposed[id_], 1 << slot, 0, None)
        elif compiled.step.yearly and not has_year:
            answer = (UNDETERMINED, program.year_bit, program.year_bit, None)
            run.fired.pop(id_, None)
        elif compiled.outcome is not None:
            answer = _decide(compiled, compiled.outcome, run)
        else:
            answer = compiled.run(slots)
        value, used, missing, decided = answer
        if missing & given:
            missing &= ~given
            answer = (value, used, missing, decided)
        run.answers[id_] = answer
        slots[slot] = (value, 1 << slot, missing)
        if last is not None and (slots[slot] != last.slots[slot] or (second and slots[second] != last.slots[second])):
            moved |= 1 << slot
    if supposed:
        under[key] = run
    else:
        run.under, program.runs[facts.get(YEAR)] = under, run
    return run


def _under(run: Run) -> dict[frozenset[tuple[str, object]], Run]:
    """The last runs of the same case under what was supposed of it, whatever its choices."""
    last = run.program.runs.get(run.facts.get(YEAR))
    return last.under if last is not None and last.facts == run.facts else {}


def _take_over(run: Run, same: Run | None) -> tuple[Run | None, int]:
    """A run before of which all answers are taken over at first, and the bits of what is another now.

    That is the last of the ``same`` case with the same supposed of it, or of the same contract year, if any; none where
    most facts are others.
    """
    runs, slots, moved = run.program.runs, run.slots, 0
    last = same or runs.get(run.facts.get(YEAR)) or next(reversed(runs.values()), None)
    if last is None:
        return None, 0
    stated = len(run.program.names.facts) + len(run.program.names.choices)
    for slot in range(stated):
        if slots[slot] is not last.slots[slot] and slots[slot] != last.slots[slot]:
            moved |= 1 << slot
    if 2 * moved.bit_count() > run.given.bit_count():
        return None, 0
    slots[stated:] = last.slots[stated:]
    run.answers.update(last.answers)
    run.fired.update(last.fired)
    return last, moved


def steps_open(run: Run, below: str) -> tuple[str, tuple[object, ...]] | None:
    """The last undetermined item on a scale that an item rests on, and what is left of it; None without one."""
    for compiled in reversed(run.program.below((below,))):
        id_ = compiled.step.item.id
        type_ = compiled.step.type
        if type_ is not None and type_.ordered and run.answers[id_][0] is UNDETERMINED:
            left = run.slots[run.program.names.steps[id_]][0]
            return id_, tuple(step for step in (NOT_APPLICABLE, *type_.values) if step in left)
    return None


def outcome_open(run: Run, below: str, apart: Container[str]) -> tuple[str, tuple[object, ...]] | None:
    """The last undetermined outcome that an item rests on, not one set ``apart``, and what its rules leave of it.

    Nothing is left where it may not arise, or where a rule that may hold gives a value that is not published.
    """
    for compiled in reversed(run.program.below((below,))):
        item, outcome = compiled.step.item, compiled.outcome
        if outcome is None or item.id in apart or run.answers[item.id][0] is not UNDETERMINED:
            continue
        assert isinstance(item.body, Outcome)
        left = [rule.then for rule in item.body.rules if outcome.rules[rule.id](run.slots)[0] is not False]
        sure = compiled.run(run.slots)[0] is ARISES and all(isinstance(value, str) for value in left)
        return item.id, tuple(value for value in item.body.values if sure and value in left)
    return None


def _decide(compiled: Compiled, outcome: OutcomeProgram, run: Run) -> DecidedAnswer:
    """Fires the production rules of an outcome over its verdicts, if it arises."""
    item, slots, gate = compiled.step.item, run.slots, compiled.run(run.slots)
    run.fired.pop(item.id, None)
    if gate[0] is not ARISES:
        return gate
    open_ = {slot for _, slot, _ in outcome.criteria if slots[slot][0] is UNDETERMINED}
    verdicts = tuple([slots[second if slot in open_ else slot][0] for _, slot, second in outcome.criteria])
    found = outcome.fired.get(verdicts)
    if found is None:
        found = _fire(item, outcome, verdicts)
        if len(outcome.fired) < MAX_KEPT:
            outcome.fired[verdicts] = found
    run.fired[item.id] = found
    answer = found.answer
    if answer is None:
        answer = decided_by(item, outcome, found.rules, slots)
        if not open_:  # what those wait for is the case's own
            found.answer = answer
    return answer


def _fire(item: Item, outcome: OutcomeProgram, verdicts: Sequence[Verdict]) -> Fired:
    """What durable-rules fires, which is asked once for each combination of verdicts."""
    assert isinstance(item.body, Outcome)
    told = dict(zip((id_ for id_, _, _ in outcome.criteria), verdicts, strict=True))
    values = {rule.id: rule.then if isinstance(rule.then, str) else None for rule in item.body.rules}
    firings = outcome.ruleset.run(told)
    trace = [
        TraceLine(item.id, firing.rule, values[firing.rule], tuple((id_, said(told[id_])) for id_ in firing.criteria))
        for firing in firings
    ]
    return Fired(tuple(dict.fromkeys(firing.rule for firing in firings)), tuple(trace))


def obligation_status(compiled: Compiled, run: Run, as_of: dt.date | None) -> tuple[str, dt.date | None, int, int]:
    """Status, due day, missing facts and grounds of an obligation; late only with a day to compare with.

    One that the facts say was not met, or not in time, is unmet. A late one whose day the contract does not outlive is
    closed; one that nothing in a case can show as done is to be checked, and never overdue.
    """
    gate, slots = run.answers[compiled.step.item.id], run.slots
    if gate[0] is NOT_APPLICABLE:
        return ("not_applicable", None, 0, gate[1])
    due, due_lacks = None, 0
    if compiled.due is not None:
        day, _, due_lacks = compiled.due(slots)
        due = day if isinstance(day, dt.date) else None
    if gate[0] is UNDETERMINED:
        return ("undetermined", due, gate[2], gate[1])
    if compiled.unmet_when is not None and (unmet := compiled.unmet_when(slots))[0]:
        return ("unmet", due, 0, gate[1] | unmet[1])
    rests = gate[1]
    if compiled.done_when is not None:
        done, used, lacks = compiled.done_when(slots)
        rests |= used
        if done:
            return ("done", due, 0, rests)
        if done is None:
            return ("undetermined", due, lacks, rests)
    late = as_of is not None and due is not None and as_of > due
    return (_late(compiled) if late else "pending", due, due_lacks if due is None else 0, rests)


def _late(compiled: Compiled) -> str:
    body = compiled.step.item.body
    if isinstance(body, Obligation) and body.if_unmet == CONTRACT_ENDS:
        return "closed"
    return "to_check" if compiled.done_when is None else "overdue"
