"""Decides cases one after the other: a registry comes in once, then each case's facts come in and a Decision goes out.

Plans are compiled once per convention and set of overlays, and kept until :meth:`Session.close`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.errors import Location, Problem, UsageFault, nearest
from engine.evaluation.decision import Decision, YearLine
from engine.evaluation.evaluator import Run, run_program
from engine.evaluation.facts import Facts
from engine.evaluation.plan import make_plan
from engine.evaluation.program import Program, compile_plan
from engine.evaluation.results import obligations, overlay_uses, payments, results
from engine.evaluation.selection import Reach, overlays_in_force, reach_of
from engine.language.expressions import Text
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR
from engine.policy.model import YEAR_START, Convention
from engine.policy.overlays import Laid, named_items
from engine.policy.registry import Registry

YEARS_SHOWN = (1, 2, 3, 4, 5)
YEARLY_AMOUNT = "aide.montant_annuel"


@dataclass(slots=True)
class Session:
    """Decides cases under the conventions of ``registry``. Not for use from several threads at once."""

    registry: Registry = field(repr=False)
    _programs: dict[tuple[str, tuple[str, ...]], Program] = field(default_factory=dict, repr=False)
    _reaches: dict[str, Reach] = field(default_factory=dict, repr=False)

    def decide(
        self,
        facts: Facts,
        convention: str | None = None,
        interpret: Mapping[str, str] | None = None,
        as_of: dt.date | None = None,
    ) -> Decision:
        """The decision on a case; ``convention`` forces a version, ``interpret`` takes sides in open questions.

        Raises:
            InputFault: no convention on the signature date, or a policy defect met on the way.
            UsageFault: an unknown convention, interpretation or choice.
        """
        chosen, because = self._convention(facts, convention)
        reach = self._reach(chosen)
        choices = self._choices(reach, interpret or {})
        laying = overlays_in_force(reach, facts, choices)
        program, run = self.run(chosen, laying.laid, facts, choices)
        found = results(program, run, facts, choices, laying.behind)
        used = {id_: choices[id_] for result in found.values() for id_ in result.choices}
        return Decision(
            convention=chosen,
            digest=reach.digest,
            selected_because=because,
            overlays=overlay_uses(laying.laid),
            facts=facts,
            results=found,
            payments=payments(program, run, found) if YEAR in facts else (),
            obligations=obligations(program, run, as_of),
            interpretations={id_: used[id_] for id_ in choices if id_ in used},
            trace=tuple(run.trace),
            years=() if YEAR in facts else self._years(chosen, reach, facts, choices),
            as_of=as_of,
        )

    def run(
        self, convention: Convention, laid: Sequence[Laid], facts: Facts, choices: Mapping[str, str]
    ) -> tuple[Program, Run]:
        """The answers of a case under given overlays, and the program that made them."""
        program = self.program(convention, laid)
        known = program.plan.interpretations
        return program, run_program(program, facts, {id_: c for id_, c in choices.items() if id_ in known})

    def program(self, convention: Convention, laid: Sequence[Laid]) -> Program:
        """The compiled plan of a convention under given overlays, made at the first need."""
        key = (convention.id, tuple(f"{later.id}/{overlay.id}" for later, overlay in laid))
        if key not in self._programs:
            covering = self.registry.covering(convention)
            plan = make_plan(convention, covering, laid, self.registry.vocabulary)
            self._programs[key] = compile_plan(plan)
        return self._programs[key]

    def laid(self, convention: Convention, facts: Facts, choices: Mapping[str, str]) -> tuple[Laid, ...]:
        """The overlays in force for a case."""
        reach = self._reach(convention)
        return overlays_in_force(reach, facts, {**reach.defaults, **choices}).laid

    def close(self) -> None:
        """Releases every compiled plan."""
        for program in self._programs.values():
            program.release()
        self._programs.clear()

    def _convention(self, facts: Facts, forced: str | None) -> tuple[Convention, Text]:
        if forced is not None:
            return self.registry.by_id(forced), {
                "fr": "demandée avec --convention",
                "en": "asked for with --convention",
            }
        signature = facts[SIGNATURE]
        assert isinstance(signature, dt.date)
        return self.registry.select(str(facts[BENEFICIARY]), signature)

    def _reach(self, convention: Convention) -> Reach:
        if convention.id not in self._reaches:
            self._reaches[convention.id] = reach_of(self.registry, convention)
        return self._reaches[convention.id]

    def _choices(self, reach: Reach, interpret: Mapping[str, str]) -> dict[str, str]:
        choices = dict(reach.defaults)
        for id_, choice in interpret.items():
            known = {
                name: question.choices
                for each in self.registry.conventions.values()
                for name, question in each.interpretations.items()
            }
            if id_ not in known:
                raise _usage("unknown-interpretation", nearest(id_, known), id=id_)
            own = reach.names.scope.interpretations.get(id_)
            possible = known[id_] if own is None else own
            if choice not in possible:
                raise _usage("unknown-value", nearest(choice, possible), value=choice, allowed=", ".join(possible))
            if own is not None:  # a question of another convention does not concern this case
                choices[id_] = choice
        return choices

    def _years(
        self, convention: Convention, reach: Reach, facts: Facts, choices: Mapping[str, str]
    ) -> tuple[YearLine, ...]:
        """The yearly amount of the years 1 to 5, each under its own overlays."""
        if YEARLY_AMOUNT not in convention.items:
            return ()
        below = tuple(named_items(convention.items[YEARLY_AMOUNT]))
        lines = []
        for year in YEARS_SHOWN:
            of_year = {**facts, YEAR: year}
            laying = overlays_in_force(reach, of_year, choices)
            program, run = self.run(convention, laying.laid, of_year, choices)
            found = results(program, run, of_year, choices, laying.behind, (YEAR_START, YEARLY_AMOUNT, *below))
            start = found[YEAR_START].value
            first = start if isinstance(start, dt.date) else None
            lines.append(YearLine(year, first, found[YEARLY_AMOUNT], overlay_uses(laying.laid)))
        return tuple(lines)


def _usage(code: str, close: str | None, **values: object) -> UsageFault:
    return UsageFault(Problem(Location("--interpret"), code, values, close))
