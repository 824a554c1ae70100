"""Turns the answers of a run into results: bit sets become facts, citations and reasons that a person can read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterator, Mapping, Sequence

from engine.errors import InputFault, Problem, fault, nearest, wrong
from engine.evaluation.decision import (
    BY_CASES,
    NONE,
    Doubt,
    Limit,
    ObligationLine,
    OverlayUse,
    PaymentLine,
    Reason,
    Result,
)
from engine.evaluation.evaluator import obligation_status
from engine.evaluation.facts import CONTRADICTION
from engine.evaluation.limits import limits_of, scales_of
from engine.evaluation.program import Compiled, Program, Run, bits
from engine.language.expressions import Citation, Compare, FactRef, ItemRef, Text, Unpublished, find
from engine.language.facts import SIGNATURE
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, as_written
from engine.policy import model
from engine.policy.overlays import Laid
from engine.policy.registry import Registry
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class _Grounds:
    """Reasons, citations and the rank of the weakest source cited; what was read itself, and what is waited for.

    ``passes_on`` of a known quantity that no step decided, which may be no more than what it reads.
    """

    status: str
    because: tuple[Reason, ...]
    cite: tuple[Citation, ...]
    rank: int
    own: int
    read: tuple[int, ...]
    uses: tuple[str, ...]
    missing: tuple[str, ...]
    passes_on: bool


def results(run: Run, laying: Mapping[str, int], wanted: tuple[str, ...] | None = None) -> dict[str, Result]:
    """The result of every item of a run (or of those ``wanted``), in plan order.

    ``laying`` holds the bits behind the overlays that change an item, or could.
    """
    program = run.program
    behind = [0] * len(program.blank)  # the facts and interpretations behind each slot, through what it reads
    ranks = [-1] * len(program.blank)  # and the weakest source rank behind it (-1: nothing cited)
    found: dict[str, Result] = {}
    for compiled in program.steps if wanted is None else program.below(wanted):
        id_ = compiled.step.item.id
        grounds = _grounds(compiled, run)
        all_facts, rank = grounds.own | laying.get(id_, 0), grounds.rank
        for other in grounds.read:
            all_facts |= behind[other]
            if ranks[other] > rank:
                rank = ranks[other]
        behind[compiled.slot] = all_facts
        ranks[compiled.slot] = rank
        if wanted is None or id_ in wanted:
            result = _result(compiled, run, grounds, all_facts, rank)
            found[id_] = _passed_on(result, found) if grounds.passes_on else result
    return found


def _passed_on(result: Result, found: Mapping[str, Result]) -> Result:
    """A quantity that only passes another result on cites what stands behind that one first."""
    same = (found[id_] for id_ in result.uses if id_ in found)
    origin = next((r for r in same if r.value == result.value and r.type == result.type and r.cite), None)
    if origin is None:
        return result
    return result._replace(cite=tuple(dict.fromkeys((*origin.cite, *result.cite))))


def _result(compiled: Compiled, run: Run, grounds: _Grounds, behind: int, rank: int) -> Result:
    step, program, names_in = compiled.step, run.program, run.program.names_in
    item, value, facts = step.item, run.answers[step.item.id][0], run.facts
    chosen = behind & program.choice_bits
    known = grounds.status == "known"
    refused = value == "not_met"
    return Result._make(  # all in the order of its fields, which takes a sixth of the time of naming them
        (
            item.id,
            item.kind,
            item.label,
            step.type,
            grounds.status,
            value if known else None,
            grounds.cite,
            None if rank < 0 else model.SOURCE_KINDS[rank],
            {name: facts[name] for name in names_in(behind & run.given)},
            {name: run.choices[name] for name in names_in(chosen)} if chosen else NONE,
            grounds.missing,
            grounds.because if known else grounds.because + _open_reasons(program, behind, grounds),
            tuple(text for when, text in compiled.warnings if when(run.slots)[0]) if compiled.warnings else (),
            grounds.uses,
            item.value_labels,
            step.yearly,
            item.body.refusal if refused and isinstance(item.body, model.Criterion) else None,
            _limits(compiled, run) if refused and item.kind == "criterion" else (),
            (),
            (),
        )
    )


def _limits(compiled: Compiled, run: Run) -> tuple[Limit, ...]:
    """The limits that a criterion which is not met sets."""
    body, program = compiled.step.item.body, run.program
    assert isinstance(body, model.Criterion)
    met_when = body.met_when
    find = program.kept(
        ("limits", compiled.slot), lambda: limits_of(met_when, program.names, scales_of(program.plan.steps))
    )
    return tuple(find(run.slots) or ())


def no_such_result(id_: str, registry: Registry) -> Result:
    """A headline result that a convention does not have, which is not applicable, under its name elsewhere.

    Raises:
        InputFault: no convention has it.
    """
    label = next((each.items[id_].label for each in registry.conventions.values() if id_ in each.items), None)
    if label is None:
        known = dict.fromkeys(item for each in registry.conventions.values() for item in each.items)
        raise fault(registry.results.headline[id_].at, "unknown-item", nearest(id_, known), id=id_)
    return Result(id=id_, kind="quantity", label=label, type=None, status="not_applicable", value=None)


def _grounds(compiled: Compiled, run: Run) -> _Grounds:
    """What stands behind an answer that was decided so: the same in case after case, so kept."""
    item, program = compiled.step.item, run.program
    value, used, missing, decided = run.answers[item.id]
    absent = value if value is UNDETERMINED or value is NOT_APPLICABLE else None
    rules = run.rules(item.id) if compiled.outcome is not None else None
    whatever = run.whatever.get(item.id)
    key = (compiled.slot, absent, used, missing, decided, rules, whatever)

    def worked_out() -> _Grounds:
        because, cite = _reasons(item, value, decided, run)
        read = used & program.item_bits
        told = () if whatever is None else (Reason(BY_CASES, whatever, (), None, item.at),)
        return _Grounds(
            status="known" if absent is None else absent.value,
            because=because + told,
            cite=cite,
            rank=max((program.ranks(c.convention, c.source) for c in cite), default=-1),
            own=used & ~read,
            read=program.slots_in(read),
            uses=program.names_in(read),
            missing=program.names_in(missing),
            passes_on=item.kind == "quantity" and absent is None and not because,
        )

    return program.kept(key, worked_out)


def _reasons(
    item: model.Item, value: object, decided: int | None, run: Run
) -> tuple[tuple[Reason, ...], tuple[Citation, ...]]:
    """What decided an answer, and the citations that stand behind it."""
    fired = run.rules(item.id)
    if value is NOT_APPLICABLE or (decided is None and not fired):
        return (), item.cite
    members = item.members
    found = [members[decided]] if decided is not None else [each for each in members if each[1] in fired]
    if isinstance(item.body, model.DecisionTable):  # what its rows or values cite stands in place of its own
        ((kind, name, part),) = found
        cite = part.cite or item.cite
        return (Reason(kind, name, cite, _why(part), part.at),), cite
    reasons = tuple(Reason(kind, name, part.cite, _why(part), part.at) for kind, name, part in found)
    return reasons, item.cite + tuple(cite for reason in reasons for cite in reason.cite)


def _why(part: model.Member) -> Text | None:
    """What a derogation is called, or the reason of a value that is unpublished."""
    value = getattr(part, "then", None)
    return part.label if isinstance(part, model.Derogation) else getattr(value, "reason", None)


def _open_reasons(program: Program, behind: int, grounds: _Grounds) -> tuple[Reason, ...]:
    """Why an undetermined result is open: the unpublished values that its evaluation met, here or further down."""
    told = {reason.at for reason in grounds.because if reason.text}
    found: list[Reason] = []
    for bit in bits(behind >> len(program.blank)):
        owner, node = program.unpublished[bit]
        if node.reason not in [reason.text for reason in (*grounds.because, *found)] and node.at not in told:
            found.append(Reason("unpublished", owner, (), node.reason, node.at))
    return tuple(found)


def payments(run: Run, found: Mapping[str, Result]) -> tuple[PaymentLine, ...]:
    """The payments that apply to the contract year, in the order of the convention."""
    lines = []
    for compiled in run.program.payments:
        result = found[compiled.step.item.id]
        if result.status == "not_applicable" or compiled.due is None:
            continue
        day, _, lacks = compiled.due(run.slots)
        due = day if isinstance(day, dt.date) else None
        missing = run.program.names_in(lacks & ~run.given) if due is None else ()
        lines.append(PaymentLine(result, due, missing, _due_reason(compiled, due)))
    return tuple(lines)


def obligations(run: Run, as_of: dt.date | None, wanted: Container[str] | None = None) -> tuple[ObligationLine, ...]:
    """Every obligation (or those ``wanted``) with its status on the day asked about."""
    lines = []
    for compiled in run.program.obligations:
        item = compiled.step.item
        if wanted is not None and item.id not in wanted:
            continue
        status, due, missing, rests = obligation_status(compiled, run, as_of)
        behind = {name: run.facts[name] for name in _facts_of(run, rests)}
        days = [behind.get(name) for name in _days(run.program, item)] if status == "done" else []
        lines.append(
            ObligationLine(
                id=item.id,
                label=item.label,
                status=status,
                due=due,
                done=max((day for day in days if isinstance(day, dt.date)), default=None),
                facts=behind,
                due_reason=_due_reason(compiled, due),
                cite=item.cite,
                missing=run.program.names_in(missing & ~run.given),
                at=item.at,
                if_unmet=item.body.if_unmet if isinstance(item.body, model.Obligation) else None,
                judged=as_of is not None,
            )
        )
    return tuple(lines)


def _facts_of(run: Run, rests: int) -> Iterator[str]:
    """The facts given that a condition rests on, itself or through what it reads."""
    for name in run.program.names_in(rests & (run.program.item_bits | run.given)):
        yield from _facts_of(run, run.answers[name][1]) if name in run.answers else (name,)


def _days(program: Program, item: model.Item) -> frozenset[str]:
    """The facts whose being known shows that a duty is done, or that what it reads is so."""

    def found() -> frozenset[str]:
        items = {compiled.step.item.id: compiled.step.item for compiled in program.steps}
        seen = item.body.done_when if isinstance(item.body, model.Obligation) else item.body
        own = {c.left.name for c in find(Compare, seen) if c.operator == "known" and isinstance(c.left, FactRef)}
        return frozenset(own).union(*(_days(program, items[ref.id]) for ref in find(ItemRef, seen)))

    return program.kept(("days", item.id), found)


def _due_reason(compiled: Compiled, due: dt.date | None) -> Text | None:
    node = getattr(compiled.step.item.body, "due", None)
    return node.reason if due is None and isinstance(node, Unpublished) else None


def doubts(run: Run, found: Mapping[str, Result]) -> tuple[Doubt, ...]:
    """The facts that do not agree, in the order in which consistencies are declared.

    Raises:
        InputFault: facts that contradict each other.
    """
    items = (compiled.step.item for compiled in run.program.consistency)
    doubtful = tuple(Doubt(str(i.severity), found[i.id], i.at) for i in items if found[i.id].value == "not_met")
    if refused := [_contradiction(doubt) for doubt in doubtful if doubt.severity == model.ERROR]:
        raise InputFault(refused)
    return doubtful


def _contradiction(doubt: Doubt) -> Problem:
    """That facts cannot all hold, with each of them; the place is the case's own where it is known."""
    facts = doubt.result.facts
    shown = ", ".join(f"{name} = {as_written(value)}" for name, value in facts.items())
    named = [name for name in facts if name != SIGNATURE] or [SIGNATURE]
    about = {"id": doubt.result.id, "label": doubt.result.label}
    return wrong(doubt.at, CONTRADICTION, name=named[0], facts=shown, names=[*facts], **about)


def overlay_uses(laid: Sequence[Laid]) -> tuple[OverlayUse, ...]:
    """The overlays in force, with what each changes."""
    return tuple(
        OverlayUse(overlay.id, later.id, overlay.label, overlay.cite, (*overlay.replace, *overlay.add_derogations))
        for later, overlay in laid
    )
