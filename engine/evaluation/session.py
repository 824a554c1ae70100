"""Decides cases one after the other: a registry comes in once, then each case's facts come in and a Decision goes out.

Plans are compiled once per convention and set of overlays, and kept until :meth:`Session.close`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Location, Problem, UsageFault, nearest
from engine.evaluation.conditions import condition
from engine.evaluation.decision import Decision, YearLine
from engine.evaluation.evaluator import Run, run_program
from engine.evaluation.expressions import expression
from engine.evaluation.facts import Facts
from engine.evaluation.plan import make_plan
from engine.evaluation.program import Program, compile_plan
from engine.evaluation.results import obligations, overlay_uses, payments, results
from engine.evaluation.slots import Closure, Names
from engine.language.expressions import Text
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR
from engine.language.types import Type
from engine.language.typing import Scope
from engine.language.values import UNDETERMINED, add_months
from engine.policy.model import YEAR_START, Convention
from engine.policy.overlays import Laid, reaches
from engine.policy.registry import Registry

YEARS_SHOWN = (1, 2, 3, 4, 5)
YEARLY_AMOUNT = "aide.montant_annuel"


@dataclass(slots=True)
class _Prepared:
    """What a convention needs before its overlays are known: who covers it, and when a contract year starts."""

    covering: tuple[Laid, ...]
    gates: tuple[Closure | None, ...]
    years_from: Closure
    names: Names
    blank: list[Any]
    digest: str
    defaults: dict[str, str]


@dataclass(slots=True)
class Session:
    """Decides cases under the conventions of ``registry``. Not for use from several threads at once."""

    registry: Registry
    _programs: dict[tuple[str, tuple[str, ...]], Program] = field(default_factory=dict)
    _prepared: dict[str, _Prepared] = field(default_factory=dict)

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
        prepared = self._prepare(chosen)
        choices = self._choices(prepared, interpret or {})
        year = facts.get(YEAR)
        laid = self._laid(prepared, facts, choices, year if isinstance(year, int) else None)
        program, run = self.run(chosen, laid, facts, choices)
        found = results(program, run, facts, choices)
        used = {id_: choices[id_] for result in found.values() for id_ in result.choices}
        return Decision(
            convention=chosen,
            digest=prepared.digest,
            selected_because=because,
            overlays=overlay_uses(laid, chosen),
            facts=facts,
            results=found,
            payments=payments(program, run, found) if YEAR in facts else (),
            obligations=obligations(program, run, as_of),
            interpretations={id_: used[id_] for id_ in choices if id_ in used},
            trace=tuple(run.trace),
            years=() if YEAR in facts else self._years(chosen, prepared, facts, choices),
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
        prepared = self._prepare(convention)
        year = facts.get(YEAR)
        return self._laid(prepared, facts, {**prepared.defaults, **choices}, year if isinstance(year, int) else None)

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

    def _prepare(self, convention: Convention) -> _Prepared:
        if convention.id not in self._prepared:
            covering = self.registry.covering(convention)
            questions: dict[str, Any] = {}
            for source in (convention, *(later for later, _ in covering)):
                for id_, question in source.interpretations.items():
                    questions.setdefault(id_, question)
            vocabulary = self.registry.vocabulary
            facts = {name: i for i, name in enumerate(vocabulary.facts)}
            choices = {id_: len(facts) + i for i, id_ in enumerate(questions)}
            scope = Scope(vocabulary, {}, {id_: question.choices for id_, question in questions.items()})
            names = Names(facts, {}, choices, scope)
            self._prepared[convention.id] = _Prepared(
                covering,
                tuple(None if o.when is None else condition(o.when, names) for _, o in covering),
                expression(convention.years_from, names, Type("date")),
                names,
                [(UNDETERMINED, 0, 0)] * (len(facts) + len(choices)),
                self.registry.digest(convention),
                {id_: question.default for id_, question in questions.items()},
            )
        return self._prepared[convention.id]

    def _choices(self, prepared: _Prepared, interpret: Mapping[str, str]) -> dict[str, str]:
        choices = dict(prepared.defaults)
        for id_, choice in interpret.items():
            known = {c for each in self.registry.conventions.values() for c in each.interpretations}
            if id_ not in known:
                raise _usage("unknown-interpretation", nearest(id_, known), id=id_)
            possible = prepared.names.scope.interpretations.get(id_)
            if possible is None:
                continue
            if choice not in possible:
                raise _usage("unknown-value", nearest(choice, possible), value=choice, allowed=", ".join(possible))
            choices[id_] = choice
        return choices

    def _laid(
        self, prepared: _Prepared, facts: Facts, choices: Mapping[str, str], year: int | None
    ) -> tuple[Laid, ...]:
        if not prepared.covering:
            return ()
        slots = list(prepared.blank)
        for name, value in facts.items():
            slots[prepared.names.facts[name]] = (value, 0, 0)
        for id_, choice in choices.items():
            slots[prepared.names.choices[id_]] = (choice, 0, 0)
        signature = facts[SIGNATURE]
        assert isinstance(signature, dt.date)
        start = _year_start(prepared.years_from(slots)[0], year)
        return tuple(
            (later, overlay)
            for (later, overlay), gate in zip(prepared.covering, prepared.gates, strict=True)
            if reaches(overlay, signature, year, start) and (gate is None or gate(slots)[0] is True)
        )

    def _years(
        self, convention: Convention, prepared: _Prepared, facts: Facts, choices: Mapping[str, str]
    ) -> tuple[YearLine, ...]:
        """The yearly amount of the years 1 to 5, each under its own overlays."""
        if not any(item.id == YEARLY_AMOUNT for item in convention.items.values()):
            return ()
        lines = []
        for year in YEARS_SHOWN:
            of_year = {**facts, YEAR: year}
            laid = self._laid(prepared, of_year, choices, year)
            program, run = self.run(convention, laid, of_year, choices)
            result = results(program, run, of_year, choices, (YEAR_START, YEARLY_AMOUNT))
            start = result[YEAR_START].value
            lines.append(
                YearLine(
                    year,
                    start if isinstance(start, dt.date) else None,
                    result[YEARLY_AMOUNT],
                    overlay_uses(laid, convention),
                )
            )
        return tuple(lines)


def _year_start(first: Any, year: int | None) -> dt.date | None:
    if year is None or not isinstance(first, dt.date):
        return None
    return add_months(first, 12 * (year - 1))


def _usage(code: str, close: str | None, **values: object) -> UsageFault:
    return UsageFault(Problem(Location("--interpret"), code, values, close))
