"""Plans an evaluation: a convention and the overlays in force come in, ordered steps with types and slots go out.

Both evaluators run the same Plan; every name in it is resolved and every type known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.errors import InputFault
from engine.language.expressions import Chosen, FactRef, ItemRef, walk
from engine.language.facts import SIGNATURE, YEAR, Vocabulary
from engine.language.types import Type
from engine.language.typing import Scope
from engine.policy.model import Convention, Interpretation, Item, Parameter
from engine.policy.overlays import Laid, agreement_items, interpretations, laid_items, laid_names, open_questions
from engine.policy.resolve import resolve
from engine.records import dataclass

Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Step:
    """One item to evaluate: its type, and whether it is of the contract year."""

    item: Item
    type: Type | None
    yearly: bool


@dataclass(frozen=True, slots=True)
class Reads:
    """What an item reads: other items, questions, and facts through its gates, its body, its dates and its year."""

    item: Item
    items: tuple[str, ...]
    facts: tuple[str, ...]
    questions: frozenset[str]


def reads_of(step: Step) -> Reads:
    """What the item of a step reads by itself."""
    item = step.item
    read = [node for node in walk(item) if isinstance(node, FactRef | ItemRef | Chosen)]
    facts = {node.name: None for node in read if isinstance(node, FactRef)}
    if isinstance(item.body, Parameter) and len(item.body.values) > 1:
        facts[SIGNATURE] = None
    if step.yearly:
        facts[YEAR] = None
    items = dict.fromkeys(node.id for node in read if isinstance(node, ItemRef))
    questions = frozenset(node.interpretation for node in read if isinstance(node, Chosen))
    return Reads(item, tuple(items), tuple(facts), questions)


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


def make_plan(convention: Convention, covering: Sequence[Laid], laid: Sequence[Laid], vocabulary: Vocabulary) -> Plan:
    """The plan of a contract of ``convention`` under the overlays ``laid``.

    ``covering`` are all overlays that may ever apply: their interpretations are open to a case of this convention.

    Raises:
        InputFault: a name or type does not fit (``avenant check`` says the same).
    """
    items = laid_items(convention, laid) | agreement_items(vocabulary, convention)
    resolved = resolve(items, vocabulary, interpretations(convention, covering))
    if resolved.problems:
        raise InputFault(resolved.problems)
    steps = tuple(Step(items[id_], resolved.types[id_], id_ in resolved.yearly) for id_ in resolved.order)
    return Plan(convention, tuple(laid), steps, vocabulary, open_questions(convention, covering))
