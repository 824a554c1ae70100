"""Studies two versions: their encodings come in, for each result the smallest cases that show a change go out.

An edit is told where it first shows: a result that feels it only through another is shown once, as its consequence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from engine.comparison.effects import mixture
from engine.comparison.effects.definitions import ITEM, NEWER, OLDER, OVERLAY, Cause, Versions
from engine.comparison.effects.mixture import Causes, ComparedResult, Mixture
from engine.comparison.effects.situations import situation_of
from engine.comparison.effects.witness import STOPPED, Effect, confirmed, kind_terms
from engine.language.logic import Term
from engine.language.symbolic import Symbolic, different, is_value, plainly_different
from engine.language.values import Absent
from engine.policy.model import Criterion
from engine.policy.results import Results
from engine.proof.prover import Prover, Symbols, value_of
from engine.proof.solving import Status


@dataclass(slots=True)
class Study:
    """What is found of two versions; ``undecided`` are results of which the budget left something open.

    ``every_step``: each pair of words and of table rows is told; else one case of each kind for each edit. ``told``
    hears how many results and edits are studied, of how many.
    """

    both: Versions
    results: Results
    effort: int
    every_step: bool
    told: Callable[[int, int], None]
    mixed: Mixture = field(init=False)
    prover: Prover = field(init=False)
    effects: list[Effect] = field(default_factory=list)
    undecided: set[str] = field(default_factory=set)
    idle: set[Cause] = field(default_factory=set)
    offset: set[Cause] = field(default_factory=set)
    _singles: dict[Cause, Mixture] = field(default_factory=dict)

    def __post_init__(self) -> None:
        both, bank = self.both, self.both.bank
        space = both.newer.space
        cases = (*both.newer.base, both.older.agreed)
        faults = self._faults(Prover(space, cases, self.effort))
        if any(faults):
            self._stops(Prover(space, cases, self.effort), faults)
        sound = (bank.negate(fault) for side in faults for fault in side.values())
        self.mixed = mixture.mixture(both)
        self.prover = Prover(space, (*cases, *sound), self.effort)

    @property
    def targets(self) -> tuple[str, ...]:
        """The headline results, then the criteria that both versions have."""
        both = self.both
        known = [id_ for id_ in self.results.headline if any(both.of(side, id_) for side in (OLDER, NEWER))]
        criteria = (id_ for id_ in both.ids if all(both.of(side, id_) for side in (OLDER, NEWER)))
        return tuple(dict.fromkeys((*known, *(id_ for id_ in criteria if self._is_criterion(id_)))))

    def _is_criterion(self, id_: str) -> bool:
        return any(isinstance(item.body, Criterion) for item in self.both.items(id_))

    def _direct(self, id_: str) -> list[Cause]:
        """The edits that a result feels by itself, and not only through a result that is told before it."""
        stops = set(self.results.headline)
        if id_ not in stops:
            stops.update(other for other in self.both.ids if self._is_criterion(other))
        return self.mixed.edits_in(self.both.below([id_], stops - {id_}))

    def look(self) -> None:
        """Studies every result."""
        for number, id_ in enumerate(self.targets):
            self.told(number, len(self.targets) + len(self.mixed.selectors))
            if not self.mixed.edits_in(self.both.below([id_])):
                continue
            result = self.mixed.result(id_)
            status = self._differ(result.older, result.newer)
            if status is Status.UNDECIDED:
                self.undecided.add(id_)
            if status is Status.SHOWN:
                self._look_at(result)

    def _look_at(self, result: ComparedResult) -> None:
        """Each edit that makes a change alone; where none does, the first case with a smallest set of edits."""
        below = self.both.below([result.id]).intersection(self.results.headline) - {result.id}
        before = [each for each in self.effects if each.result in below]
        told = {edit for each in before for edit in each.edits}
        for cause in self._direct(result.id):
            if cause not in told:
                self._alone(result, cause)
        if not any(each.result == result.id for each in self.effects):
            found = (self.prover.first(result.differs, where)[1] for where in self._most_telling_first(result))
            if symbols := next(filter(None, found), None):
                causes = mixture.smallest(self.mixed, result, self.prover, symbols)
                # It is the consequence of a result that it rests on and that the same edits change.
                origin = next((each.result for each in before if set(each.edits) & set(causes)), None)
                self._keep(result, causes, symbols, origin)

    def _settled_first(self, result: ComparedResult) -> tuple[Term, Term]:
        """Where a result is known in both versions, then where it is not."""
        bank = self.both.bank
        settled = bank.both(bank.negate(result.older.undetermined), bank.negate(result.newer.undetermined))
        return settled, bank.negate(settled)

    def _most_telling_first(self, result: ComparedResult) -> tuple[Term, ...]:
        """The same, but of a number first where some version gives another than 0."""
        bank, (settled, others) = self.both.bank, self._settled_first(result)
        type_ = self.both.type_of(result.id)
        if type_ is None or type_.kind != "number":
            return settled, others
        sides = (result.older, result.newer)
        nothing = bank.both(*(bank.either(each.absent, is_value(bank, each, 0)) for each in sides))
        return bank.both(settled, bank.negate(nothing)), bank.both(settled, nothing), others

    def look_closer(self) -> None:
        """Looks for results that an edit nowhere told of changes beside others: the newer version without it differs.

        An edit of which this finds nothing is ``idle`` where that is proved, and ``offset`` where only results that
        are the same in both versions hang on it.
        """
        told = {edit for each in self.effects for edit in each.edits}
        for number, cause in enumerate(self.mixed.selectors, len(self.targets)):
            self.told(number, len(self.targets) + len(self.mixed.selectors))
            if cause not in told:
                self._beside(cause)

    def _beside(self, cause: Cause) -> None:
        without = self.mixed.taking(self.mixed.selectors.keys() - {cause})
        starts = self.both.items_of(cause)
        own = {self._differ(self.both.newer.answer_or_none(id_), without.answer(id_)) for id_ in starts}
        statuses = [next((each for each in (Status.SHOWN, Status.UNDECIDED) if each in own), Status.EXCLUDED)]
        above = self.both.above(starts) if statuses[0] is not Status.EXCLUDED else set()
        for id_ in (each for each in self.targets if each in above and cause in self._direct(each)):
            result = self.mixed.result(id_)
            other = without.answer(id_)
            statuses.append(self._differ(result.newer, other))
            if statuses[-1] is Status.SHOWN and self._jointly(result, cause, other):
                return
        if Status.UNDECIDED not in statuses:
            (self.offset if Status.SHOWN in statuses[1:] else self.idle).add(cause)

    def _differ(self, one: Symbolic, other: Symbolic) -> Status:
        """Whether two answers differ; what leaves a number out of the question is quicker and asked first."""
        if self.prover.ask(plainly_different(self.both.bank, one, other)) is Status.SHOWN:
            return Status.SHOWN
        return self.prover.ask(different(self.both.bank, one, other))

    def _jointly(self, result: ComparedResult, cause: Cause, without: Symbolic) -> bool:
        """Keeps a change of a result for which an edit is needed beside others; whether there is one."""
        bank = self.both.bank
        plainly = [plainly_different(bank, result.newer, without), plainly_different(bank, result.older, result.newer)]
        for goal in (plainly, [different(bank, result.newer, without), result.differs]):
            status, symbols = self.prover.first(*goal)
            if status is Status.SHOWN:
                causes = mixture.smallest(self.mixed, result, self.prover, symbols, cause)
                if causes:
                    self._keep(result, causes, symbols, None)
                return bool(causes)
        return False

    def _alone(self, result: ComparedResult, cause: Cause) -> None:
        """The changes that one edit makes alone: one for each step, of results that are known where there are some."""
        alone = self._only(cause)
        mine = alone.result(result.id)
        for where in self._settled_first(mine):
            seen: list[Term] = []
            while True:
                status, symbols = self.prover.first(mine.made, where, *seen)
                if status is Status.UNDECIDED:
                    self.undecided.add(result.id)
                if status is not Status.SHOWN:
                    break
                shown = self._keep(result, (cause,), symbols, None)
                seen.append(self.both.bank.negate(self._step(mine, cause, shown, symbols)))
            if seen:
                return

    def _only(self, cause: Cause) -> Mixture:
        """The mixture in which one edit alone is taken."""
        if cause not in self._singles:
            self._singles[cause] = self.mixed.taking((cause,))
        return self._singles[cause]

    def _step(self, result: ComparedResult, cause: Cause, shown: Effect, symbols: Symbols) -> Term:
        """The cases that need not be told beside one shown: of the same kind, or of the same values where all count."""
        bank = self.both.bank
        sides = [(result.older, shown.before), (result.newer, shown.after)]
        numbers = any(not isinstance(value, Absent | str | bool) for _, value in sides)  # of which there is no end
        table = cause.kind == ITEM and all(item.kind == "table" for item in self.both.items(cause.id))
        if not self.every_step or (numbers and not table):
            types = [each.type_of(result.id) for each in self.both.encodings]
            words = dict.fromkeys(word for type_ in types if type_ is not None for word in type_.values)
            kinds = kind_terms(bank, self.results, result, tuple(words))
            other = bank.negate(bank.either(*kinds.values()))
            return kinds.get(shown.kind, other)
        if numbers:
            step = self._only(cause).result(cause.id)
            sides = [(each, value_of(each, symbols)) for each in (step.older, step.mixed)]
        return bank.both(*(is_value(bank, *side) for side in sides))

    def _keep(self, result: ComparedResult, causes: Causes, symbols: Symbols, follows: str | None) -> Effect:
        shown = confirmed(self.both, self.results, symbols, result.id)
        situation = None
        if len(causes) == 1 and (follows is None or result.id in self.results.headline):
            situation = situation_of(self.mixed, result, causes[0], symbols, self.effort)
        said = tuple(dict.fromkeys(self._named(cause, shown) for cause in causes))
        found = replace(shown, causes=said, edits=causes, situation=situation, follows=follows)
        self.effects.append(found)
        return found

    def _named(self, cause: Cause, shown: Effect) -> Cause:
        """The overlay of one version alone that puts the edited item there, if it is one."""
        own = set(shown.overlays[OLDER]) ^ set(shown.overlays[NEWER])
        for encoding in (self.both.newer, self.both.older):
            for _, overlay in encoding.session.registry.covering(encoding.convention):
                touched = (*overlay.replace, *overlay.add_derogations)
                if cause.kind == ITEM and overlay.id in own and cause.id in touched:
                    return Cause(OVERLAY, overlay.id)
        return cause

    def _faults(self, prover: Prover) -> list[dict[str, Term]]:
        """Where each item of either version may have no answer or two; most versions have no such item."""
        sides = (each.faults().items() for each in self.both.encodings)
        return [{id_: fault for id_, fault in side if prover.ask(fault) is not Status.EXCLUDED} for side in sides]

    def _stops(self, prover: Prover, sides: list[dict[str, Term]]) -> None:
        """Where one version alone has no answer for an item, or two."""
        bank = self.both.bank
        either = [bank.either(*side.values()) for side in sides]
        for id_ in dict.fromkeys((*sides[NEWER], *sides[OLDER])):
            for mine, other in ((NEWER, OLDER), (OLDER, NEWER)):
                goal = bank.both(sides[mine].get(id_, bank.false), bank.negate(either[other]))
                status, symbols = prover.first(goal) if goal is not bank.false else (Status.EXCLUDED, {})
                if status is Status.UNDECIDED:
                    self.undecided.add(STOPPED)
                if status is Status.SHOWN:
                    causes = (Cause(ITEM, id_),)
                    shown = confirmed(self.both, self.results, symbols, STOPPED)
                    self.effects.append(replace(shown, causes=causes, edits=causes))
