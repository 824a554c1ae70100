"""Compiles a plan once per convention and set of overlays: a Plan comes in, slots, closures and rulesets go out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import lru_cache, partial
from typing import Any, TypeVar

from engine.evaluation.bodies import body, gated
from engine.evaluation.closures import condition, expression
from engine.evaluation.decision import TraceLine
from engine.evaluation.inference import Ruleset, Verdict, load_ruleset
from engine.evaluation.plan import Plan, Step
from engine.evaluation.slots import MEMO, Answer, BodyClosure, Closure, DecidedAnswer, Layout, unpublished
from engine.language.expressions import Text, Unpublished
from engine.language.facts import YEAR
from engine.language.types import Type
from engine.language.values import Scalar
from engine.policy.model import CONSISTENCY, SOURCE_KINDS, Item, Obligation, Outcome, Payment
from engine.records import dataclass

DATE = Type("date")
_Made = TypeVar("_Made")


def bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


@dataclass(slots=True)
class Fired:
    """What a combination of verdicts fires: the rules, the trace, and the answer where no verdict is open."""

    rules: tuple[str, ...] = ()
    trace: tuple[TraceLine, ...] = ()
    answer: DecidedAnswer | None = None


@dataclass(frozen=True, slots=True)
class OutcomeProgram:
    """An outcome's ruleset, and for each rule its Kleene closure, which tells what an undecided outcome waits for.

    ``criteria`` are those that it reads, with both their slots.
    ``fired`` keeps what durable-rules answered to each combination of verdicts.
    """

    ruleset: Ruleset
    rules: Mapping[str, Closure]
    criteria: tuple[tuple[str, int, int], ...]
    unpublished: Mapping[str, Answer]
    fired: dict[tuple[Verdict, ...], Fired] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A step with its closures; ``reads`` are the bits of all that its answer may rest on.

    ``second`` is the slot of what is left of it, where it is on a scale or a criterion.
    """

    step: Step
    slot: int
    second: int | None
    reads: int
    run: BodyClosure
    outcome: OutcomeProgram | None
    due: Closure | None
    done_when: Closure | None
    unmet_when: Closure | None
    warnings: tuple[tuple[Closure, Text], ...]


@dataclass(frozen=True, slots=True)
class Program:
    """A compiled plan. ``blank`` are the slots of a case without facts; ``ranks`` grades a source, 0 the surest.

    ``unpublished`` are the values without a source, with the item that holds each, in the order of their bits.
    ``own`` are the outcomes that it loaded itself.
    ``names_in`` gives the names of the facts, interpretations or items of a bit set, ``slots_in`` its slots from low to
    high, ``below`` the steps of some items and of all that these read, in plan order.
    ``runs`` holds the last run of each contract year, of which the next takes over what it would answer alike.
    """

    plan: Plan
    names: Layout
    steps: tuple[Compiled, ...]
    blank: tuple[Answer, ...]
    unpublished: tuple[tuple[str, Unpublished], ...]
    fact_bits: int
    choice_bits: int
    item_bits: int
    year_bit: int
    ranks: Callable[[str, str], int]
    payments: tuple[Compiled, ...]
    obligations: tuple[Compiled, ...]
    consistency: tuple[Compiled, ...]
    own: tuple[OutcomeProgram, ...]
    names_in: Callable[[int], tuple[str, ...]]
    slots_in: Callable[[int], tuple[int, ...]]
    below: Callable[[tuple[str, ...]], tuple[Compiled, ...]]
    runs: dict[Scalar | None, Run] = field(default_factory=dict)
    _kept: dict[Any, Any] = field(default_factory=dict)

    def kept(self, key: object, work_out: Callable[[], _Made]) -> _Made:
        """What is worked out at the first need and comes back in case after case."""
        found: _Made | None = self._kept.get(key)
        if found is None:
            if len(self._kept) >= MEMO:
                self._kept.clear()
            found = self._kept[key] = work_out()
        return found

    def release(self) -> None:
        """Gives the rulesets that it loaded back to durable-rules."""
        for outcome in self.own:
            outcome.ruleset.release()


@dataclass(slots=True)
class Run:
    """How a case is decided: its program, what it states and chooses, and the answer of each item with what decided it.

    ``given`` are the bits of the facts, ``slots`` for reading on. ``fired`` holds the outcomes that arise. ``whatever``
    names for an item the fact that it was decided by cases of. ``under`` holds the last run of the same case with each
    thing supposed of it, whatever its choices.
    """

    program: Program = field(repr=False, compare=False)
    facts: Mapping[str, Scalar]
    choices: Mapping[str, str]
    slots: list[Answer]
    given: int
    answers: dict[str, DecidedAnswer] = field(default_factory=dict)
    fired: dict[str, Fired] = field(default_factory=dict)
    whatever: Mapping[str, str] = field(default_factory=dict)
    under: dict[frozenset[tuple[str, object]], Run] = field(default_factory=dict, repr=False, compare=False)

    def rules(self, id_: str) -> tuple[str, ...]:
        """The production rules that decided an outcome; none of any other item."""
        return self.fired[id_].rules if id_ in self.fired else ()

    @property
    def trace(self) -> tuple[TraceLine, ...]:
        """The production rules that fired, with their outcomes in the order of the plan."""
        order = sorted(self.fired, key=self.program.names.items.__getitem__)
        return tuple(line for id_ in order for line in self.fired[id_].trace)


def compile_plan(plan: Plan, before: Program | None) -> Program:
    """The program of ``plan``; what ``before``, a program of other rules, has of the same steps is taken over.

    Raises:
        InputFault: an outcome's rules do not fit into durable-rules.
    """
    names, owners, known = Layout.of(plan.vocabulary, plan.interpretations, plan.types), [], {}
    if before is not None and before.names.alike(names):
        names.unpublished.extend(before.names.unpublished)
        owners = [owner for owner, _ in before.unpublished]
        known = {compiled.step.item.id: compiled for compiled in before.steps}
    facts, choices, items = names.facts, names.choices, names.items
    texts = (plan.convention, *(later for later, _ in plan.overlays))
    sources = {(text.id, s.id): SOURCE_KINDS.index(s.kind) for text in texts for s in text.sources.values()}
    all_names, steps = (*facts, *choices, *items), list[Compiled]()
    for step in plan.steps:
        compiled = known.get(step.item.id)
        if compiled is None or compiled.step != step:
            compiled = _compiled(step, items[step.item.id], names)
        steps.append(compiled)
        owners.extend([step.item.id] * (len(names.unpublished) - len(owners)))
    return Program(
        plan=plan,
        names=names,
        steps=tuple(steps),
        unpublished=tuple(zip(owners, names.unpublished, strict=True)),
        payments=_in_file_order(steps, "payment"),
        obligations=_in_file_order(steps, "obligation"),
        consistency=_in_file_order(steps, CONSISTENCY),
        own=tuple(c.outcome for c in steps if c.outcome is not None and c is not known.get(c.step.item.id)),
        blank=names.blank(),
        fact_bits=(1 << len(facts)) - 1,
        choice_bits=((1 << len(choices)) - 1) << len(facts),
        item_bits=((1 << len(items)) - 1) << len(facts) + len(choices),
        year_bit=1 << facts[YEAR],
        names_in=lru_cache(MEMO)(lambda mask: tuple(all_names[bit] for bit in bits(mask))),
        slots_in=lru_cache(MEMO)(lambda mask: tuple(bits(mask))),
        below=lru_cache(MEMO)(partial(_below, items, steps)),
        ranks=lambda convention, source: sources.get((convention, source), len(SOURCE_KINDS) - 1),
    )


def _below(items: Mapping[str, int], steps: Sequence[Compiled], wanted: tuple[str, ...]) -> tuple[Compiled, ...]:
    mask = bits_of(items, wanted)
    for compiled in reversed(steps):
        if mask >> compiled.slot & 1:
            mask |= compiled.reads
    return tuple(compiled for compiled in steps if mask >> compiled.slot & 1)


def _in_file_order(steps: Sequence[Compiled], kind: str) -> tuple[Compiled, ...]:
    known = [compiled for compiled in steps if compiled.step.item.kind == kind]
    return tuple(sorted(known, key=lambda compiled: compiled.step.item.at))


def _compiled(step: Step, slot: int, names: Layout) -> Compiled:
    item = step.item
    day = item.body.due if isinstance(item.body, Payment | Obligation) else None
    due = None if day is None else expression(day, names, DATE)
    tests = (item.body.done_when, item.body.unmet_when) if isinstance(item.body, Obligation) else (None, None)
    done_when, unmet_when = (None if test is None else condition(test, names) for test in tests)
    read = bits_of(names.items, step.reads.items) | bits_of(names.choices, step.reads.questions)
    return Compiled(
        step=step,
        slot=slot,
        second=names.steps.get(item.id),
        reads=read | bits_of(names.facts, step.reads.facts + step.reads.supplied),
        run=gated(item, names, body(item, step.type, names)),
        outcome=_outcome(item, item.body, names) if isinstance(item.body, Outcome) else None,
        due=due,
        done_when=done_when,
        unmet_when=unmet_when,
        warnings=tuple((condition(warning.when, names), warning.text) for warning in item.warnings),
    )


def bits_of(slots: Mapping[str, int], names: Iterable[str]) -> int:
    """The bit set of some names."""
    mask = 0
    for name in names:
        mask |= 1 << slots[name]
    return mask


def _outcome(item: Item, outcome: Outcome, names: Layout) -> OutcomeProgram:
    ruleset = load_ruleset(item.id, outcome, item.at)
    return OutcomeProgram(
        ruleset=ruleset,
        rules={rule.id: condition(rule.when, names) for rule in outcome.rules},
        criteria=tuple((id_, names.items[id_], names.steps[id_]) for id_ in ruleset.properties),
        unpublished={
            rule.id: unpublished(rule.then, names) for rule in outcome.rules if isinstance(rule.then, Unpublished)
        },
    )
