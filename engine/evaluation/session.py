"""Decides cases one after the other: a registry comes in once, then each case's facts come in and a Decision goes out.

Plans are compiled once per convention and set of overlays, and kept until :meth:`Session.close`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from typing import Any

from engine.errors import InputFault
from engine.evaluation.by_cases import decided_by_cases
from engine.evaluation.decision import Decision, Result, YearLine
from engine.evaluation.evaluator import outcome_open, run_program, steps_open
from engine.evaluation.facts import Facts, text_for
from engine.evaluation.plan import Plan, PlanKey, Reach, make_plan, nearest_made, overlays_in_force, reach_of
from engine.evaluation.program import Program, Run, compile_plan
from engine.evaluation.results import doubts, no_such_result, obligations, overlay_uses, payments, results
from engine.language.expressions import Text
from engine.language.facts import YEAR
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Number, Scalar
from engine.policy.model import YEAR_START, Convention, Interpretation
from engine.policy.overlays import Laid, laid_names, named_items, outside
from engine.policy.registry import Registry
from engine.records import dataclass
from engine.words import in_each_language

YEARS_SHOWN = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What decides a case: its convention and why, the overlays in force, and the side taken in every open question.

    ``dated`` are the overlays whose dates hold, whatever their condition says. ``behind`` holds, for each item that an
    overlay changes or could change, the bits that decided it; ``program`` is the compiled plan of the convention under
    its overlays.
    """

    session: Session = field(repr=False)
    convention: Convention
    because: Text
    facts: Facts
    choices: Mapping[str, str]
    dated: tuple[Laid, ...]
    laid: tuple[Laid, ...]
    behind: Mapping[str, int]
    digest: str
    program: Program = field(repr=False)

    @property
    def key(self) -> PlanKey:
        """A name for the convention under its overlays."""
        return self.program.plan.key

    def run(self) -> Run:
        """The answer of every item.

        Raises:
            InputFault: the case has a value that its text does not offer, or a policy defect is met on the way.
        """
        refused = outside(self.convention, self.facts)
        if refused:
            raise InputFault(refused)
        return run_program(self.program, self.facts, self.choices)

    def decided(self, run: Run | None = None) -> Run:
        """The ``run``, with what is known by cases of a fact that is missing; raises as :meth:`run`."""
        return decided_by_cases(run or self.run(), self.told)

    def told(self, name: str, value: Scalar) -> Run:
        """As :meth:`decided`, with one more fact."""
        return self.session.settled({**self.facts, name: value}, self.choices, self.convention.id).decided()

    def left_open(self, run: Run, found: Mapping[str, Result]) -> dict[str, Result]:
        """The open results among ``found`` with what they can be, and those of the text itself with their bounds."""
        if all(result.status != "undetermined" for result in found.values()):
            return {}
        told = {id_: found[id_]._replace(can_be=values) for id_, values in self.can_be(run).items()}
        headline = self.session.registry.results
        asked = any(id_ in found and found[id_].status == "undetermined" for id_ in headline.refusals)
        replaced = {id_ for _, overlay in self.laid for id_ in overlay.replace}
        for id_, shown in headline.headline.items():
            open_ = id_ in found and found[id_].status == "undetermined" and id_ not in replaced
            if open_ and shown.between and not (asked and shown.role):
                least, most = (_ends(each, {**found, **told}) for each in shown.between)
                if least and most:
                    told[id_] = told.get(id_, found[id_])._replace(between=(min(least), max(most)))
        return told

    def can_be(self, run: Run, years: bool = False) -> dict[str, tuple[Scalar, ...]]:
        """What each open result comes to under all that is left of what decides it, where all of that settles it.

        That is each step left of the open scale of the maximum and, where the maximum of ``years`` is not all that is
        asked, each value left of the open outcome that the amount due rests on, if each of them says how much.
        """
        try:
            runs = list(self._supposed(run, None if years else self.session.registry.results.due))
        except InputFault:
            return {}  # a defect of the rules under a step that is not the case's: `check` tells of it
        found = {}
        for name in (name for name, answer in run.answers.items() if answer[0] is UNDETERMINED):
            values = dict.fromkeys(each.answers[name][0] for each in runs)
            if values and UNDETERMINED not in values and NOT_APPLICABLE not in values:
                numbers = all(isinstance(value, int | Fraction) and not isinstance(value, bool) for value in values)
                found[name] = tuple(sorted(values) if numbers else values)
        return found

    def _supposed(self, run: Run, due: str | None) -> Iterator[Run]:
        results = self.session.registry.results
        scale = steps_open(run, results.maximum) if results.maximum in run.answers else None
        for step in (None,) if scale is None else scale[1]:
            under = {} if scale is None else {scale[0]: step}
            seen = self._run_under(under) if under else run
            open_ = None if due is None or due not in seen.answers else outcome_open(seen, due, results.refusals)
            further = [] if open_ is None else [self._run_under({**under, open_[0]: value}) for value in open_[1]]
            told = bool(further) and all(each.answers[str(due)][0] is not UNDETERMINED for each in further)
            yield from further if told else [seen]

    def _run_under(self, supposed: Mapping[str, object]) -> Run:
        return run_program(self.program, self.facts, self.choices, supposed)


@dataclass(slots=True)
class Session:
    """Decides cases under the conventions of ``registry``; what a session ``before`` a change has alike is taken over.

    Not for use from several threads at once; ``before`` is closed last.
    """

    registry: Registry = field(repr=False)
    before: Session | None = field(default=None, repr=False)
    _plans: dict[PlanKey, Plan] = field(default_factory=dict, repr=False)
    _programs: dict[PlanKey, Program] = field(default_factory=dict, repr=False)
    _reaches: dict[str, Reach] = field(default_factory=dict, repr=False)
    kernels: dict[Any, Any] = field(default_factory=dict, repr=False)  # where later rooms keep what they made of a plan

    def decide(
        self,
        facts: Facts,
        convention: str | None = None,
        interpret: Mapping[str, str] | None = None,
        as_of: dt.date | None = None,
        years: bool = True,
        only: Collection[str] | None = None,
        by_cases: bool = True,
    ) -> Decision:
        """The decision on a case; ``convention`` forces a version, ``interpret`` takes sides in open questions.

        Without ``years`` the amounts of the years are left out where the case names none. With ``only`` it holds these
        items and what they rest on, and says nothing of what open results can be. Not ``by_cases``: each as it reads.

        Raises:
            InputFault: no convention on the signature date, facts that contradict each other, or a policy defect.
            UsageFault: an unknown convention, interpretation or choice.
        """
        case = self.settled(facts, interpret, convention)
        run = case.decided() if by_cases else case.run()
        found = results(run, case.behind, None if only is None else _needed(only, run))
        doubtful = doubts(run, found)
        if only is None:
            found |= case.left_open(run, found)
        unknown = (id_ for id_ in self.registry.results.ids if id_ not in run.answers)
        found |= {id_: no_such_result(id_, self.registry) for id_ in unknown}
        used = {id_ for result in found.values() for id_ in result.choices}
        return Decision(
            convention=case.convention,
            headline=self.registry.results,
            digest=case.digest,
            selected_because=case.because,
            overlays=overlay_uses(case.laid),
            facts=facts,
            results=found,
            payments=payments(run, found) if YEAR in facts else (),
            obligations=obligations(run, as_of, only),
            interpretations={id_: choice for id_, choice in case.choices.items() if id_ in used},
            trace=run.trace,
            years=self._years(case) if years and YEAR not in facts else (),
            as_of=as_of,
            doubts=doubtful,
            chosen=interpret or {},
            forced=convention,
        )

    def found(
        self, ids: Iterable[str], facts: Facts, convention: str | None, interpret: Mapping[str, str]
    ) -> dict[str, Result]:
        """Some results of a case, and its consistencies, as :meth:`decide` gives them; raises as that."""
        case = self.settled(facts, interpret, convention)
        run = case.decided()
        own = (compiled.step.item.id for compiled in run.program.consistency)
        found = results(run, case.behind, tuple(dict.fromkeys(id_ for id_ in (*ids, *own) if id_ in run.answers)))
        doubts(run, found)
        return found

    def settled(
        self, facts: Facts, interpret: Mapping[str, str] | None = None, convention: str | None = None
    ) -> Settled:
        """What decides a case, with the options of :meth:`decide`; raises as that."""
        if convention is None:
            chosen, because = text_for(self.registry, facts)
        else:
            chosen, because = self.registry.by_id(convention), in_each_language("convention_asked_for")
        reach, choices = self._reach(chosen), self.choices(chosen, interpret)
        dated, laid, behind = overlays_in_force(reach, facts, choices)
        return Settled(
            session=self,
            convention=chosen,
            because=because,
            facts=facts,
            choices=choices,
            dated=dated,
            laid=laid,
            behind=behind,
            digest=reach.digest,
            program=self.program(chosen, laid),
        )

    def choices(self, convention: Convention, interpret: Mapping[str, str] | None = None) -> dict[str, str]:
        """The side taken in every question that a contract of ``convention`` may depend on.

        Raises:
            UsageFault: an unknown interpretation or choice.
        """
        reach, asked = self._reach(convention), interpret or {}
        own = reach.names.scope.interpretations
        if any(choice not in own.get(id_, ()) for id_, choice in asked.items()):
            self.registry.check_choices(asked, own)
        # A question of another convention does not concern this case.
        return {**reach.defaults, **{id_: choice for id_, choice in asked.items() if id_ in own}}

    def questions(self, convention: Convention) -> Mapping[str, Interpretation]:
        """The questions that the texts leave open to a contract of ``convention``."""
        return self._reach(convention).questions

    def program(self, convention: Convention, laid: Sequence[Laid]) -> Program:
        """The compiled plan of a convention under given overlays, made at the first need."""
        key = (convention.id, laid_names(laid))
        if key not in self._programs:
            known = nearest_made(key, {} if self.before is None else self.before._programs, self._programs)
            self._programs[key] = compile_plan(self.plan(convention, laid), known)
        return self._programs[key]

    def plan(self, convention: Convention, laid: Sequence[Laid]) -> Plan:
        """The plan of a convention under given overlays, made at the first need and not compiled."""
        key = (convention.id, laid_names(laid))
        if key not in self._plans:
            known = nearest_made(key, {} if self.before is None else self.before._plans, self._plans)
            reach, vocabulary = self._reach(convention), self.registry.vocabulary
            self._plans[key] = make_plan(convention, reach.covering, laid, vocabulary, known)
        return self._plans[key]

    def close(self) -> None:
        """Releases every compiled plan."""
        for program in self._programs.values():
            program.release()
        self._programs.clear()
        self._plans.clear()
        self.kernels.clear()

    def _reach(self, convention: Convention) -> Reach:
        if convention.id not in self._reaches:
            self._reaches[convention.id] = reach_of(self.registry, convention)
        return self._reaches[convention.id]

    def _years(self, case: Settled) -> tuple[YearLine, ...]:
        """The yearly amount of the years 1 to 5, each under its own overlays."""
        amount = self.registry.results.maximum
        if amount is None or amount not in case.convention.items:
            return ()
        wanted, lines = (YEAR_START, amount, *named_items(case.convention.items[amount])), []
        for number in YEARS_SHOWN:
            year = self.settled({**case.facts, YEAR: number}, case.choices, case.convention.id)
            run = year.decided()
            found = results(run, year.behind, wanted)
            start = found[YEAR_START].value
            first = start if isinstance(start, dt.date) else None
            shown = found[amount]._replace(can_be=year.can_be(run, years=True).get(amount, ()))
            lines.append(YearLine(number, first, shown, overlay_uses(year.laid)))
        return tuple(lines)


def _ends(bound: int | str, found: Mapping[str, Result]) -> tuple[Number, ...]:
    """What a bound of a result may be: its number, or all that is left of it."""
    if isinstance(bound, int):
        return (bound,)
    result = found.get(bound)
    values = () if result is None else result.can_be if result.value is None else (result.value,)
    return tuple(value for value in values if isinstance(value, Number))


def _needed(only: Iterable[str], run: Run) -> tuple[str, ...]:
    """These results, and those that a decision reads itself: of payments and of consistencies."""
    own = (compiled.step.item.id for compiled in (*run.program.payments, *run.program.consistency))
    return tuple(dict.fromkeys(id_ for id_ in (*only, *own) if id_ in run.answers))
