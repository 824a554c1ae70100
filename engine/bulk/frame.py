"""Evaluates a frame of cases: a dataframe with a column per fact comes in, the same kind with result columns goes out.

A lazy frame stays lazy. Rows are split by convention and overlays, each part runs its Plan as staged columns, and the
parts are put together again.
"""

from __future__ import annotations

import operator as op
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import narwhals as nw

from engine.bulk.backend import NarwhalsFrames, date_code
from engine.bulk.branches import branches, in_force
from engine.bulk.dotted import addressable
from engine.bulk.expressions import Names
from engine.bulk.items import item_column
from engine.bulk.outputs import output_columns, output_kinds
from engine.evaluation.facts import DEFAULT_BENEFICIARY
from engine.evaluation.plan import Plan, Step
from engine.evaluation.session import Session
from engine.language.algebra import Column, all_of, any_of, constant, tested, truth
from engine.language.expressions import ItemRef, walk
from engine.language.facts import BENEFICIARY, SIGNATURE, Fact
from engine.language.types import Type
from engine.language.typing import Scope
from engine.policy.model import YEAR_START, Convention
from engine.policy.nodes import deciding_nodes
from engine.policy.overlays import Laid

ROW = "avenant_row"
_FRAMES = NarwhalsFrames()


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of every part of a frame: under which rules and readings, which results, beside which columns.

    ``kept`` gives the name by which expressions refer to each column of the frame.
    """

    rules: Session
    interpret: Mapping[str, str]
    kinds: Mapping[str, Type]
    kept: Mapping[str, str]


def evaluate_frame(
    frame: Any,
    rules: Session,
    *,
    interpret: Mapping[str, str] | None = None,
    criteria: bool = False,
    items: Sequence[str] = (),
) -> Any:
    """``frame`` with columns for the convention, its digest, and value and status of each fixed result.

    Facts are columns named ``group.fact``; null is missing, other columns are kept. Money is in whole cents
    (``aide.montant_du.centimes``), ratios are floats. ``criteria`` adds the verdict of each criterion, ``items`` the
    value and status of more items. An eager frame keeps its order; a lazy one has none to keep.
    """
    native, kept = addressable(frame)
    table: Any = nw.from_native(native)
    eager = isinstance(table, nw.DataFrame)
    if eager:
        table, kept = table.with_row_index(ROW), {**kept, ROW: ROW}
    request = Request(rules, interpret or {}, output_kinds(rules, criteria, items), kept)
    facts, table = _internal(table, kept, rules)
    parts = [
        part
        for convention in rules.registry.conventions.values()
        for part in _convention_parts(table, convention, facts, request)
    ]
    parts.extend(_no_convention(table, facts, request))
    result = nw.concat(parts, how="vertical")
    if not eager:
        return nw.to_native(result)
    found = result.collect()
    return nw.to_native((found if found[ROW].is_sorted() else found.sort(ROW)).drop(ROW))


def _internal(table: Any, kept: Mapping[str, str], rules: Session) -> tuple[dict[str, Column], Any]:
    """The facts as whole numbers, booleans and text, in columns of our own; a fact without a column is a constant."""
    schema = table.collect_schema()
    facts: dict[str, Column] = {}
    added = []
    for number, (name, fact) in enumerate(rules.registry.vocabulary.facts.items()):
        below = 10 ** (fact.type.scale or 0) if fact.type.kind == "number" else 1
        if name in kept:
            column = f"avenant_f{number}"
            added.append(_fact(kept[name], fact, schema).alias(column))
            facts[name] = Column(nw.col(column), below)
        else:
            facts[name] = Column(DEFAULT_BENEFICIARY if name == BENEFICIARY else None, below)
    return facts, _with(table, added)


def _fact(name: str, fact: Fact, schema: Mapping[str, Any]) -> Any:
    value = nw.col(name)
    match fact.type.kind:
        case "number" if fact.type.scale:
            return (value.cast(nw.Float64) * 10**fact.type.scale).round(0).cast(nw.Int64)
        case "number":
            return value.cast(nw.Int64)
        case "date" if schema[name] == nw.String:
            parts = [value.str.slice(a, n).cast(nw.Int64) for a, n in ((0, 4), (5, 2), (8, 2))]
            return parts[0] * 10000 + parts[1] * 100 + parts[2]
        case "date":
            day = value.dt
            return day.year().cast(nw.Int64) * 10000 + day.month().cast(nw.Int64) * 100 + day.day().cast(nw.Int64)
        case "boolean":
            return value.cast(nw.Boolean)
        case _ if fact.name == BENEFICIARY:
            return value.cast(nw.String).fill_null(DEFAULT_BENEFICIARY)
        case _:
            return value.cast(nw.String)


def _in_window(convention: Convention, facts: Mapping[str, Column]) -> Any:
    """True where the convention decides the row; never null."""
    signature = facts[SIGNATURE].value
    parts = [tested(op.eq, facts[BENEFICIARY].value, convention.beneficiary)]
    parts.append(tested(op.ge, signature, date_code(convention.signed_from)))
    if convention.signed_before is not None:
        parts.append(tested(op.lt, signature, date_code(convention.signed_before)))
    return truth(all_of(_FRAMES, parts))


def _convention_parts(table: Any, convention: Convention, facts: Mapping[str, Column], request: Request) -> list[Any]:
    """A part of the frame for each combination of overlays that the convention's contracts can meet."""
    rules = request.rules
    decides = _in_window(convention, facts)
    if decides is False:
        return []
    covering = rules.registry.covering(convention)
    base = rules.program(convention, ()).plan
    defaults = {id_: question.default for id_, question in base.interpretations.items()}
    choices = defaults | {id_: choice for id_, choice in request.interpret.items() if id_ in defaults}
    eager, table = isinstance(table, nw.DataFrame), table.lazy()
    own = table if decides is True else table.filter(decides)
    names = _names(base, facts, {}, choices)
    start = next(step for step in base.steps if step.item.id == YEAR_START)
    begins, made = _stored(item_column(start, names), "avenant_start")
    own = _with(own, made)
    names = _names(base, facts, {YEAR_START: begins}, choices)
    flags = [in_force(overlay, names).alias(f"avenant_o{i}") for i, (_, overlay) in enumerate(covering)]
    own = _with(own, flags)
    occurring = _occurring(own, len(covering)) if eager else None
    plans = []
    for branch in branches(covering, choices):
        if occurring is None or branch.active in occurring:
            laid: tuple[Laid, ...] = tuple(covering[i] for i in sorted(branch.active))
            plans.append((branch, rules.program(convention, laid).plan))
    shared = _shared([plan for _, plan in plans])
    items: dict[str, Column] = {}
    own = _staged(own, base, items, _names(base, facts, items, choices), request, shared, "avenant_s")
    parts = []
    for branch, plan in plans:
        part = own
        for i in range(len(covering)):
            flag = nw.col(f"avenant_o{i}")
            part = part.filter(flag if i in branch.active else ~flag)
        parts.append(_run(part, plan, dict(items), facts, choices, request))
    return parts


def _shared(plans: Sequence[Plan]) -> set[str]:
    """The items that every plan computes alike, from items that are so too: computed once, before rows are split."""
    shared: set[str] = set()
    for step in plans[0].steps if plans else ():
        same = all(any(step.item is s.item and step == s for s in plan.steps) for plan in plans[1:])
        if same and _reads(step) <= shared:
            shared.add(step.item.id)
    return shared


def _reads(step: Step) -> set[str]:
    return {n.id for root in deciding_nodes(step.item) for n in walk(root) if isinstance(n, ItemRef)}


def _with(table: Any, made: list[Any]) -> Any:
    return table.with_columns(*made) if made else table


def _occurring(table: Any, overlays: int) -> set[frozenset[int]]:
    """The combinations of overlays that some row of a frame in memory meets."""
    if not overlays:
        return {frozenset()}
    rows = table.select(*(nw.col(f"avenant_o{i}") for i in range(overlays))).unique().collect().rows()
    return {frozenset(i for i, flag in enumerate(row) if flag) for row in rows}


def _names(plan: Plan, facts: Mapping[str, Column], items: Mapping[str, Column], choices: Mapping[str, str]) -> Names:
    questions = {id_: question.choices for id_, question in plan.interpretations.items()}
    return Names(facts, items, choices, Scope(plan.vocabulary, plan.types, questions), _FRAMES)


def _run(
    part: Any,
    plan: Plan,
    items: dict[str, Column],
    facts: Mapping[str, Column],
    choices: Mapping[str, str],
    request: Request,
) -> Any:
    """One Plan over its rows; ``items`` are computed already."""
    names = _names(plan, facts, items, choices)
    rest = {step.item.id for step in plan.steps} - items.keys()
    part = _staged(part, plan, items, names, request, rest, "avenant_i")
    outputs = [
        _FRAMES.lift(plan.convention.id).alias("convention"),
        _FRAMES.lift(request.rules.registry.digest(plan.convention)).alias("digest"),
    ]
    for id_, kind in request.kinds.items():
        outputs.extend(output_columns(id_, kind, items.get(id_, Column(None, 1, True)), _FRAMES))
    return part.select(*(nw.col(column).alias(name) for name, column in request.kept.items()), *outputs)


def _staged(
    table: Any, plan: Plan, items: dict[str, Column], names: Names, request: Request, ids: set[str], prefix: str
) -> Any:
    """The table with the items ``ids`` that are wanted, in stages, each from the columns of the stages before."""
    for stage in _stages(plan, set(request.kinds)):
        names, added = replace(names, beside=[]), []
        for number, step in stage:
            if step.item.id in ids:
                items[step.item.id], made = _stored(item_column(step, names), f"{prefix}{number}")
                added.extend(made)
        table = _with(_with(table, names.beside or []), added)
    return table


def _stages(plan: Plan, wanted: set[str]) -> list[list[tuple[int, Step]]]:
    """The steps that the wanted results need, by how many steps they follow."""
    by_id = {step.item.id: step for step in plan.steps}
    reads = {id_: _reads(step) & by_id.keys() for id_, step in by_id.items()}
    needed: set[str] = set()
    waiting = [id_ for id_ in wanted if id_ in by_id]
    while waiting:
        id_ = waiting.pop()
        if id_ not in needed:
            needed.add(id_)
            waiting.extend(reads[id_])
    depth: dict[str, int] = {}
    stages: dict[int, list[tuple[int, Step]]] = {}
    for number, step in enumerate(plan.steps):
        if step.item.id in needed:
            depth[step.item.id] = 1 + max((depth[other] for other in reads[step.item.id]), default=0)
            stages.setdefault(depth[step.item.id], []).append((number, step))
    return [stages[level] for level in sorted(stages)]


def _stored(column: Column, name: str) -> tuple[Column, list[Any]]:
    """The column as later stages read it, and the expressions that make it; constants need none."""
    made = []
    parts = {}
    for suffix, part in (("", column.value), ("_below", column.below), ("_absent", column.absent)):
        parts[suffix] = part
        if not constant(part):
            made.append(part.alias(name + suffix))
            parts[suffix] = nw.col(name + suffix)
    return Column(parts[""], parts["_below"], parts["_absent"]), made


def _no_convention(table: Any, facts: Mapping[str, Column], request: Request) -> list[Any]:
    """Rows that no convention decides: every result is undetermined."""
    conventions = request.rules.registry.conventions.values()
    decided = any_of(_FRAMES, [_in_window(convention, facts) for convention in conventions])
    if decided is True:
        return []
    outputs = [_FRAMES.nothing(nw.String).alias(name) for name in ("convention", "digest")]
    for id_, kind in request.kinds.items():
        outputs.extend(output_columns(id_, kind, Column(None), _FRAMES))
    rest = table.lazy() if decided is False else table.lazy().filter(~decided)
    return [rest.select(*(nw.col(column).alias(name) for name, column in request.kept.items()), *outputs)]
