"""Plans an evaluation: a convention and the overlays in force come in, ordered steps with types and slots go out.

The overlays are chosen first, by the facts of the case. Both evaluators run the same Plan; every name in it is resolved
and every type known. The stage before is :mod:`engine.policy.registry`, which picks the convention.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import TypeVar

from engine.errors import InputFault
from engine.evaluation.closures import condition, expression
from engine.evaluation.facts import Facts
from engine.evaluation.slots import Answer, Closure, Layout
from engine.language.expressions import Chosen, FactRef, ItemRef, Node, Unpublished
from engine.language.facts import SIGNATURE, YEAR, Vocabulary
from engine.language.types import DATE, Type
from engine.language.typing import Scope
from engine.policy.model import YEAR_START, Convention, Interpretation, Item
from engine.policy.overlays import Laid, agreement_items, dated_when, laid_items, laid_names, open_questions, year_start
from engine.policy.registry import Registry
from engine.policy.resolve import Resolved, resolve
from engine.records import dataclass

PlanKey = tuple[str, tuple[str, ...]]
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Reach:
    """What a convention needs to find the overlays of a case: who covers it, and when a contract year starts.

    ``dated`` and ``gates`` are the dates and the condition of each overlay. Facts and interpretations have the slots
    that they have in every program of the convention.
    """

    covering: tuple[Laid, ...]
    dated: tuple[Closure, ...]
    gates: tuple[Closure | None, ...]
    start: Closure
    names: Layout
    blank: tuple[Answer, ...]
    digest: str
    questions: Mapping[str, Interpretation]
    defaults: Mapping[str, str]


def reach_of(registry: Registry, convention: Convention) -> Reach:
    """The overlays that may ever change a contract of ``convention``, compiled once."""
    covering = registry.covering(convention)
    questions = open_questions(convention, covering)
    names, start = Layout.of(registry.vocabulary, questions, {YEAR_START: DATE}), year_start(convention)
    return Reach(
        covering,
        tuple(condition(dated_when(overlay), names) for _, overlay in covering),
        tuple(None if overlay.when is None else condition(overlay.when, names) for _, overlay in covering),
        expression(start, names, DATE),
        names,
        names.blank(),
        registry.digest(convention),
        questions,
        {id_: question.default for id_, question in questions.items()},
    )


def overlays_in_force(
    reach: Reach, facts: Facts, choices: Mapping[str, str]
) -> tuple[tuple[Laid, ...], tuple[Laid, ...], Mapping[str, int]]:
    """The overlays whose dates hold for the contract year of the case, and those whose condition does, too.

    Beside them, for each item that an overlay changes or could change, the bits that decided it.
    """
    if not reach.covering:
        return (), (), {}
    slots, given = reach.names.filled(reach.blank, facts, choices)
    slots[reach.names.items[YEAR_START]] = reach.start(slots)
    reached, laid = [], []
    behind: dict[str, int] = {}
    for (later, overlay), dated, gate in zip(reach.covering, reach.dated, reach.gates, strict=True):
        if not dated(slots)[0]:
            continue
        reached.append((later, overlay))
        holds, used, missing = (True, 0, 0) if gate is None else gate(slots)
        if holds:
            laid.append((later, overlay))
            used |= 1 << reach.names.facts[SIGNATURE]
        elif holds is None and not missing:  # for want of an event that did not come, whatever the facts are
            used &= ~given
        for id_ in (*overlay.replace, *overlay.add_derogations):
            behind[id_] = behind.get(id_, 0) | used
    return tuple(reached), tuple(laid), behind


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
