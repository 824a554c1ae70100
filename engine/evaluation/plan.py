"""Plans an evaluation: a convention and the overlays in force come in, ordered steps with types and slots go out.

Both evaluators run the same Plan; every name in it is resolved and every type known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from engine.errors import InputFault
from engine.language.expressions import Chosen, FactRef, ItemRef, Unpublished
from engine.language.facts import SIGNATURE, YEAR, Vocabulary
from engine.language.types import Type
from engine.language.typing import Scope
from engine.policy.model import Convention, Interpretation, Item, Parameter
from engine.policy.overlays import Laid, agreement_items, interpretations, laid_items, laid_names, open_questions
from engine.policy.resolve import Named, fits_in, named_in, resolve
from engine.records import dataclass

Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Reads:
    """What an item reads: other items, questions, and facts through its gates, its body, its dates and its year.

    ``supplied`` are the facts that would supply a value which it leaves unpublished.
    """

    items: tuple[str, ...]
    facts: tuple[str, ...]
    questions: frozenset[str]
    supplied: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One item to evaluate: its type, whether it is of the contract year, and what it reads by itself."""

    item: Item
    type: Type | None
    yearly: bool
    reads: Reads


def step_of(item: Item, type_: Type | None, yearly: bool, named: Iterable[Named]) -> Step:
    """The step of an item; ``named`` are the nodes that name something in it."""
    facts, items, questions, supplied = dict[str, None](), dict[str, None](), set[str](), list[str]()
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
    if isinstance(item.body, Parameter) and len(item.body.values) > 1:
        facts[SIGNATURE] = None
    if yearly:
        facts[YEAR] = None
    return Step(item, type_, yearly, Reads(tuple(items), tuple(facts), frozenset(questions), tuple(supplied)))


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps of a convention under its overlays, in an order where each follows what it reads."""

    convention: Convention
    overlays: tuple[Laid, ...]
    steps: tuple[Step, ...]
    vocabulary: Vocabulary
    interpretations: Mapping[str, Interpretation]

    @property
    def key(self) -> Key:
        """A name for the convention under its overlays."""
        return (self.convention.id, laid_names(self.overlays))

    @property
    def scope(self) -> Scope:
        """The names that its rules may use, with their types."""
        choices = {id_: question.choices for id_, question in self.interpretations.items()}
        return Scope(self.vocabulary, self.types, choices)

    @property
    def types(self) -> Mapping[str, Type | None]:
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
    ``before`` is its plan before a change of the rules, which mostly is one of a few items.

    Raises:
        InputFault: a name or type does not fit (``avenant check`` says the same).
    """
    items = laid_items(convention, laid) | agreement_items(vocabulary, convention)
    questions = open_questions(convention, covering)
    steps = None if before is None else _put_in(items, before, questions)
    if steps is None:
        resolved = resolve(items, vocabulary, interpretations(convention, covering))
        if resolved.problems:
            raise InputFault(resolved.problems)
        types, yearly, named = resolved.types, resolved.yearly, resolved.named
        steps = tuple([step_of(items[id_], types[id_], id_ in yearly, named[id_]) for id_ in resolved.order])
    return Plan(convention, tuple(laid), steps, vocabulary, questions)


def _put_in(
    items: Mapping[str, Item], before: Plan, questions: Mapping[str, Interpretation]
) -> tuple[Step, ...] | None:
    """The steps of a plan with other items in the places of some; None where that changes more than these."""
    if items.keys() != before.types.keys():
        return None
    scope = replace(before, interpretations=questions).scope
    yearly = frozenset(step.item.id for step in before.steps if step.yearly)
    steps = []
    for step in before.steps:
        item = items[step.item.id]
        if item != step.item:
            named, old = named_in(item), step.reads
            step = step_of(item, step.type, step.yearly, named)
            if not fits_in(item, named, scope, yearly) or not {*step.reads.items} <= {*old.items}:
                return None
        steps.append(step)
    return tuple(steps)
