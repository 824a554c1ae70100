"""Finds a case: wanted values of items and facts come in, the facts of a case that Session.decide agrees on go out.

What the bounded search does not find is undecided; it is unreachable only where an item's exhausted inputs prove it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.errors import InputFault
from engine.evaluation.facts import Facts, nested, read_case
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.language.values import UNDETERMINED, Value
from engine.policy.model import Convention
from engine.policy.overlays import Laid, laid_names
from engine.review.backtracking import Assigned, Search, Spent, facts_of, in_order
from engine.review.classes import Survey, ValueClass, fact_classes, surveyed
from engine.review.enumeration import SEED, STATUS_VALUES
from engine.review.moves import Goal, Moves
from engine.review.proof import Proofs
from engine.review.settings import Setting, settings

# One search runs the steps concerned at most so often, the last of them for seeded random cases.
MAX_RUNS = 4_000
SAMPLED_RUNS = 1_000
# How many moves are followed from each goal, narrow first, and the runs that one start is given for each.
WIDTHS = (1, 2, 4, 8, 16)
RUNS_PER_WIDTH = 60
SHRINKING_RUNS = 200

Wanted = Mapping[str, Value | ValueClass]
Values = Mapping[str, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Found:
    """Facts and interpretations of a case that has what was wanted, as Session.decide confirmed."""

    facts: Facts
    interpret: Mapping[str, str]
    overlays: tuple[Laid, ...]
    runs: int


@dataclass(frozen=True, slots=True)
class Undecided:
    """No case was found within ``bound`` runs: there may be one."""

    bound: int


@dataclass(frozen=True, slots=True)
class Unreachable:
    """``item`` gives no such value for any combination of its direct inputs: no case has it under this reading.

    Inputs that are items take only the answers that were proved for them in the same way.
    """

    item: str
    combinations: int


Reached = Found | Undecided | Unreachable


@dataclass(frozen=True, slots=True)
class _Ground:
    """What searches under one set of overlays and one reading share."""

    survey: Survey
    moves: Moves
    proofs: Proofs


@dataclass(slots=True)
class Finder:
    """Finds cases one after the other and keeps what it learns of each convention."""

    session: Session
    _grounds: dict[tuple[object, ...], _Ground] = field(default_factory=dict)

    def reach(
        self,
        convention: Convention,
        wanted: Wanted,
        interpret: Mapping[str, str] | None = None,
        overlays: Sequence[Laid] | None = None,
        max_runs: int = MAX_RUNS,
    ) -> Reached:
        """As :func:`reach`."""
        plain = self._ground(convention, (), {}).survey
        questions = plain.program.plan.interpretations
        taken = {**(interpret or {}), **{n: str(_values(v)[0]) for n, v in wanted.items() if n in questions}}
        choices = self.session.choices(convention, taken)
        rest = {name: _values(value) for name, value in wanted.items() if name not in questions}
        outcomes: list[Reached] = []
        possible = settings(self.session, plain, choices, rest)
        asked = [setting for setting in possible if overlays is None or setting.overlays == tuple(overlays)]
        for setting in asked:
            search = _search(self.session, setting, self._ground(convention, setting.overlays, choices), rest)
            if search is not None:
                outcomes.append(_under(search, setting, taken, max_runs))
            if outcomes and isinstance(outcomes[-1], Found):
                return outcomes[-1]
        if asked and not outcomes:
            raise KeyError(", ".join(rest))
        if outcomes and all(isinstance(each, Unreachable) for each in outcomes):
            return outcomes[0]
        return Undecided(sum(each.bound for each in outcomes if isinstance(each, Undecided)))

    def _ground(self, convention: Convention, overlays: tuple[Laid, ...], choices: Mapping[str, str]) -> _Ground:
        key = (convention.id, laid_names(overlays), tuple(sorted(choices.items())))
        if key not in self._grounds:
            found = surveyed(self.session.program(convention, overlays))
            self._grounds[key] = _Ground(found, Moves(found, choices), Proofs(found, choices))
        return self._grounds[key]


def reach(
    session: Session,
    convention: Convention,
    wanted: Wanted,
    interpret: Mapping[str, str] | None = None,
    overlays: Sequence[Laid] | None = None,
    max_runs: int = MAX_RUNS,
) -> Reached:
    """A case of ``convention`` in which facts, items and interpretations have the ``wanted`` values.

    UNDETERMINED wants a fact absent. ``overlays`` asks for exactly these; without it any that the case brings will do.
    A :class:`Finder` does the same for many searches.

    Raises:
        KeyError: under none of these overlays is there a fact, item or interpretation of each name.
    """
    return Finder(session).reach(convention, wanted, interpret, overlays, max_runs)


def _values(wanted: Value | ValueClass) -> tuple[Value, ...]:
    return wanted.values if isinstance(wanted, ValueClass) else (wanted,)


def _search(session: Session, setting: Setting, ground: _Ground, wanted: Values) -> Search | None:
    """The search under one set of overlays, or None where they lack a wanted item."""
    found = ground.survey
    facts = [Goal("fact", name, values) for name, values in wanted.items() if name in found.program.names.facts]
    items = [Goal("item", id_, wanted[id_]) for id_ in found.steps if id_ in wanted]
    if len(facts) + len(items) < len(wanted):
        return None
    needed = needed_items(found, [goal.name for goal in items])
    part = replace(found.program, steps=tuple(c for c in found.program.steps if c.step.item.id in needed))
    return Search(session, setting.overlays, found, ground.moves, ground.proofs, (*facts, *items), part)


def needed_items(found: Survey, ids: Sequence[str]) -> set[str]:
    """The items that ``ids`` rest on, themselves included."""
    below: set[str] = set()
    waiting = list(ids)
    while waiting:
        id_ = waiting.pop()
        if id_ not in below:
            below.add(id_)
            waiting.extend(read.name for read in found.reads(id_).values() if read.kind == "item")
    return below


def _under(search: Search, setting: Setting, interpret: Mapping[str, str], max_runs: int) -> Reached:
    for width in WIDTHS:
        for start in setting.starts:
            search.limit = min(search.runs + RUNS_PER_WIDTH * width, max_runs - SAMPLED_RUNS)
            found = _first(search, search.all(search.goals, _assigned(start), width), interpret)
            if found is not None:
                return found
    proved = _proved(search)
    if proved is not None:
        return proved
    search.limit = min(search.runs + SAMPLED_RUNS, max_runs)
    return _first(search, _sampled(search, setting), interpret) or Undecided(search.runs)


def _assigned(facts: Facts) -> Assigned:
    return {name: (value,) for name, value in facts.items()}


def _first(search: Search, candidates: Iterator[Assigned], interpret: Mapping[str, str]) -> Found | None:
    try:
        for assigned in candidates:
            if search.accepts(assigned):
                facts = _shrunk(search, assigned)
                if confirmed(search, facts, interpret):
                    return Found(facts, dict(interpret), search.overlays, search.runs)
    except Spent:
        pass
    return None


def _sampled(search: Search, setting: Setting) -> Iterator[Assigned]:
    """Random cases over the classes of every fact that the goals rest on, with a fixed seed."""
    rng = random.Random(SEED)
    values = fact_classes(search.survey, (compiled.step.item.id for compiled in search.part.steps))
    fixed = {goal.name: goal.allowed or () for goal in search.goals if goal.kind == "fact"}
    while True:
        drawn: Assigned = {name: (rng.choice(known),) for name, known in values.items()}
        assigned = {**drawn, **_assigned(rng.choice(setting.starts)), **fixed}
        # A draw in the wrong order counts too, so that the sampling ends.
        search.spend()
        if in_order(facts_of(assigned), search.survey):
            yield assigned


def _shrunk(search: Search, assigned: Assigned) -> Facts:
    """The facts of a case without those that it has what was wanted without."""
    limit, search.limit = search.limit, search.runs + SHRINKING_RUNS
    kept = {name: values for name, values in assigned.items() if values[0] is not UNDETERMINED}
    asked = {goal.name for goal in search.goals} | {SIGNATURE, BENEFICIARY}
    try:
        for name in reversed(list(kept)):
            fewer = {other: values for other, values in kept.items() if other != name}
            if name not in asked and search.accepts(fewer):
                kept = fewer
    except Spent:
        pass
    search.limit = limit
    return facts_of(kept)


def confirmed(search: Search, facts: Facts, interpret: Mapping[str, str]) -> bool:
    """Whether the case is a valid one and Session.decide gives it everything that is wanted, under these overlays."""
    try:
        facts = read_case(nested(facts), search.session.registry.vocabulary)
        decision = search.session.decide(facts, interpret=interpret)
    except InputFault:
        return False
    values: dict[str, Value] = {name: facts.get(name, UNDETERMINED) for name in search.survey.program.names.facts}
    for id_, result in decision.results.items():
        values[id_] = STATUS_VALUES.get(result.status, result.value)  # type: ignore[arg-type]
    values.update({line.id: STATUS_VALUES.get(line.status, line.status) for line in decision.obligations})
    return (
        decision.convention.id == search.survey.program.plan.convention.id
        and [(use.convention, use.id) for use in decision.overlays] == [(c.id, o.id) for c, o in search.overlays]
        and all(goal.met(values[goal.name]) for goal in search.goals)
    )


def _proved(search: Search) -> Unreachable | None:
    """The wanted item that gives no wanted value for any inputs that a case can have, if there is one."""
    for goal in search.goals:
        answers = search.proofs.answers(goal.name) if goal.kind == "item" else None
        if answers is not None and goal.allowed is not None and answers.lack(goal.allowed):
            return Unreachable(goal.name, answers.combinations)
    return None
