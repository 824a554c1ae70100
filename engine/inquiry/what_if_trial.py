"""Tries changed cases: facts come in, what the item answers then, and the facts that this answer hangs on, go out.

A fact that an answer does not hang on cannot change it, whatever its value: only the others are worth changing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.errors import InputFault
from engine.evaluation.evaluator import Run, obligation_status, run_program
from engine.evaluation.facts import Facts
from engine.evaluation.plan import Key
from engine.evaluation.program import Program
from engine.evaluation.session import Session, Settled
from engine.language.expressions import Apply, Connect, FactRef, Scale, walk
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR
from engine.language.operators import CONNECTIVES, EXPRESSIONS
from engine.language.values import UNDETERMINED, Value
from engine.policy.model import Convention, Item, Obligation
from engine.policy.nodes import deciding_nodes
from engine.policy.registry import Registry
from engine.review.backtracking import Spent, in_order
from engine.review.classes import Survey, surveyed
from engine.review.enumeration import STATUS_VALUES
from engine.review.search import needed_items


@dataclass(frozen=True, slots=True)
class Question:
    """A case and the item asked about, with what the caller has settled: ``forced`` names a convention."""

    session: Session
    facts: Facts
    item: str
    forced: str | None
    interpret: Mapping[str, str]
    as_of: dt.date | None


@dataclass(frozen=True, slots=True)
class Ground:
    """A convention under its overlays, and the part of its program that the item rests on.

    ``selecting`` facts choose the convention and its overlays; ``open_ended`` items may hang on more than evidence
    says.
    """

    convention: Convention
    survey: Survey
    part: Program
    selecting: frozenset[str]
    open_ended: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trial:
    """A case that was run: its facts, and what the item answers."""

    facts: Facts
    value: Value
    ground: Ground
    run: Run


@dataclass(slots=True)
class Trials:
    """Runs cases one after the other, up to ``limit`` of them, and keeps what it learns."""

    question: Question
    limit: int
    count: int = 0
    _grounds: dict[Key, Ground | None] = field(default_factory=dict)
    _selecting: tuple[str, ...] = ()
    _settlings: dict[tuple[Value | None, ...], tuple[Ground, Mapping[str, str]] | None] = field(default_factory=dict)
    _seen: dict[frozenset[tuple[str, Value]], Trial | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        registry = self.question.session.registry
        self._selecting = tuple(sorted(_selecting(registry, tuple(registry.conventions.values()))))

    def of(self, facts: Facts) -> Trial | None:
        """What the item answers in a case; None where no case can be so, or no rules decide it.

        Raises:
            Spent: the limit is met.
        """
        key = frozenset(facts.items())
        if key not in self._seen:
            if self.count >= self.limit:
                raise Spent
            self.count += 1
            try:
                self._seen[key] = self._run(facts)
            except InputFault:
                self._seen[key] = None
        return self._seen[key]

    def _run(self, facts: Facts) -> Trial | None:
        question = self.question
        settled = self._settled(facts)
        if settled is None:
            return None
        ground, choices = settled
        if not in_order(facts, ground.survey):
            return None
        run = run_program(ground.part, facts, choices)
        compiled = ground.survey.steps[question.item]
        value: Value = run.answers[question.item][0]
        if isinstance(compiled.step.item.body, Obligation):
            status, _, _ = obligation_status(compiled, run, question.as_of)
            value = STATUS_VALUES.get(status, status)
        return Trial(facts, value, ground, run)

    def _settled(self, facts: Facts) -> tuple[Ground, Mapping[str, str]] | None:
        """The ground of a case and its readings; None where its convention lacks the item."""
        key = tuple(facts.get(name) for name in self._selecting)
        if key not in self._settlings:
            question = self.question
            settled = question.session.settled(facts, question.interpret, question.forced)
            ground = self._ground(settled)
            self._settlings[key] = None if ground is None else (ground, settled.choices)
        return self._settlings[key]

    def _ground(self, settled: Settled) -> Ground | None:
        key = settled.key
        if key not in self._grounds:
            found = surveyed(settled.program)
            has = self.question.item in found.steps
            self._grounds[key] = self._narrowed(settled.convention, found) if has else None
        return self._grounds[key]

    def _narrowed(self, convention: Convention, found: Survey) -> Ground:
        needed = needed_items(found, [self.question.item])
        part = replace(found.program, steps=tuple(c for c in found.program.steps if c.step.item.id in needed))
        selecting = _selecting(self.question.session.registry, (convention,))
        open_ended = frozenset(id_ for id_ in needed if _is_open_ended(found.steps[id_].step.item))
        return Ground(convention, found, part, selecting, open_ended)

    def support(self, trial: Trial) -> dict[str, tuple[str, ...]]:
        """The facts that the answer hangs on, in schema order, each with the items on the way that read it."""
        survey = trial.ground.survey
        facts = survey.program.names.facts
        found: dict[str, dict[str, None]] = {name: {} for name in trial.ground.selecting}
        items: dict[str, None] = {}
        waiting = [self.question.item]
        while waiting:
            id_ = waiting.pop()
            if id_ not in items:
                items[id_] = None
                names = [survey.program.all_names[slot] for slot in _hinges(trial, id_)]
                found.update({name: {} for name in names if name in facts and name not in found})
                waiting.extend(name for name in names if name in survey.steps)
        for id_ in items:
            for read in survey.reads(id_).values():
                if read.kind == "fact" and read.name in found:
                    found[read.name][id_] = None
        return {name: tuple(found[name]) for name in facts if name in found}


def _selecting(registry: Registry, conventions: Sequence[Convention]) -> frozenset[str]:
    """The facts that choose a convention, or an overlay over one of these."""
    gates = (overlay.when for convention in conventions for _, overlay in registry.covering(convention))
    nodes = (*(convention.years_from for convention in conventions), *(when for when in gates if when is not None))
    named = {node.name for root in nodes for node in walk(root) if isinstance(node, FactRef)}
    return frozenset((*named, SIGNATURE, BENEFICIARY, YEAR))


def _hinges(trial: Trial, id_: str) -> Iterator[int]:
    """The slots of the direct inputs that the item's answer hangs on."""
    program = trial.ground.survey.program
    value, used, *_ = trial.run.answers[id_]
    if value is UNDETERMINED or id_ in trial.ground.open_ended:
        yield from trial.ground.survey.reads(id_)
    yield from program.slots_in(used & (program.fact_bits | program.item_bits))


def _is_open_ended(item: Item) -> bool:
    """Whether evidence leaves out what could yet win: an earlier part of first_known, another step of a scale.

    An obligation's evidence says nothing of when it is done.
    """
    nodes = (node for root in deciding_nodes(item) for node in walk(root))
    return isinstance(item.body, Obligation) or any(
        isinstance(node, Scale)
        or (isinstance(node, Apply) and EXPRESSIONS[node.operator].chain)
        or (isinstance(node, Connect) and CONNECTIVES[node.operator].chain)
        for node in nodes
    )
