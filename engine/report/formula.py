"""Formulas: how a number or a day of a decision comes about, in the values that it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from engine.evaluation.decision import Decision, Result
from engine.language import expressions as tree
from engine.language.operators import EXPRESSIONS
from engine.language.types import Type
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Absent, Value, exact
from engine.policy.model import Payment, Quantity
from engine.report.phrases import Phrases
from engine.report.say import Say


class _Worked(NamedTuple):
    """What an expression comes to, and the part of it that decides this."""

    value: Value
    by: tree.Expression


def formula(result: Result, decision: Decision, say: Say) -> str:
    """The formula of a known result with its values; nothing where it has none, or more than one may be the one."""
    item = decision.convention.items.get(result.id)
    if result.value is None or item is None or not isinstance(item.body, Quantity | Payment):
        return ""
    whole = item.body.expression if isinstance(item.body, Quantity) else item.body.amount
    branches = (then for _, then in whole.branches) if isinstance(whole, tree.Cases) else (whole,)
    last = (whole.otherwise,) if isinstance(whole, tree.Cases) and whole.otherwise is not None else ()
    worked = [_worked(each, decision) for each in (*branches, *last)]
    found = [each.by for each in worked if each is not None and each.value == result.value]
    if None in worked or len(found) != 1 or not isinstance(found[0], tree.Apply):
        return ""
    return _Values(decision.convention.items, say, decision).operand(found[0])


def _worked(node: tree.Expression, decision: Decision) -> _Worked | None:
    """None of what only a condition could decide."""
    match node:
        case tree.Literal(value):
            return _Worked(value if isinstance(value, bool | str) else exact(value), node)
        case tree.Unpublished():
            return _Worked(UNDETERMINED, node)
        case tree.FactRef(name):
            return _Worked(decision.facts.get(name, UNDETERMINED), node)
        case tree.ItemRef(id_) if id_ in decision.results:
            result = decision.results[id_]
            absent = NOT_APPLICABLE if result.status == "not_applicable" else UNDETERMINED
            return _Worked(absent if result.value is None else result.value, node)
        case tree.ByOutcome(outcome, values):
            then = dict(values).get(decision.results[outcome.id].verdict)
            return None if then is None else _worked(then, decision)
        case tree.Apply(operator, operands) if not EXPRESSIONS[operator].ranked:
            parts = [_worked(each, decision) for each in operands]
            return None if None in parts else _applied(node, [each for each in parts if each is not None])
    return None


def _applied(node: tree.Apply, parts: list[_Worked]) -> _Worked:
    """An operator on values; of a choice, or a rounding that changes nothing, the formula that it takes."""
    row = EXPRESSIONS[node.operator]
    given = [each for each in parts if not isinstance(each.value, Absent)]
    if row.chain or not given:
        return given[0] if given else parts[0]
    if row.absence == "skip":
        parts = given
    elif len(given) < len(parts):
        return _Worked(next(each.value for each in parts if isinstance(each.value, Absent)), node)
    value = row.scalar([each.value for each in parts], node.options)
    same = [each for each in parts if each.value == value and isinstance(each.by, tree.Apply)]
    if same and not row.between:
        return same[0]
    return _Worked(value, tree.Apply(node.operator, tuple(each.by for each in parts), node.options, node.at))


@dataclass(frozen=True, slots=True)
class _Values(Phrases):
    """Phrases that say what facts and items are in a decision."""

    decision: Decision

    def _named(self, ref: tree.FactRef | tree.ItemRef) -> str:
        if isinstance(ref, tree.ItemRef):
            result = self.decision.results[ref.id]
            return self._shown(result.value, result.type)
        return self._shown(self.decision.facts[ref.name], self.say.registry.vocabulary.facts[ref.name].type)

    def _shown(self, value: Value | None, type_: Type | None) -> str:
        """A number bare, unless it is money or a rate: all others of a formula are of one unit."""
        bare = type_ is not None and type_.kind == "number" and type_.unit not in ("EUR", "ratio")
        return self.say.scalar(value, None if bare else type_)
