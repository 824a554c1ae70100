"""Plans an evaluation: a convention and the overlays in force come in, ordered steps with types and slots go out.

Both evaluators run the same Plan; every name in it is resolved and every type known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import TypeVar

from engine.errors import InputFault
from engine.language.expressions import Chosen, FactRef, ItemRef, Node, Unpublished
from engine.language.facts import YEAR, Vocabulary
from engine.language.types import Type
from engine.language.typing import Scope
from engine.policy.model import Convention, Interpretation, Item
from engine.policy.overlays import Laid, agreement_items, laid_items, laid_names, open_questions
from engine.policy.resolve import Resolved, resolve
from engine.records import dataclass

PlanKey = tuple[str, tuple[str, ...]]
_Made = TypeVar("_Made")


def nearest_made(key: PlanKey, before: Mapping[PlanKey, _Made], own: Mapping[PlanKey, _Made]) -> _Made | None:
    """What was made under ``key`` ``before`` a change of the rules, else of its convention under other overlays."""
    same = (made for known, made in own.items() if known[0] == key[0])
    return before.get(key) or next(same, None)


@dataclass(frozen=True, slots=True)
class Reads:
    """What an item reads: other items, questions, and facts through its gates, its body, its dates and its year.

    ``supplied`` are the facts that would supply a value which it leaves unpublished; with ``whether_open`` it may be
    known for the reason that something else is not.
    """

    items: tuple[str, ...]
    facts: tuple[str, ...]
    questions: frozenset[str]
    supplied: tuple[str, ...]
    whether_open: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One item to evaluate: its type, whether it is of the contract year, and what it reads by itself."""

    item: Item
    type: Type | None
    yearly: bool
    reads: Reads


def step_of(item: Item, type_: Type | None, yearly: bool, named: Iterable[Node]) -> Step:
    """The step of an item; ``named`` are the nodes in it that name something, or ask whether it is open."""
    facts, items, questions, supplied = dict[str, None](), dict[str, None](), set[str](), list[str]()
    whether_open = False
    for node in named:
        match node:
            case FactRef():
                facts[node.name] = None
            case ItemRef():
                items[node.id] = None
            case Chosen():
                questions.add(node.interpretation)
            case Unpublished():
                supplied += [ref.name for ref in node.supplied_by]
            case _:
                whether_open = True
    if yearly:
        facts[YEAR] = None
    reads = Reads(tuple(items), tuple(facts), frozenset(questions), tuple(supplied), whether_open)
    return Step(item, type_, yearly, reads)


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a convention under its overlays, in an order where each follows what it reads."""

    convention: Convention
    overlays: tuple[Laid, ...]
    steps: tuple[Step, ...]
    vocabulary: Vocabulary
    interpretations: Mapping[str, Interpretation]
    resolved: Resolved = field(repr=False, compare=False)

    @property
    def key(self) -> PlanKey:
        """A name for the convention under its overlays."""
        return (self.convention.id, laid_names(self.overlays))

    @property
    def scope(self) -> Scope:
        """The names that its rules may use, with their types."""
        choices = {id_: question.choices for id_, question in self.interpretations.items()}
        return Scope(self.vocabulary, self.types, choices)

    @property
    def types(self) -> Mapping[str, Type | None]:
        """The type of each item, in the order of the steps, in which a result names what it uses."""
        return {step.item.id: step.type for step in self.steps}


def make_plan(
    convention: Convention,
    covering: Sequence[Laid],
    laid: Sequence[Laid],
    vocabulary: Vocabulary,
    before: Plan | None = None,
) -> Plan:
    """The plan of a contract of ``convention`` under the overlays ``laid``.

    ``covering`` are all overlays that may ever apply: their interpretations are open to a case of this convention.
    ``before`` is its plan under other overlays, or before a change of the rules: what both have alike is taken over.

    Raises:
        InputFault: a name or type does not fit (``avenant check`` says the same).
    """
    items = laid_items(convention, laid) | agreement_items(vocabulary, convention)
    questions = open_questions(convention, covering)
    known = {id_: question.choices for id_, question in questions.items()}
    resolved = resolve(items, vocabulary, known, None if before is None else before.resolved)
    if resolved.problems:
        raise InputFault(resolved.problems)
    old = {} if before is None else {step.item.id: step for step in before.steps}
    steps = tuple([_step_in(resolved, id_, old.get(id_)) for id_ in resolved.order])
    return Plan(convention, tuple(laid), steps, vocabulary, questions, resolved)


def _step_in(resolved: Resolved, id_: str, before: Step | None) -> Step:
    """The step of an item; the one of ``before`` where it is the same."""
    item, type_, yearly = resolved.items[id_], resolved.types[id_], id_ in resolved.yearly
    if before is not None and (before.item, before.type, before.yearly) == (item, type_, yearly):
        return before
    return step_of(item, type_, yearly, resolved.named[id_])
