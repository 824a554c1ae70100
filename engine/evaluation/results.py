"""Turns the answers of a run into results: bit sets become facts, citations and reasons that a person can read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.evaluation.decision import FIXED_RESULTS, ObligationLine, OverlayUse, PaymentLine, Reason, Result
from engine.evaluation.evaluator import Run, obligation_status
from engine.evaluation.facts import Facts
from engine.evaluation.program import Compiled, Program
from engine.language.expressions import Citation, Scale, Text, Unpublished, walk
from engine.language.values import NOT_APPLICABLE, UNDETERMINED
from engine.policy.model import (
    SOURCE_KINDS,
    Convention,
    Criterion,
    Item,
    Outcome,
    Parameter,
    Payment,
    Quantity,
    Table,
)
from engine.policy.nodes import body_nodes
from engine.policy.overlays import Laid


@dataclass(slots=True)
class _Evidence:
    """What each slot rests on, through everything it reads."""

    facts: dict[int, int]
    ranks: dict[int, int]


def results(program: Program, run: Run, facts: Facts, choices: Mapping[str, str]) -> dict[str, Result]:
    """The result of every item of a run, in plan order; fixed ids that the convention lacks are not applicable."""
    evidence = _Evidence({}, {})
    found: dict[str, Result] = {}
    by_slot = {compiled.slot: compiled.step.item.id for compiled in program.steps}
    choice_names = {slot: id_ for id_, slot in program.names.choices.items()}
    names = program.fact_names
    for compiled in program.steps:
        item = compiled.step.item
        value, used, missing, decided = run.answers[item.id]
        own, cite = _reasons(item, value, decided, run)
        all_facts, rank = _rests_on(program, evidence, compiled.slot, used, cite)
        status = _status(value)
        found[item.id] = Result(
            item.id,
            item.kind,
            item.label,
            compiled.step.type,
            status,
            value if status == "known" else None,
            cite,
            None if rank < 0 else SOURCE_KINDS[rank],
            {names[i]: facts[names[i]] for i in _bits(all_facts & run.given)},
            {choice_names[i]: choices[choice_names[i]] for i in _bits(all_facts & program.choice_bits)},
            tuple(names[i] for i in _bits(missing)),
            own,
            _warnings(compiled, run),
            tuple(by_slot[i] for i in _bits(used & ~program.fact_bits & ~program.choice_bits)),
            item.value_labels,
            compiled.step.yearly,
        )
    for id_ in FIXED_RESULTS:
        if id_ not in found:
            found[id_] = _no_such_result(id_)
    return found


def _no_such_result(id_: str) -> Result:
    empty: Mapping[str, str] = {}
    label = {"fr": id_, "en": id_}
    return Result(id_, "quantity", label, None, "not_applicable", None, (), None, {}, empty, (), (), (), (), {}, False)


def _status(value: object) -> str:
    if value is UNDETERMINED:
        return "undetermined"
    return "not_applicable" if value is NOT_APPLICABLE else "known"


def _bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _rests_on(program: Program, evidence: _Evidence, slot: int, used: int, cite: Sequence[Citation]) -> tuple[int, int]:
    """Facts and interpretations behind an answer, and the weakest source rank behind it (-1: nothing cited)."""
    leaves = program.fact_bits | program.choice_bits
    facts = used & leaves
    rank = max((program.ranks(c.convention, c.source) for c in cite), default=-1)
    for other in _bits(used & ~leaves):
        facts |= evidence.facts.get(other, 0)
        rank = max(rank, evidence.ranks.get(other, -1))
    evidence.facts[slot] = facts
    evidence.ranks[slot] = rank
    return facts, rank


def _reasons(
    item: Item, value: object, decided: int | None, run: Run
) -> tuple[tuple[Reason, ...], tuple[Citation, ...]]:
    """What decided an answer, and the citations that stand behind it."""
    if value is NOT_APPLICABLE:
        return (), item.cite
    match item.body:
        case Table(_, rows) if decided is not None:
            row = rows[decided]
            cite = row.cite or item.cite
            return (Reason("row", f"{item.id}[{decided + 1}]", cite, _why(row.then), row.at),), cite
        case Parameter(values) if decided is not None:
            dated = values[decided]
            cite = dated.cite or item.cite
            return (Reason("value", dated.start.isoformat(), cite, _why(dated.value), dated.at),), cite
        case Criterion(_, derogations) if decided is not None:
            derogation = derogations[decided]
            reason = Reason("derogation", derogation.id, derogation.cite, derogation.label, derogation.at)
            return (reason,), item.cite + derogation.cite
        case Quantity(Scale(steps)) if decided is not None:
            step = steps[decided]
            return (Reason("step", step.name, step.cite, None, step.at),), item.cite + step.cite
        case Outcome(_, rules, _):
            fired = [rule for rule in rules if rule.id in run.rules.get(item.id, ())]
            reasons = tuple(
                Reason("rule", r.id, r.cite, None if isinstance(r.then, str) else r.then.reason, r.at) for r in fired
            )
            return reasons, item.cite + tuple(cite for rule in fired for cite in rule.cite)
        case _ if value is UNDETERMINED:
            return tuple(_unpublished(item)), item.cite
    return (), item.cite


def _why(value: object) -> Text | None:
    return value.reason if isinstance(value, Unpublished) else None


def _unpublished(item: Item) -> Iterator[Reason]:
    for root in body_nodes(item):
        for node in walk(root):
            if isinstance(node, Unpublished) and not isinstance(item.body, Table | Payment):
                yield Reason("unpublished", item.id, item.cite, node.reason, node.at)


def _warnings(compiled: Compiled, run: Run) -> tuple[Text, ...]:
    return tuple(text for when, text in compiled.warnings if when(run.slots)[0])


def payments(program: Program, run: Run, found: Mapping[str, Result]) -> tuple[PaymentLine, ...]:
    """The payments that apply to the contract year, in the order of the convention."""
    lines = []
    for compiled in _in_file_order(program, "payment"):
        result = found[compiled.step.item.id]
        if result.status == "not_applicable" or compiled.due is None:
            continue
        day, _, lacks = compiled.due(run.slots)
        due = day if isinstance(day, dt.date) else None
        missing = tuple(program.fact_names[i] for i in _bits(lacks & ~run.given)) if due is None else ()
        lines.append(PaymentLine(result, due, missing, _due_reason(compiled, due)))
    return tuple(lines)


def obligations(program: Program, run: Run, as_of: dt.date | None) -> tuple[ObligationLine, ...]:
    """Every obligation with its status on the day asked about."""
    lines = []
    for compiled in _in_file_order(program, "obligation"):
        item = compiled.step.item
        status, due, missing = obligation_status(compiled, run, as_of)
        lacks = tuple(program.fact_names[i] for i in _bits(missing & ~run.given))
        lines.append(
            ObligationLine(item.id, item.label, status, due, _due_reason(compiled, due), item.cite, lacks, item.at)
        )
    return tuple(lines)


def _due_reason(compiled: Compiled, due: dt.date | None) -> Text | None:
    node = getattr(compiled.step.item.body, "due", None)
    return node.reason if due is None and isinstance(node, Unpublished) else None


def _in_file_order(program: Program, kind: str) -> list[Compiled]:
    known = [compiled for compiled in program.steps if compiled.step.item.kind == kind]
    return sorted(known, key=lambda compiled: compiled.step.item.at)


def overlay_uses(laid: Sequence[Laid], convention: Convention) -> tuple[OverlayUse, ...]:
    """The overlays in force, with what each changes."""
    return tuple(
        OverlayUse(overlay.id, later.id, overlay.label, overlay.cite, (*overlay.replace, *overlay.add_derogations))
        for later, overlay in laid
    )
