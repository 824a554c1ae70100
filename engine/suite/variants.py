"""Mutations of a condition or expression: a node comes in, the same node with one thing changed goes out, each once.

Thresholds move by one step of what they are compared with, operators turn into their neighbours, parts are left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from engine.errors import Location
from engine.language import expressions as tree
from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS
from engine.language.typing import is_date

NOTHING = "—"


@dataclass(frozen=True, slots=True)
class Mutation:
    """What was changed, where, and both texts."""

    kind: str
    at: Location
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class MutationSetting:
    """What a change needs to know: the step of a fact or item in a comparison, and the choices of a question.

    Items in ``silent`` have no published value, so that every comparison with them is unknown, whatever the operator.
    """

    step: Callable[[tree.FactRef | tree.ItemRef], Decimal]
    choices: Mapping[str, tuple[str, ...]]
    silent: frozenset[str]


Variant = tuple[Mutation, Any]


def variants(node: tree.Node, setting: MutationSetting) -> Iterator[Variant]:
    """Every change of one place in ``node``, parents first."""
    yield from _own(node, setting)
    for number, part in enumerate(tree.parts(node)):
        # A literal beside a comparison is changed with it, by its step.
        if not (isinstance(node, tree.Compare) and isinstance(part, tree.Literal)):
            for change, changed in variants(part, setting):
                yield change, tree.with_part(node, number, changed)


def with_field(whole: Any, name: str, value: Any) -> Any:
    return replace(whole, **{name: value})


def stepped(literal: tree.Literal, step: Decimal) -> Iterator[Variant]:
    """A number one step down and up, a date one day before and after."""
    value = literal.value
    for sign in (-1, 1):
        if isinstance(value, bool):
            return
        other: int | Decimal | str
        if isinstance(value, str):
            if not is_date(value):
                return
            other = (dt.date.fromisoformat(value) + dt.timedelta(days=sign)).isoformat()
        else:
            other = value + sign * (int(step) if step == 1 else step)
        yield Mutation("threshold", literal.at, str(value), str(other)), replace(literal, value=other)


def without(members: Sequence[Any]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Each member, and the others."""
    yield from ((member, (*members[:i], *members[i + 1 :])) for i, member in enumerate(members))


def shorter(values: tuple[tree.Literal, ...]) -> Iterator[tuple[Mutation, tuple[tree.Literal, ...]]]:
    """A list without each of its members."""
    for value, rest in without(values) if len(values) > 1 else ():
        yield Mutation("cell", value.at, str(value.value), NOTHING), rest


def cell_variants(cell: tree.Cell, setting: MutationSetting, ref: tree.FactRef | tree.ItemRef) -> Iterator[Variant]:
    """A cell with a bound moved by one step, or a list without a member."""
    for name in ("low", "high"):
        bound = getattr(cell, name)
        for change, changed in stepped(bound, setting.step(ref)) if isinstance(bound, tree.Literal) else ():
            yield change, with_field(cell, name, changed)
    for name in ("values", "excluded"):
        for change, kept in shorter(getattr(cell, name) or ()):
            yield change, with_field(cell, name, kept)


def _own(node: tree.Node, setting: MutationSetting) -> Iterator[Variant]:
    match node:
        case tree.Literal():
            exponent = node.value.as_tuple().exponent if isinstance(node.value, Decimal) else 0
            for change, changed in stepped(node, Decimal(1).scaleb(min(0, int(exponent)))):  # one of its last digit
                yield replace(change, kind="value"), changed
        case tree.Unpublished():
            yield Mutation("unpublished", node.at, "unpublished", "0"), tree.Literal(0, node.at)
            if node.supplied_by:
                names = ", ".join(ref.name for ref in node.supplied_by)
                yield Mutation("supplied_by", node.at, names, NOTHING), replace(node, supplied_by=())
        case tree.Compare():
            yield from _comparison(node, setting)
            yield from _operand(node, setting)
        case tree.Chosen():
            others = [choice for choice in setting.choices.get(node.interpretation, ()) if choice != node.choice]
            for other in others[:1]:
                yield Mutation("choice", node.at, node.choice, other), replace(node, choice=other)
        case tree.VerdictIs():
            yield from _verdicts(node)
        case tree.Connect():
            yield from _connective(node)
        case tree.Apply():
            yield from _operator(node)
        case tree.Cases():
            yield from _branches(node)


def _comparison(node: tree.Compare, setting: MutationSetting) -> Iterator[Variant]:
    if any(isinstance(part, tree.ItemRef) and part.id in setting.silent for part in (node.left, *node.operands)):
        return
    if any(isinstance(part, tree.Unpublished) for part in node.operands):
        return
    row = COMPARISONS[node.operator]
    if row.operands == "flag" and isinstance(node.right, tree.Literal):
        other = not node.right.value
        text = str(other).lower()
        yield (
            Mutation("operator", node.at, f"{row.name} {not other}", f"{row.name} {text}"),
            replace(node, right=tree.Literal(other, node.right.at)),
        )
    elif row.neighbour:
        yield Mutation("operator", node.at, row.name, row.neighbour), replace(node, operator=row.neighbour)


def _verdicts(node: tree.VerdictIs) -> Iterator[Variant]:
    opposite = ("not_met" if node.verdicts == ("met",) else "met",)
    for verdicts in [rest for _, rest in without(node.verdicts)] if len(node.verdicts) > 1 else [opposite]:
        yield Mutation("verdict", node.at, _named(node), ", ".join(verdicts)), replace(node, verdicts=verdicts)


def _connective(node: tree.Connect) -> Iterator[Variant]:
    row = CONNECTIVES[node.operator]
    if row.operands == "one":
        yield Mutation("operator", node.at, row.name, NOTHING), node.parts[0]
        return
    if len(node.parts) < 2:
        return
    if row.neighbour:
        yield Mutation("operator", node.at, row.name, row.neighbour), replace(node, operator=row.neighbour)
    for part, rest in without(node.parts):
        yield Mutation("part", part.at, _named(part), NOTHING), replace(node, parts=rest)


def _operator(node: tree.Apply) -> Iterator[Variant]:
    row = EXPRESSIONS[node.operator]
    if row.neighbour and EXPRESSIONS[row.neighbour].takes_so_many(len(node.operands)):
        yield Mutation("operator", node.at, row.name, row.neighbour), replace(node, operator=row.neighbour)
    for i, neighbours in enumerate(row.options.values()):
        for other in neighbours.get(node.options[i], ()):
            options = (*node.options[:i], other, *node.options[i + 1 :])
            yield Mutation("operator", node.at, node.options[i], other), replace(node, options=options)
    for operand, rest in without(node.operands) if row.operands == "list" and len(node.operands) > 1 else ():
        yield Mutation("part", operand.at, _named(operand), NOTHING), replace(node, operands=rest)


def _branches(node: tree.Cases) -> Iterator[Variant]:
    for (when, _), rest in without(node.branches):
        if rest:
            yield Mutation("branch", when.at, _named(when), NOTHING), replace(node, branches=rest)
        elif node.otherwise is not None:
            yield Mutation("branch", when.at, _named(when), NOTHING), node.otherwise
    if node.otherwise is not None:
        yield Mutation("branch", node.otherwise.at, "otherwise", NOTHING), replace(node, otherwise=None)


def _operand(node: tree.Compare, setting: MutationSetting) -> Iterator[Variant]:
    """A comparison with a literal moved by one step, or its list without a member."""
    row = COMPARISONS[node.operator]
    literals = tuple(part for part in node.operands if isinstance(part, tree.Literal))
    if row.operands == "list":
        for change, kept in shorter(literals):
            yield change, replace(node, right=kept)
    elif row.operands != "flag":
        bounds = ((i, operand) for i, operand in enumerate(node.operands) if isinstance(operand, tree.Literal))
        for i, operand in bounds:
            for change, changed in stepped(operand, setting.step(node.left)):
                put = (*node.operands[:i], changed, *node.operands[i + 1 :])
                yield change, replace(node, right=put if isinstance(node.right, tuple) else changed)


def _named(node: tree.Node) -> str:
    match node:
        case tree.Compare(operator, left, _):
            return f"{_named(left)} {operator}"
        case tree.FactRef(name, _):
            return name
        case tree.ItemRef(id_, _):
            return id_
        case tree.Literal(value, _):
            return str(value)
        case tree.Chosen(interpretation, choice, _):
            return f"{interpretation} is {choice}"
        case tree.VerdictIs(criterion, verdicts, _):
            return f"{criterion.id} {', '.join(verdicts)}"
        case tree.Connect(operator, _, _) | tree.Apply(operator, _, _, _):
            return operator
        case _:
            return type(node).__name__.lower()
