"""Mutation testing of the policies: a registry and its tests come in, the fate of every mutant goes out.

For each mutant the changed item alone is asked first, with the inputs that each test gives it; a test is run only where
the answer differs and the test looks at the item, and the first that fails settles the matter.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any

from engine.errors import InputFault, UsageFault
from engine.evaluation.facts import Facts
from engine.evaluation.plan import PlanKey
from engine.evaluation.program import Program
from engine.evaluation.session import Session
from engine.language.types import Type
from engine.policy.model import Item
from engine.policy.overlays import laid_called
from engine.policy.registry import Registry
from engine.proof.prover import other_readings
from engine.proof.solving import Status
from engine.suite.mutants import CaseEntry, Equivalence, Mutant, mutants, passes, proposed_entry
from engine.suite.observed import Differ, Observed, observe, observe_by_cases, other_steps, reading
from engine.suite.running import PolicyCase, run_case
from engine.suite.variants import Mutation

PROCESSES = 2
CHUNK = 40
CAUGHT, SURVIVED, EQUIVALENT, INVALID = "caught", "survived", "equivalent", "invalid"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one change: ``caught`` by a test, ``survived``, proved ``equivalent``, or ``invalid`` as rules.

    ``proposal`` is the entry of a test that would notice a survivor, where it was asked for and there is one.
    """

    convention: str
    subject: str
    change: Mutation
    status: str
    proposal: CaseEntry | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """The fates in the order of the files."""

    fates: tuple[Fate, ...]

    def count(self, status: str, convention: str | None = None) -> int:
        return sum(f.status == status and convention in (None, f.convention) for f in self.fates)

    @property
    def survivors(self) -> tuple[Fate, ...]:
        return tuple(fate for fate in self.fates if fate.status == SURVIVED)

    def share(self, convention: str | None = None) -> float:
        """Caught among those that a test could notice, in percent."""
        caught, survived = self.count(CAUGHT, convention), self.count(SURVIVED, convention)
        return 100 * caught / (caught + survived) if caught + survived else 100.0


def mutation_score(
    registry: Registry,
    cases: Sequence[PolicyCase],
    processes: int = PROCESSES,
    *,
    propose: bool = False,
    beside: bool = False,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Score:
    """The fate of every mutant of ``registry``.

    ``propose`` also looks for a test that would notice each survivor. ``beside`` changes only what is written in the
    folders of the tests. ``told`` hears how many are tried, of how many.
    """
    bench = _Bench.of(registry, cases, propose, beside)
    total = len(bench.mutants)
    fates: list[Fate] = []
    with ExitStack() as stack:
        found: Iterable[Fate] = map(bench.fate, range(total))
        if processes > 1 and total > CHUNK:
            context, start = multiprocessing.get_context("spawn"), (registry, tuple(cases), propose, beside)
            pool = stack.enter_context(ProcessPoolExecutor(processes, context, _start, start))
            found = pool.map(_fate, range(total), chunksize=CHUNK)
        for fate in found:
            fates.append(fate)
            told(len(fates), total)
    return Score(tuple(fates))


_benches: list[_Bench] = []  # one in each worker process


def _start(*bench: Any) -> None:
    _benches.append(_Bench.of(*bench))


def _fate(index: int) -> Fate:
    return _benches[0].fate(index)


@dataclass(slots=True)
class _Bench:
    """The tests as they run under the rules unchanged, and the mutants."""

    session: Session
    observed: Sequence[Observed]
    programs: Mapping[PlanKey, Program]
    mutants: Sequence[Mutant]
    equivalence: Equivalence
    propose: bool

    @classmethod
    def of(cls, registry: Registry, cases: Sequence[PolicyCase], propose: bool, beside: bool) -> _Bench:
        session = Session(registry)
        observed = [each for each in observe(session, cases) if run_case(session, each.case).passed]
        observed += observe_by_cases(session, tuple(observed))
        programs = {each.key: each.run.program for each in observed}
        types: dict[str, dict[str, Type | None]] = {}
        for convention in registry.conventions.values():
            program = session.program(convention, ())
            programs.setdefault((convention.id, ()), program)
            types[convention.id] = dict(program.plan.types)
        for program in programs.values():
            for step in program.plan.steps:
                types[step.item.convention].setdefault(step.item.id, step.type)
        folders = {PurePath(case.at.file).parent.parent for case in cases}
        found = mutants(registry, types)
        own = [each for each in found if not beside or PurePath(each.change.at.file).parent in folders]
        return cls(session, observed, programs, own, Equivalence(session), propose)

    def fate(self, index: int) -> Fate:
        mutant = self.mutants[index]
        registry = self.session.registry
        conventions = {**registry.conventions, **{each.id: each for each in mutant.conventions}}
        changed = Session(replace(registry, conventions=conventions), self.session)
        proposal = None
        try:
            status = self._tried(mutant, changed)
            if status == SURVIVED and self.propose:
                told = (proposed_entry(self.session, changed, *each) for each in self._telling(mutant, changed))
                proposal = next((entry for entry in told if entry is not None), None)
        except InputFault:
            status = INVALID
        finally:
            changed.close()
        return Fate(mutant.convention.id, mutant.subject, mutant.change, status, proposal)

    def _tried(self, mutant: Mutant, changed: Session) -> str:
        """What became of a change.

        Raises:
            InputFault: the change makes rules that ``avenant check`` refuses.
        """
        if mutant.item is None:
            suspects = (each for each, _ in self._of_whole(mutant, changed))
            return CAUGHT if _noticed(changed, suspects) else SURVIVED
        differs = []
        for differ in self._programs_with(mutant.item, changed):
            differs.append(differ)
            if _noticed(changed, self._of_item(mutant, differ)):
                return CAUGHT
        # Whether a changed item waits for other facts in the case of some test, whether or not the test looks.
        under = ((d, each) for d in differs for each in self.observed if each.run.program is d.before)
        otherwise = (d.differs(id_, each) for d, each in under for id_ in d.changed)
        if differs and not any(otherwise) and self.equivalence.shown(mutant.item, changed)[0] is Status.EXCLUDED:
            return EQUIVALENT
        return SURVIVED

    def _telling(self, mutant: Mutant, changed: Session) -> Iterator[tuple[Facts, Mapping[str, str], str]]:
        """Cases that may tell a change apart, and the item to look at."""
        if mutant.item is None:
            for each, moved in self._of_whole(mutant, changed):
                for id_ in (step.step.item.id for step in each.run.program.steps if step.step.item.id in moved):
                    yield each.case.facts, each.case.entry.get("interpret", {}), id_
            return
        _, encoding, symbols = self.equivalence.shown(mutant.item, changed)
        if encoding is not None:
            facts, choices = encoding.space.case_of(symbols)
            for id_ in encoding.items_at(mutant.item.at):
                yield facts, other_readings(encoding, choices), id_

    def _programs_with(self, item: Item, changed: Session) -> Iterator[Differ]:
        """The programs that have an item, before and after the change, those under fewest overlays first."""
        for key in sorted(self.programs, key=lambda key: (len(key[1]), key)):
            if any(step.item.at == item.at for step in self.programs[key].plan.steps):
                convention = changed.registry.conventions[key[0]]
                laid = laid_called(changed.registry.covering(convention), key[1])
                yield Differ.of(self.programs[key], changed.program(convention, laid))

    def _in_turn(self, mutant: Mutant) -> list[Observed]:
        """All tests, those first that say something about the very item."""
        return sorted(self.observed, key=lambda each: mutant.subject not in each.subjects)

    def _of_item(self, mutant: Mutant, differ: Differ) -> Iterator[Observed]:
        """The tests under a program that look at an item and for whose inputs its own answer changes."""
        for each in self._in_turn(mutant):
            if each.run.program is differ.before:
                looked_at = (step for step in differ.changed if step in each.looked_at)
                if any(differ.differs(step, each) for step in looked_at):
                    yield each

    def _of_whole(self, mutant: Mutant, changed: Session) -> Iterator[tuple[Observed, frozenset[str]]]:
        """The tests that get another text or other overlays than they say, or look at items that are others there."""
        others: dict[tuple[PlanKey, PlanKey], frozenset[str]] = {}
        for each in self._in_turn(mutant):
            try:
                settled = changed.settled(each.case.facts, each.case.entry.get("interpret"), each.case.forced)
                program, pair = settled.program, (each.key, settled.key)
            except (InputFault, UsageFault):
                yield each, each.subjects
                continue
            if pair not in others:
                others[pair] = other_steps(each.run.program, program)
            sides = [id_ for id_, choice in settled.choices.items() if each.run.choices.get(id_) != choice]
            moved = others[pair].union(reading(program, sides)) & each.looked_at
            elsewhere = settled.key != each.key and ("overlays" in each.case.entry or settled.key[0] != each.key[0])
            if elsewhere or moved:
                yield each, moved or each.subjects


def _noticed(changed: Session, suspects: Iterable[Observed]) -> bool:
    """Whether one of some tests fails under the change."""
    return not all(passes(changed, each.case) for each in suspects)
