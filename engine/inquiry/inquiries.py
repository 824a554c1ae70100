"""Other readings of a decided case or a life: what to ask of all of them, and what shows of each on the page of a life.

What each result could depend on is told by :mod:`.readings`, so that no combination is decided that changes nothing.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.errors import Location
from engine.evaluation.decision import Decision, Result
from engine.evaluation.dossier import Dossier, Event
from engine.evaluation.facts import Facts
from engine.evaluation.life import lived
from engine.evaluation.program import Run
from engine.evaluation.session import YEARS_SHOWN, Session, Settled
from engine.evaluation.timeline import Timeline, timeline
from engine.inquiry import readings as page
from engine.inquiry.readings import Choices, Dependence, run_of
from engine.inquiry.sensitivity import Inquiry, Subject, SubjectAnswer
from engine.inquiry.suppositions import Supposed, resting, supposed_by
from engine.language.facts import YEAR, event_types
from engine.language.values import UNDETERMINED, Scalar
from engine.policy.model import YEAR_START, Convention, Interpretation
from engine.policy.reading import load_schema

TAKEN, OTHER = "taken", "other"  # what is assumed, and what could be so instead
MOST_STEADY = 512  # combinations, of what an item could depend on, under which it is seen to be as open in each


def _questions(
    session: Session, convention: Convention, supposed: Sequence[Supposed]
) -> tuple[dict[str, Interpretation], dict[str, Supposed]]:
    """The open questions of a contract, then its assumptions as questions of their own, which come second."""
    assumed = {each.supposition.id: each for each in supposed if each.assumption}
    questions = {**session.questions(convention)}
    for id_, each in ((id_, supposed.supposition) for id_, supposed in assumed.items()):
        choices = {TAKEN: each.label, OTHER: each.label}
        questions[id_] = Interpretation(id_, each.label, choices, TAKEN, each.cite, each.at)
    return questions, assumed


@dataclass(frozen=True, slots=True)
class _Contract:
    """What is asked about a contract, of which ``asked`` is one decision, in its years, 0 for the whole.

    ``facts_of`` a year are those under some readings, and facts in the place of what was assumed. Any answer could
    depend on the criteria ``counting``, and on what is assumed.
    """

    session: Session
    asked: Decision
    ids: Mapping[int, Sequence[str]]
    facts_of: Callable[[int, Choices, Facts], Facts]
    questions: Mapping[str, Interpretation]
    assumed: Mapping[str, Supposed]
    counting: Sequence[str] = ()
    steady: dict[int, Collection[str]] = field(default_factory=dict)

    def decide(self, choices: Choices, wanted: Collection[Subject] | None) -> Mapping[Subject, SubjectAnswer]:
        """What the subjects come to, each with all that it could depend on."""
        found: dict[Subject, SubjectAnswer] = {}
        for year, ids in self.ids.items():
            if wanted is None:
                self.steady[year] = self._steady(year, choices)
            else:
                ids = [id_ for id_ in ids if Subject(id_, year) in wanted]
            if ids:
                case, run, dependence = self._case(year, choices)
                answers = case.decided(run).answers
                depends = self._depends(run, dependence, ids, self.steady[year])
                found |= {Subject(id_, year): SubjectAnswer(answers[id_][0], each) for id_, each in depends.items()}
        return found

    def tell(self, choices: Choices) -> Mapping[Subject, Result]:
        """The whole results of the subjects."""
        told: dict[Subject, Result] = {}
        for year, ids in self.ids.items():
            facts, readings = self._read(year, choices)
            results = self.session.decide(facts, self.asked.convention.id, readings, self.asked.as_of).results
            told.update({Subject(id_, year): results[id_] for id_ in ids if id_ in results})
        return told

    def _read(self, year: int, choices: Choices) -> tuple[Facts, Choices]:
        """The facts of a year with those in the place of what was assumed, and the readings among ``choices``."""
        others = [each for id_, each in self.assumed.items() if choices.get(id_) == OTHER]
        readings = {id_: choice for id_, choice in choices.items() if id_ not in self.assumed}
        instead = {each.supposition.fact.name: each.value for each in others}
        return self.facts_of(year, readings, instead), readings

    def _case(self, year: int, choices: Choices) -> tuple[Settled, Run, Dependence]:
        return run_of(self.session, self.asked.convention, *self._read(year, choices))

    def _depends(
        self, run: Run, dependence: Dependence, ids: Sequence[str], steady: Collection[str]
    ) -> Mapping[str, frozenset[str]]:
        beside = frozenset(self.assumed).union(*dependence.found(run, self.counting).values())
        return {id_: behind | beside for id_, behind in dependence.found(run, ids, steady).items()}

    def _steady(self, year: int, taken: Choices) -> Collection[str]:
        """The open items of a year, of those asked about and below them, that are as open under all combinations."""
        made: dict[frozenset[tuple[str, str]], tuple[Run, Dependence]] = {}

        def made_of(way: Choices) -> tuple[Run, Dependence]:
            key = frozenset(way.items() - taken.items())
            if key not in made:
                made[key] = self._case(year, {**taken, **way})[1:]
            return made[key]

        run, found = made_of({})[0], set[str]()
        if any(fact.name not in run.facts for fact in run.program.plan.vocabulary.by_cases):
            return ()  # what is open in a run may be known by cases
        open_ = {id_ for id_, answer in run.answers.items() if answer[0] is UNDETERMINED}
        for compiled in run.program.below(tuple(id_ for id_ in self.ids[year] if id_ in open_)):
            id_ = compiled.step.item.id
            if id_ in open_ and self._is_steady(id_, made_of, found):
                found.add(id_)
        return found

    def _is_steady(
        self, id_: str, made_of: Callable[[Choices], tuple[Run, Dependence]], steady: Collection[str]
    ) -> bool:
        """Whether an item leaves the same open under all combinations of what it could depend on."""
        usual, ways, count = _left(made_of({})[0], id_), list[Choices]([{}]), 0
        while ways:
            way, count = ways.pop(), count + 1
            run, dependence = made_of(way)
            if _left(run, id_) != usual or count > MOST_STEADY:
                return False
            behind = self._depends(run, dependence, [id_], steady)[id_].difference(way, self.asked.chosen)
            further = next((each for each in self.questions if each in behind), None)
            if further is not None:
                ways += [{**way, further: choice} for choice in self.questions[further].choices]
        return True


def _left(run: Run, id_: str) -> object:
    """What an item comes to, None without it, and what is left of it where it is open on a scale."""
    value = run.answers[id_][0] if id_ in run.answers else None
    second = run.program.names.steps.get(id_) if value is UNDETERMINED else None
    return value, None if second is None else run.slots[second][0]


def inquiry_of_case(session: Session, decision: Decision, supposed: Sequence[Supposed] = ()) -> Inquiry:
    """An inquiry about the fixed results, payments or yearly amounts, and criteria of eligibility of one decision.

    The choices that it was asked for under are not opened; what is ``supposed`` where the case is silent is, too.
    """
    items, headline, criteria = decision.convention.items, decision.headline, decision.criteria
    of_year = _payments(decision.convention) if YEAR in decision.facts else ()
    ids: dict[int, Sequence[str]] = {0: (*headline.ids, *of_year, *criteria)}
    if headline.maximum and headline.maximum in items and YEAR not in decision.facts:
        ids |= dict.fromkeys(YEARS_SHOWN, (headline.maximum,))

    def facts_of(year: int, readings: Choices, instead: Facts) -> Facts:
        return {**decision.facts, **instead, **({YEAR: year} if year else {})}

    questions, assumed = _questions(session, decision.convention, supposed)
    asked = _Contract(session, decision, ids, facts_of, questions, assumed)
    return Inquiry(asked.decide, asked.tell, questions, decision.chosen, frozenset(criteria), assumed)


def inquiry_of_life(session: Session, life: Timeline, supposed: Sequence[Supposed] = ()) -> Inquiry:
    """An inquiry about the eligibility and the end of a contract, and each year's fixed results and payments.

    The years are those shown; events count in each as they do under the readings tried.
    """
    first = replace(life.rows[0].decision, as_of=life.as_of)
    convention, headline = first.convention, session.registry.results
    counting = (event.type.criterion for event in life.dossier.events)
    criteria = [id_ for id_ in counting if id_ is not None and id_ in convention.items]
    of_a_year = (*(id_ for id_ in headline.ids if id_ != headline.verdict), *_payments(convention))
    ids = {0: (*filter(None, (headline.verdict,)), *headline.life.ids)} | {row.year: of_a_year for row in life.rows}
    base = functools.cache(lambda instead: lived(session, told_otherwise(life.dossier, instead), convention.id))

    def facts_of(year: int, readings: Choices, instead: Facts) -> Facts:
        read = replace(base(tuple(instead.items())), interpret=readings)
        return read.facts(year)[0] if year else read.known_facts(life.rows[-1].year)

    questions, assumed = _questions(session, convention, supposed)
    asked = _Contract(session, first, ids, facts_of, questions, assumed, criteria)
    return Inquiry(asked.decide, asked.tell, questions, first.chosen, assumed=assumed)


def _payments(convention: Convention) -> tuple[str, ...]:
    return tuple(id_ for id_, item in convention.items.items() if item.kind == "payment")


def readings_of_life(session: Session, life: Timeline) -> tuple[page.Reading, ...]:
    """The readings that matter to the life of a contract."""
    first = life.rows[0].decision
    convention, headline = first.convention, first.headline
    choices = session.choices(convention, first.chosen)
    whole = lived(session, life.dossier, convention.id, first.chosen)
    counting = {event.type.criterion for event in life.dossier.events if event.type.criterion is not None}
    told = {place.id for place, _ in shown_in_life(life)} | {YEAR_START, *headline.life.ids}
    ids = (*told, *filter(None, (headline.life.term,)))
    last = life.rows[-1].year + 1  # a year more, which could follow
    facts: list[tuple[Facts, dt.date | None]] = [(whole.known_facts(year), None) for year in range(1, last + 1)]
    facts += [(dict(row.decision.facts), None) for row in life.rows]
    facts += [(whole.known_facts(row.year, life.as_of), life.as_of) for row in life.rows]
    apart = {(frozenset(each.items()), day): (each, day) for each, day in facts}
    cases, moving = [], set[str]()
    for each, day in apart.values():
        _, run, dependence = run_of(session, convention, each, choices)
        moving = moving.union(*dependence.found(run, counting).values())
        cases.append(page.Glimpse(each, ids, dependence.shown(run, ids), day))

    def seen(other: Mapping[str, str]) -> page.SeenPage:
        return dict(shown_in_life(timeline(session, life.dossier, convention.id, other, life.as_of)))

    return page.readings(session, convention, choices, cases, dict(shown_in_life(life)), seen, moving)


def shown_in_life(life: Timeline) -> Iterator[tuple[page.PagePlace, page.Seen]]:
    """What the page of a life shows: the verdict of its first year, then each year's results and payments."""
    for row in life.rows:
        headline, results = row.decision.headline, row.decision.results
        if row is life.rows[0] and row.decision.verdict is not None:
            yield page.PagePlace("result", row.decision.verdict.id), row.decision.verdict
            yield from ((page.PagePlace("result", id_), results[id_]) for id_ in row.decision.criteria)
        for id_ in headline.ids:
            if id_ != headline.verdict:
                yield page.PagePlace("result", id_, row.year), results[id_]
        for line in row.decision.payments:
            yield page.PagePlace("payment", line.result.id, row.year), line
    for result in life.ending:
        yield page.PagePlace("result", result.id), result
    yield from page.shown_duties(life.obligations)
    yield from page.shown_warnings(row.decision for row in life.rows)


def supposed_of_life(session: Session, life: Timeline) -> tuple[Supposed, ...]:
    """As :func:`supposed_of_case` for a life, year by year: an amendment is an event of its day.

    One that changes more than its day is supposed at the end of the year under way, where a day says which that is.
    What two suppositions say of one day, one for the year of a case and one for the next, is told once.
    """
    convention, chosen = life.rows[0].decision.convention.id, life.rows[0].decision.chosen
    day, dated = life.as_of, ((row, row.start, row.end) for row in life.rows)
    now = next((row for row, start, end in dated if start and end and day and start <= day < end), None)
    told = {name for event in life.dossier.events for name in event.facts}

    def seen(more: Facts, following: bool) -> page.SeenPage:
        until = now.end if following and now else None
        if len(more) > 1 and now is not None and now.end is not None:
            more = {name: now.end if isinstance(value, dt.date) else value for name, value in more.items()}
        dossier = told_otherwise(life.dossier, more.items())
        same = not more and until is None
        return dict(shown_in_life(life if same else timeline(session, dossier, convention, chosen, day, until)))

    found: dict[str, Supposed] = {}
    for row in life.rows:
        for each in supposed_by(session, row.decision, seen, day, row is now, told):
            if all((one.supposition.fact, one.value) != (each.supposition.fact, each.value) for one in found.values()):
                found.setdefault(each.supposition.id, each)
    return tuple(found.values())


def life_resting(life: Timeline, supposed: Sequence[Supposed]) -> Timeline:
    """As :func:`resting`, for each year of a life."""
    rows = tuple(replace(row, decision=resting(row.decision, supposed, row.year)) for row in life.rows)
    return replace(life, rows=rows)


def told_otherwise(dossier: Dossier, more: Iterable[tuple[str, Scalar]]) -> Dossier:
    """A dossier that also states some facts."""
    facts, types = dict(more), event_types(load_schema("dossier")).values()
    for type_ in (each for each in types if each.amendment and each.date_fact in facts):
        name, day = str(type_.date_fact), facts.pop(str(type_.date_fact))
        if isinstance(day, dt.date):
            own = {name: day, **{other: facts.pop(other) for other in type_.facts if other in facts}}
            events = sorted((*dossier.events, Event(type_, day, None, own, Location(name))), key=lambda each: each.day)
            dossier = replace(dossier, events=tuple(events))
    return replace(dossier, facts={**dossier.facts, **facts})
