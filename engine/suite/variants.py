"""Mutations of rules: a node, item or part of one comes in, the same with one place changed goes out, each place once.

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
from engine.policy import model
from engine.suite.running import NOTHING

DAY = dt.timedelta(days=1)
SOME_DAY = "2000-01-01"

Ref = tree.FactRef | tree.ItemRef


@dataclass(frozen=True, slots=True)
class Mutation:
    """What was changed, where, and both texts."""

    kind: str
    at: Location
    before: str
    after: str


Variant = tuple[Mutation, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class MutationSetting:
    """What a change needs to know: the step of a fact or item in a comparison, and the choices of a question.

    Items in ``silent`` have no published value, so that every comparison with them is unknown, whatever the operator.
    Of a place: ``measured`` is what it is compared with, ``others`` the values that may stand there, None where it is
    no value of its own, and ``inputs`` are those of its table.
    """

    step: Callable[[Ref], Decimal]
    choices: Mapping[str, tuple[str, ...]]
    silent: frozenset[str]
    measured: Ref | None = None
    others: tuple[tree.Literal, ...] | None = None
    inputs: Mapping[str, Ref] | None = None


def variants(whole: Any, setting: MutationSetting) -> Iterator[Variant]:
    """Every change of one place in ``whole``, parents first."""
    yield from _own(whole, setting)
    for number, member in enumerate(tree.members(whole)):
        there = _setting_of(member, whole, setting)
        for change, changed in () if there is None else variants(member, there):
            yield change, tree.with_member(whole, number, changed)


def _setting_of(member: Any, whole: Any, setting: MutationSetting) -> MutationSetting | None:
    """The setting of a member; None where it changes with the whole alone."""
    bare = replace(setting, measured=None, others=None, inputs=None)
    match whole:
        case tree.Compare(operator, left):
            listed = COMPARISONS[operator].operands == "list"
            return None if listed else replace(bare, measured=left) if isinstance(member, tree.Literal) else bare
        case model.DecisionTable(inputs, rows):
            given = (each.then for each in rows if each is not member)
            return replace(bare, others=tuple(each for each in given if isinstance(each, tree.Literal)), inputs=inputs)
        case model.Row(cells) if isinstance(member, tree.Cell):
            assert setting.inputs is not None, "a row stands in a table"
            return replace(bare, measured=setting.inputs[next(name for name in cells if cells[name] is member)])
        case model.Rule(_, _, then) if member is then:
            return None
        case model.Payment(due=due) | model.Obligation(due=due) if due is not None and member is due:
            return replace(bare, others=(tree.Literal(SOME_DAY, member.at),))
        case model.Row() | tree.Cell():
            return setting
    return bare


def _own(whole: Any, setting: MutationSetting) -> Iterator[Variant]:
    """The changes of a place that are none of a place inside it."""
    match whole:
        case tree.Literal():
            yield from _literal(whole, setting)
        case tree.Unpublished():
            known = next(iter(setting.others or ()), tree.Literal(0, whole.at))
            yield Mutation("unpublished", whole.at, "unpublished", str(known.value)), known
            if whole.supplied_by:
                names = ", ".join(ref.name for ref in whole.supplied_by)
                yield Mutation("supplied_by", whole.at, names, NOTHING), replace(whole, supplied_by=())
        case tree.Compare():
            yield from _comparison(whole, setting)
        case tree.Chosen():
            for other in [each for each in setting.choices.get(whole.interpretation, ()) if each != whole.choice][:1]:
                yield Mutation("choice", whole.at, whole.choice, other), replace(whole, choice=other)
        case tree.VerdictIs(_, verdicts):
            opposite = ("not_met" if verdicts == ("met",) else "met",)
            for fewer in [rest for _, rest in _without(verdicts)] if len(verdicts) > 1 else [opposite]:
                yield Mutation("verdict", whole.at, _named(whole), ", ".join(fewer)), replace(whole, verdicts=fewer)
        case tree.Connect(operator, parts):
            if CONNECTIVES[operator].operands == "one":
                yield Mutation("operator", whole.at, operator, NOTHING), parts[0]
            elif len(parts) > 1:
                yield from _neighbour(whole, CONNECTIVES[operator].neighbour)
                yield from _fewer(whole, "parts", "part", _named)
        case tree.Apply():
            yield from _operator(whole)
        case tree.Cases(branches, otherwise):
            yield from _fewer(whole, "branches", "branch", lambda branch: _named(branch[0]))
            if len(branches) == 1 and otherwise is not None:
                yield Mutation("branch", branches[0][0].at, _named(branches[0][0]), NOTHING), otherwise
            yield from _lacking(whole, "branch", "otherwise")
        case tree.Cell():
            for name in ("values", "excluded"):
                yield from _fewer(whole, name, "cell", _named)
        case _:
            yield from _of_item(whole)


def _of_item(whole: Any) -> Iterator[Variant]:
    """An item, its body or an overlay without one of its members; a day or a word that is another."""
    match whole:
        case model.Item():
            yield from _lacking(whole, "gate", "applies_when", "unless")
            yield from _fewer(whole, "warnings", "warning", lambda caution: "warning", least=0)
        case model.Criterion():
            yield from _fewer(whole, "derogations", "derogation", lambda derogation: str(derogation.id), least=0)
        case model.DecisionTable(inputs, rows):
            kind = "row" if inputs else "value"
            yield from _fewer(whole, "rows", kind, lambda row: kind if inputs else str(row.start))
            for place, row in list(enumerate(rows))[0 if inputs else 1 :]:  # a first value holds before its day, too
                for start in () if row.start is None else (row.start - DAY, row.start + DAY):
                    moved = (*rows[:place], replace(row, start=start), *rows[place + 1 :])
                    yield Mutation("threshold", row.at, str(row.start), str(start)), replace(whole, rows=moved)
        case model.Outcome(words, rules):
            yield from _fewer(whole, "rules", "rule", lambda rule: str(rule.id), least=0)
            for place, rule in enumerate(rules):
                was = rule.then if isinstance(rule.then, str) else "unpublished"
                other = next(word for word in words if word != was)
                said = (*rules[:place], replace(rule, then=other), *rules[place + 1 :])
                yield Mutation("value", rule.at, was, other), replace(whole, rules=said)
        case model.Obligation():
            for name in ("due", "done_when", "unmet_when"):
                yield from _lacking(whole, name, name)
        case model.Overlay():
            yield from _lacking(whole, "gate", "when")
            for name in ("replace", "add_derogations"):
                for key, rest in _without(tuple(getattr(whole, name).items())):
                    yield Mutation(name, whole.at, key[0], NOTHING), replace(whole, **{name: dict(rest)})  # type: ignore[arg-type]


def _without(members: Sequence[Any]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Each member, and the others."""
    yield from ((member, (*members[:i], *members[i + 1 :])) for i, member in enumerate(members))


def _fewer(whole: Any, name: str, kind: str, named: Callable[[Any], str], least: int = 1) -> Iterator[Variant]:
    """``whole`` without each member of a list, of which ``least`` must stay."""
    held = getattr(whole, name) or ()
    for member, rest in _without(held) if len(held) > least else ():
        at = member[0].at if isinstance(member, tuple) else member.at
        yield Mutation(kind, at, named(member), NOTHING), replace(whole, **{name: rest})


def _lacking(whole: Any, kind: str, *names: str) -> Iterator[Variant]:
    """``whole`` without each of some parts that it may lack."""
    for name in names:
        if (part := getattr(whole, name)) is not None:
            yield Mutation(kind, part.at, name, NOTHING), replace(whole, **{name: None})


def _literal(literal: tree.Literal, setting: MutationSetting) -> Iterator[Variant]:
    """A number one step down and up, a date one day before and after; a word that is another value."""
    value = literal.value
    if isinstance(value, str) and setting.others is not None:
        for other in [each for each in setting.others if each.value != value][:1]:
            yield Mutation("value", literal.at, value, str(other.value)), other
        return
    kind = "value" if setting.measured is None else "threshold"
    for sign in (-1, 1):
        moved: int | Decimal | str
        if isinstance(value, bool):
            return
        if isinstance(value, str):
            if not is_date(value):
                return
            moved = (dt.date.fromisoformat(value) + sign * DAY).isoformat()
        else:
            step = _last_digit(value) if setting.measured is None else setting.step(setting.measured)
            moved = value + sign * (int(step) if step == 1 else step)
        yield Mutation(kind, literal.at, str(value), str(moved)), replace(literal, value=moved)


def _last_digit(value: int | Decimal) -> Decimal:
    exponent = value.as_tuple().exponent if isinstance(value, Decimal) else 0
    return Decimal(1).scaleb(min(0, int(exponent)))


def _comparison(node: tree.Compare, setting: MutationSetting) -> Iterator[Variant]:
    row = COMPARISONS[node.operator]
    if row.operands == "list":
        yield from _fewer(node, "right", "cell", _named)
    names = {part.id for part in (node.left, *node.operands) if isinstance(part, tree.ItemRef)}
    if names & setting.silent or any(isinstance(part, tree.Unpublished) for part in node.operands):
        return
    if row.operands == "flag" and isinstance(node.right, tree.Literal):
        was, other = (str(value).lower() for value in (node.right.value, not node.right.value))
        right = replace(node.right, value=not node.right.value)
        yield Mutation("operator", node.at, f"{row.name} {was}", f"{row.name} {other}"), replace(node, right=right)
    else:
        yield from _neighbour(node, row.neighbour)


def _neighbour(node: Any, neighbour: str | None) -> Iterator[Variant]:
    if neighbour:
        yield Mutation("operator", node.at, node.operator, neighbour), replace(node, operator=neighbour)


def _operator(node: tree.Apply) -> Iterator[Variant]:
    row = EXPRESSIONS[node.operator]
    if row.neighbour and EXPRESSIONS[row.neighbour].takes_so_many(len(node.operands)):
        yield from _neighbour(node, row.neighbour)
    for i, neighbours in enumerate(row.options.values()):
        for other in neighbours.get(node.options[i], ()):
            options = (*node.options[:i], other, *node.options[i + 1 :])
            yield Mutation("operator", node.at, node.options[i], other), replace(node, options=options)
    if row.operands == "list":
        yield from _fewer(node, "operands", "part", _named)


def _named(node: tree.Node) -> str:
    match node:
        case tree.Compare(operator, left):
            return f"{_named(left)} {operator}"
        case tree.FactRef(name):
            return name
        case tree.ItemRef(id_):
            return id_
        case tree.Literal(value):
            return str(value)
        case tree.Chosen(interpretation, choice):
            return f"{interpretation} is {choice}"
        case tree.VerdictIs(criterion, verdicts):
            return f"{criterion.id} {', '.join(verdicts)}"
        case tree.Connect(operator) | tree.Apply(operator):
            return operator
    return type(node).__name__.lower()
