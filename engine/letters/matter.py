"""Matter of a letter: a decision, or a contract year by year, with what it depends on, and why no letter may say so."""

from __future__ import annotations

import datetime as dt
import importlib.util
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.errors import Location, Problem
from engine.evaluation.decision import Decision, ObligationLine, PaymentLine, Result
from engine.evaluation.dossier import Dossier
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.evaluation.timeline import Timeline, timeline
from engine.inquiry.readings import readings_on
from engine.language.facts import YEAR
from engine.policy.registry import Registry
from engine.report.decided import Decided, told_case
from engine.report.remarks import unmet_conditions
from engine.report.say import Say
from engine.report.timeline_page import ToldLife, told_life
from engine.words import LANGUAGES

ACCORD, REFUS, PIECES, OBJECTIF, VERSEMENT, TROP_PERCU = KINDS = (
    *("accord", "refus", "pieces", "objectif", "versement", "trop-percu"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """A decided case, or a life, of which ``year`` may be the one to tell of."""

    told: Decided | ToldLife
    year: int | None = None

    @property
    def day(self) -> dt.date | None:
        """The day of the letter."""
        return self.decision.as_of if self.life is None else self.life.as_of

    @property
    def chosen(self) -> Mapping[str, str]:
        """The readings that were asked for."""
        return self.decision.chosen

    @property
    def life(self) -> Timeline | None:
        return self.told.timeline if isinstance(self.told, ToldLife) else None

    @property
    def decision(self) -> Decision:
        return self.told.timeline.rows[0].decision if isinstance(self.told, ToldLife) else self.told.decision

    @property
    def decisions(self) -> Sequence[tuple[int, Decision]]:
        """The contract years that have begun by the day, each with its decision; a case has its own year, or none."""
        if self.life is None:
            year = self.decision.facts.get(YEAR)
            return ((year, self.decision),) if isinstance(year, int) else ()
        day = self.life.as_of
        rows = [row for row in self.life.rows if day is None or (row.start is not None and row.start <= day)]
        return tuple((row.year, row.decision) for row in rows if self.year is None or row.year == self.year)

    @property
    def begun(self) -> Sequence[Decision]:
        """The decisions of the contract years that have begun, or else that of the case."""
        return [decision for _, decision in self.decisions] or [self.decision]

    @property
    def obligations(self) -> Sequence[ObligationLine]:
        return self.decision.obligations if self.life is None else self.life.obligations

    def not_met(self) -> list[Result]:
        """The criteria of the verdict that are not met."""
        return [result for result in self.decision.verdict_criteria if result.verdict == "not_met"]

    @property
    def course(self) -> Sequence[tuple[int, Decision]]:
        """The decision on each year of a life, or on a case, as of no year."""
        return [(0, self.decision)] if self.life is None else [(row.year, row.decision) for row in self.life.rows]

    def payments(self) -> list[tuple[int, PaymentLine]]:
        """The payments of the year asked for, or of the last that has begun."""
        last = self.decisions[-1:]
        return [(year, line) for year, decision in last for line in decision.payments]

    def overpaid(self) -> list[tuple[int, Decision, Fraction]]:
        """The years begun in which more was paid than is due, with the difference in euros."""
        found = []
        for year, decision in self.decisions:
            result = decision.stated(decision.headline.recover)
            amount = None if result is None else result.number
            if amount is not None and amount > 0:
                found.append((year, decision, amount))
        return found

    def missing(self) -> tuple[str, ...]:
        """The facts that the verdict waits for, or else the other headline results."""
        verdict = self.decision.verdict
        if verdict is not None and verdict.missing:
            return verdict.missing
        return tuple(dict.fromkeys(name for decision in self.begun for name in decision.asked_for))

    def stated(self, kind: str) -> frozenset[str]:
        """The results that a letter of this kind states."""
        headline, decision = self.decision.headline, self.decision
        verdict: set[str | None] = {headline.verdict, *(result.id for result in decision.verdict_criteria)}
        objectives: set[str | None] = {result.id for result in counts_of(self.decision)}
        payments: set[str | None] = {line.result.id for _, line in self.payments()}
        stated: dict[str, set[str | None]] = {
            ACCORD: verdict | objectives | {headline.maximum},
            REFUS: verdict,
            PIECES: set(),
            OBJECTIF: objectives,
            VERSEMENT: payments | {headline.due},
            TROP_PERCU: {headline.recover, headline.due},
        }
        return frozenset(id_ for id_ in stated[kind] if id_ is not None)


def matter_of_case(
    session: Session, facts: Facts, choices: Mapping[str, str], day: dt.date | None, convention: str | None = None
) -> Matter:
    """What a letter on a case is about; raises as ``Session.decide``."""
    return Matter(told=told_case(session, session.decide(facts, convention, choices, day)))


def matter_of_life(
    session: Session, dossier: Dossier, choices: Mapping[str, str], day: dt.date | None, convention: str | None = None
) -> Matter:
    """What a letter on a dossier is about, on a day or else on that of its last event; raises as for a case."""
    at = day or max((event.day for event in dossier.events), default=None)
    return Matter(told=told_life(session, timeline(session, dossier, convention, choices, at)))


def counts_of(decision: Decision) -> list[Result]:
    """The headline results in patients."""
    return [each for each in decision.main if each.type is not None and each.type.unit == "patients"]


WEAK = frozenset({"secondary", "derived"})  # kinds of source on which alone nobody is refused


StopReason = tuple[str, Mapping[str, str]]


def stops(kind: str, matter: Matter, registry: Registry, place: str) -> list[Problem]:
    """The reasons not to write the letter; none where it may be written."""
    said = {lang: Say(registry, lang) for lang in LANGUAGES}
    told = (
        [say(f"letter_stop.{key}", **values) for key, values in _reasons(kind, matter, say)] for say in said.values()
    )
    reasons = (dict(zip(said, texts, strict=True)) for texts in zip(*told, strict=True))
    return [Problem(Location(place), "letter-says-more", {"kind": kind, "reason": texts}) for texts in reasons]


def allowed(matter: Matter, registry: Registry) -> tuple[str, ...]:
    """The kinds of letter that would say no more than the decision; none where the extra is not installed."""
    kinds = KINDS if importlib.util.find_spec("docxtpl") is not None else ()
    return tuple(kind for kind in kinds if not any(_reasons(kind, matter, Say(registry, LANGUAGES[0]))))


def _reasons(kind: str, matter: Matter, say: Say) -> Iterator[StopReason]:
    """What speaks against a letter: the verdict is another than it states, or else what its checks find."""
    fits, checks = _STOPPED[kind]
    for check in checks if fits(matter.decision) else ("verdict",):
        yield from _found(check, matter, say)


def _found(check: str, matter: Matter, say: Say) -> Iterator[StopReason]:
    decision, missing = matter.decision, matter.missing()
    match check:
        case "nothing_missing" if not missing:
            yield check, {}
        case "year" if not matter.decisions:
            yield check, {}
        case "nothing_overpaid" if matter.decisions and not matter.overpaid():
            yield check, {}
        case "not_due":
            broken = (result for result in unmet_conditions(decision) if result.verdict == "not_met")
            yield from ((check, {"label": say.label(each)}) for each in broken)
        case "reading":  # that nobody took a side in, and of which another choice turns the verdict
            for reading in readings_on(matter.told.readings, {decision.headline.verdict or ""}):
                if reading.question.id not in matter.chosen:
                    option = f"--interpret {reading.question.id}={reading.taken}"
                    yield check, {"question": reading.question.question[say.lang], "option": option}
        case "doubtful":
            labels = {doubt.result.id: say.label(doubt.result) for each in matter.begun for doubt in each.doubts}
            yield from ((check, {"label": label}) for label in labels.values())
        case "source":  # a criterion that refuses rests on weak ones alone
            for result in matter.not_met():
                if {say.registry.source(each).kind for each in result.cite} <= WEAK:
                    yield check, {"label": say.label(result)}
        case "verdict" if decision.verdict is None or decision.verdict.status != "undetermined":
            yield check, {"verdict": "—" if decision.verdict is None else say.result(decision.verdict)}
        case "verdict":
            yield _waiting(check, missing, say)
        case "objective":
            results = [result for result in counts_of(decision) if result.status != "not_applicable"]
            if not any(result.status == "known" for result in results):
                yield _waiting(check, tuple(dict.fromkeys(name for each in results for name in each.missing)), say)
        case "payment":
            results = [line.result for _, line in matter.payments()]
            yield from (("payment_open", {"label": say.label(r)}) for r in results if r.status == "undetermined")
            if matter.decisions and not any(result.status == "known" for result in results):
                yield "no_payment", {}


def _waiting(what: str, missing: tuple[str, ...], say: Say) -> StopReason:
    """What is open, for want of facts or of what is unpublished."""
    if not missing:
        return f"{what}_open", {}
    return f"{what}_waits", {"facts": say.facts(say.registry.vocabulary.usual(missing))}


# Of each kind: the decisions that it states, and what else may stop it.
_STOPPED: Mapping[str, tuple[Callable[[Decision], bool], Sequence[str]]] = {
    ACCORD: (lambda decision: decision.tone == "good", ("not_due", "reading", "doubtful")),
    REFUS: (lambda decision: decision.refused, ("source", "reading", "doubtful")),
    PIECES: (lambda decision: not decision.refused, ("nothing_missing",)),
    OBJECTIF: (lambda decision: not decision.refused, ("objective", "doubtful")),
    VERSEMENT: (lambda decision: decision.tone == "good", ("year", "payment", "doubtful")),
    TROP_PERCU: (lambda decision: True, ("year", "nothing_overpaid", "doubtful")),
}
