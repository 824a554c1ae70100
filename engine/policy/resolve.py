"""Orders items and types them: a convention's items come in, an order of evaluation with types and levels goes out.

The checks ask it for problems; :mod:`engine.evaluation.plan` asks it for the steps of an evaluation.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from decimal import ROUND_DOWN, Decimal

from engine.errors import Problem, nearest, wrong
from engine.language import expressions as tree
from engine.language.expressions import FactRef, ItemRef, Literal, Node, Scale, Unpublished, walk
from engine.language.facts import YEAR, Vocabulary
from engine.language.operators import COMPARISONS, EXPRESSIONS
from engine.language.types import DATE, UNIT_SCALE, VERDICT, Type, fits, joined, named, number
from engine.language.typing import Scope, check_cell, check_condition, declared, type_of
from engine.language.values import UNDETERMINED
from engine.policy import model
from engine.policy.regions import misfits
from engine.records import dataclass

_NAMING = frozenset((FactRef, ItemRef, tree.Chosen, Unpublished))


@dataclass(frozen=True, slots=True)
class Resolved:
    """Items in an order where each follows what it reads; ``yearly`` holds those of the contract year.

    ``named`` are the nodes of each item that name something, wait for it, or ask whether it is open.
    """

    items: Mapping[str, model.Item]
    order: tuple[str, ...]
    types: Mapping[str, Type | None]
    yearly: frozenset[str]
    problems: tuple[Problem, ...]
    named: Mapping[str, Sequence[Node]]


_NOTHING = Resolved({}, (), {}, frozenset(), (), {})


def resolve(
    items: Mapping[str, model.Item],
    vocabulary: Vocabulary,
    interpretations: Mapping[str, Mapping[str, object]],
    before: Resolved | None = None,
) -> Resolved:
    """Orders and types ``items``; problems are collected, and items in a cycle are left out of the order.

    What is as in ``before``, which was sound, and reads what has the type and the level of before, is taken over.
    """
    old = before or _NOTHING
    alike = {id_ for id_, item in items.items() if old.items.get(id_) == item}
    if gone := old.items.keys() - items.keys():  # what reads one of these names nothing now
        alike -= {id_ for id_ in alike if not gone.isdisjoint(_needs(old.named[id_], old.items))}
    named = {id_: old.named[id_] if id_ in alike else named_in(item) for id_, item in items.items()}
    needs = {id_: _needs(nodes, items) for id_, nodes in named.items()}
    order, problems = (old.order, []) if _in_order(needs, alike, old) else _ordered(needs, items)
    types: dict[str, Type | None] = dict.fromkeys(items)
    scope = Scope(vocabulary, types, interpretations, problems)
    yearly: set[str] = set()
    other: set[str] = set()
    for id_ in order:
        if id_ in alike and other.isdisjoint(needs[id_]):
            types[id_] = old.types[id_]
            yearly |= old.yearly & {id_}
            continue
        told = len(problems)
        types[id_] = found = _typed(items[id_], scope)
        if found is not None and found.values and any(each.code == "unknown-item" for each in problems[told:]):
            types[id_] = None  # some of its values are those of a name that is not there
        valueless(named[id_], items, scope)
        yearly |= {id_} if _of_the_year(items[id_], named[id_], yearly) else set()
        if types[id_] != old.types.get(id_) or (id_ in yearly) != (id_ in old.yearly):
            other.add(id_)
    return Resolved(items, tuple(order), types, frozenset(yearly), tuple(problems), named)


def _in_order(needs: Mapping[str, Sequence[str]], alike: Container[str], before: Resolved) -> bool:
    """Whether each of these items reads no more than it read before, so that the order serves still."""
    if needs.keys() != before.items.keys():
        return False
    changed = (id_ for id_ in needs if id_ not in alike)
    return all({*needs[id_]} <= {*_needs(before.named[id_], before.items)} for id_ in changed)


def faults(
    item: model.Item, resolved: Resolved, vocabulary: Vocabulary, interpretations: Mapping[str, Mapping[str, object]]
) -> tuple[Problem, ...]:
    """What is wrong with the names and types of one item, among items that were resolved."""
    scope = Scope(vocabulary, resolved.types, interpretations)
    _typed(item, scope)
    return tuple(scope.problems)


def named_in(item: model.Item) -> list[Node]:
    """The nodes of an item that name something, or ask whether it is open: walked once, at every start."""
    return [node for node in walk(item) if type(node) in _NAMING or _asks_whether_open(node)]


def _asks_whether_open(node: Node) -> bool:
    """Whether a node may be known for the reason that something else is not."""
    match node:
        case tree.Compare():
            return COMPARISONS[node.operator].operands == "flag"
        case tree.VerdictIs():
            return UNDETERMINED.value in node.verdicts
        case tree.Apply():
            return EXPRESSIONS[node.operator].absence == "own"
    return False


def _ordered(
    needs: Mapping[str, Sequence[str]], items: Mapping[str, model.Item]
) -> tuple[Sequence[str], list[Problem]]:
    """Depth first with a stack of its own, so that no chain of references can exhaust Python's."""
    order: list[str] = []
    problems: list[Problem] = []
    state: dict[str, str] = {}
    for root in items:
        stack = [(root, iter(needs[root]))] if root not in state else []
        state.setdefault(root, "open")
        while stack:
            id_, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                state[id_] = "done"
                order.append(id_)
                stack.pop()
            elif following not in state:
                state[following] = "open"
                stack.append((following, iter(needs[following])))
            elif state[following] == "open":
                names = [name for name, _ in stack]
                cycle = names[names.index(following) :]
                problems.append(wrong(items[id_].at, "cycle", chain=" → ".join([*cycle, following])))
    return order, problems


def _needs(named: Sequence[Node], items: Mapping[str, model.Item]) -> list[str]:
    return [id_ for id_ in dict.fromkeys(node.id for node in named if isinstance(node, ItemRef)) if id_ in items]


def _of_the_year(item: model.Item, named: Sequence[Node], yearly: Container[str]) -> bool:
    def is_yearly(node: object) -> bool:
        return (isinstance(node, FactRef) and node.name == YEAR) or (isinstance(node, ItemRef) and node.id in yearly)

    if item.id == model.YEAR_START or not any(map(is_yearly, named)):
        return item.id == model.YEAR_START
    return any(map(is_yearly, walk(*item.deciding)))


def _typed(item: model.Item, scope: Scope) -> Type | None:
    for part in tree.parts(item):  # gates and warnings, and those of the body
        if isinstance(part, tree.Condition):
            check_condition(part, scope)
    match item.body:
        case model.DecisionTable():
            return _table(item, item.body, scope)
        case model.Quantity(tree.Apply() as counted) if item.id == model.YEAR_START:
            _expect_date(counted.operands[0], scope, "years_from")
            return DATE
        case model.Quantity(expression):
            wanted = number(item.unit, None) if item.unit else None
            if isinstance(expression, Scale) and item.unit:
                wanted = None
            return _declared(item, type_of(expression, scope, wanted), scope, expression)
        case model.Criterion():
            return VERDICT
        case model.Outcome():
            return _outcome(item.body, scope)
        case model.Payment(amount, due):
            _expect_date(due, scope)
            return _declared(item, type_of(amount, scope, number("EUR", None)), scope, amount)
        case model.Obligation(due):
            if due is not None:
                _expect_date(due, scope)
            return None


def values_listed(body: model.Body) -> tuple[str, ...]:
    """The values of an outcome or a scale."""
    if isinstance(body, model.Quantity) and isinstance(body.expression, Scale):
        return tuple(step.name for step in body.expression.steps)
    return body.values if isinstance(body, model.Outcome) else ()


def valueless(named: Sequence[Node], items: Mapping[str, model.Item], scope: Scope) -> None:
    """Reports references to obligations: they have a status in a report, and no value to read."""
    for node in named:
        if isinstance(node, ItemRef) and node.id in items and items[node.id].kind == "obligation":
            scope.report(node.at, "type-mismatch", operator="ref", types=f"{node.id}: obligation")


def _expect_date(due: tree.Expression, scope: Scope, key: str = "due") -> None:
    found = type_of(due, scope, DATE)
    if found is not None and found.kind != "date":
        scope.report(due.at, "type-mismatch", operator=key, types=named(DATE, found))


def _declared(item: model.Item, found: Type | None, scope: Scope, node: tree.Expression | None = None) -> Type | None:
    """The type of an item from what its body gives and the unit it declares."""
    if item.unit is None:
        if found is not None and found.kind == "number" and item.id != model.YEAR_START:
            scope.report(item.at, "missing-unit", id=item.id)
        return found
    wanted = number(item.unit, found.scale if found and found.kind == "number" else 0)
    if found is None:
        return number(item.unit, UNIT_SCALE.get(item.unit))
    if found.kind != "number" or joined(found, wanted) is None:
        types = named(wanted, found if node is None else declared(node, found))
        scope.report(item.at, "type-mismatch", operator=item.id, types=types)
        return found if isinstance(node, Scale) else wanted
    limit = UNIT_SCALE.get(item.unit)
    if limit is not None and (found.scale is None or found.scale > limit):
        scope.report(item.at, "scale-mismatch", unit=item.unit, limit=limit)
        return number(item.unit, limit)
    return number(item.unit, found.scale)


def _table(item: model.Item, body: model.DecisionTable, scope: Scope) -> Type | None:
    wanted = {name: type_of(ref, scope) for name, ref in body.inputs.items()}
    result: Type | None = None
    for row in body.rows:
        for name, cell in row.cells.items():
            if name not in wanted:
                if row is not body.rows[0] and all(name in each.cells for each in body.rows):
                    continue  # every row has it, and it is told at the first: the input has another name
                close = nearest(name, wanted, scope.problems)
                scope.report(cell.at, "unknown-input", close, name=name, inputs=", ".join(wanted))
            else:
                check_cell(cell, wanted[name], scope)
                ref = body.inputs[name]
                fact = scope.vocabulary.facts.get(ref.name) if isinstance(ref, FactRef) else None
                scope.problems.extend(misfits(cell, fact) if fact is not None else ())
        found = _written(row.then, number(item.unit, None) if item.unit else None, scope)
        if found is not None:
            both = found if result is None else joined(result, found)
            if both is None:
                scope.report(row.at, "type-mismatch", operator="then", types=named(result, found))
            result = both or result
    if result is None and item.unit is not None:  # nothing is published
        result = number(item.unit, UNIT_SCALE.get(item.unit, 0))
    return _declared(item, result, scope)


def _written(node: Literal | Unpublished, wanted: Type | None, scope: Scope) -> Type | None:
    """The type of a value that is written out; reports one with more decimals than its unit has, at its own place."""
    found = type_of(node, scope, wanted)
    limit = UNIT_SCALE.get(wanted.unit) if wanted is not None else None
    if found is None or limit is None or found.kind != "number" or (found.scale or 0) <= limit:
        return found
    digits = str(node.value) if isinstance(node, Literal) else ""
    meant = f"{digits.replace('.', '')}, {Decimal(digits).quantize(Decimal(1).scaleb(-limit), ROUND_DOWN)}"
    scope.report(node.at, "number-decimals", value=digits, unit=found.unit, limit=limit, meant=meant)
    return number(found.unit, limit)


def _outcome(body: model.Outcome, scope: Scope) -> Type:
    for rule in body.rules:
        if isinstance(rule.then, str):
            if rule.then not in body.values:
                scope.unknown_value(rule.at, rule.then, body.values)
        else:
            type_of(rule.then, scope)
    for excluded in body.excluded:
        check_condition(excluded.when, scope)
    return Type("enum", values=body.values)


def replaces(new: Type | None, old: Type | None) -> bool:
    """Whether an item of type ``new`` may take the place of one of type ``old``."""
    return new is None or old is None or fits(new, old)
