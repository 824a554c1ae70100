"""Cases to compare two versions on: their programs come in, ordinary cases and seeded changes of them go out.

Values are those that some item of either version tells apart, so that both sides of every threshold are met.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.comparison.effects.moved import COUNTED, near, with_fact
from engine.comparison.effects.twins import NOT_RESULTS, Both, Ground, Twins, plain_case
from engine.evaluation.decision import FIXED_RESULTS
from engine.evaluation.facts import Facts
from engine.language.facts import SIGNATURE, YEAR
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Absent, Value, add_months
from engine.policy.model import Outcome
from engine.review.backtracking import in_order
from engine.review.classes import Survey, fact_classes
from engine.review.enumeration import SEED
from engine.review.settings import settings

VERDICT, GOOD = "eligibilite", "eligible"
MAX_BASES = 16
MAX_YEARS = 6
MAX_DAYS = 4
# The outcome of which ordinary cases should show each value, and how many cases are tried for that.
CHECKED = "verification.resultat"
TRIED = 300
FEW, MANY, AGES = 4, 24, 120
NEAR_BASES, NEAR_SHARE = 1, 0.3
YEARS_AFTER, LATEST = 8, 2080
VERIFIED_YEAR = 4
MAX_STARTS = 40
PASSES = 2
# Of random cases: how many facts change in an ordinary one, and how many cases are random in every fact.
CHANGED_FACTS = 4
WHOLLY_RANDOM = 4


@dataclass(frozen=True, slots=True)
class Stock:
    """``values`` of every fact that results of either version rest on, and ordinary cases to start from."""

    values: Mapping[str, tuple[Value, ...]]
    starts: tuple[Facts, ...]
    bases: tuple[Facts, ...]


def stock(pair: Twins, interpret: Mapping[str, str]) -> Stock:
    """The values and ordinary cases of a comparison; every ground that contracts can have is met on the way."""
    plain = _plain_grounds(pair, interpret)
    starts = tuple(_starts(pair, plain, interpret))
    values = fact_values(pair.grounds, [*(start[SIGNATURE] for start in starts), *_days(pair)])
    years = [year for year in values.get(YEAR, ()) if isinstance(year, int)]
    plain_start = {**_stated(plain.b, values), **starts[0]}
    if years:
        plain_start[YEAR] = next((year for year in years if year >= VERIFIED_YEAR), years[-1])
    first = climbed(pair, plain_start, values, interpret, _current(values), ordinary_score)
    bases = [first, *({**first, YEAR: year} for year in years[:MAX_YEARS] if year != first.get(YEAR))]
    met = {pair.ground(facts, interpret).key for facts in bases}
    for start in starts:
        facts = {**first, **start}
        key = pair.ground(facts, interpret).key
        if key not in met and in_order(facts, plain.b):
            met.add(key)
            bases.append(facts)
    bases[1:1] = _various(pair, first, values, interpret)
    ordered = [facts for facts in bases if in_order(facts, plain.b)]
    return Stock(values, starts, tuple(ordered[:MAX_BASES]))


def _various(
    pair: Twins, first: Facts, values: Mapping[str, tuple[Value, ...]], interpret: Mapping[str, str]
) -> list[Facts]:
    """Seeded cases near an ordinary one, the best of each outcome of the verification that it does not have itself."""
    rng = random.Random(SEED)
    survey = pair.grounds[0].b
    counted = [name for name in values if tuple(near(first, name, survey))]
    best: dict[Value, tuple[int, Facts]] = {}
    own = pair.run(first, interpret).result(CHECKED)[1]
    for _ in range(TRIED if counted else 0):
        facts = first
        for name in rng.sample(counted, min(len(counted), CHANGED_FACTS)):
            facts = with_fact(facts, name, rng.choice(tuple(near(facts, name, survey)) or (facts.get(name, 0),)))
        both = pair.run(facts, interpret)
        value, score = both.result(CHECKED)[1], ordinary_score(both)
        if value != own and not isinstance(value, Absent) and score > best.get(value, (-1, first))[0]:
            best[value] = (score, facts)
    return [facts for _, facts in best.values()]


def _stated(survey: Survey, values: Mapping[str, tuple[Value, ...]]) -> Facts:
    """Ordinary values of every fact whose absence would leave something open."""
    facts: Facts = {}
    for name, slot in survey.program.names.facts.items():
        fact = survey.program.plan.vocabulary.facts[name]
        known = [value for value in values.get(name, ()) if not isinstance(value, Absent)]
        if not known or fact.absence_answers:
            continue
        usual: Value = False if fact.type.kind == "boolean" else known[0]
        if fact.type.unit in COUNTED or fact.type.kind == "date":
            usual = survey.ordinary.get(slot, usual)
        if not isinstance(usual, Absent):
            facts[name] = usual
    return facts


def _days(pair: Twins) -> Iterator[dt.date]:
    """The same day of each year in the window, and its last day, as later texts reach later contracts otherwise."""
    for years in range(MAX_DAYS):
        day = add_months(pair.first, 12 * years + 1)
        if day <= pair.last:
            yield day
    if pair.before is not None:
        yield pair.last


def _plain_grounds(pair: Twins, interpret: Mapping[str, str]) -> Ground:
    return pair.ground(plain_case(pair, pair.first), interpret)


def _starts(pair: Twins, plain: Ground, interpret: Mapping[str, str]) -> Iterator[Facts]:
    """Signatures, years and overlay facts that lead to each ground, in their plainest form first."""
    seen: dict[tuple[object, ...], int] = {}
    sides = ((pair.b, plain.b), (pair.a, plain.a))
    count = 0
    for side, survey in sides:
        for setting in settings(side.session, survey, side.choices(interpret), {}):
            for start in setting.starts:
                key = (pair.ground(start, interpret).key, YEAR in start)
                seen[key] = seen.get(key, 0) + 1
                if seen[key] <= 2 and count < MAX_STARTS:
                    count += 1
                    yield start


def fact_values(grounds: Sequence[Ground], days: Sequence[Value]) -> dict[str, tuple[Value, ...]]:
    """One value of each class that some item of either version has, for the facts that results rest on."""
    found: dict[str, dict[Value, None]] = {}
    for ground in grounds:
        for survey in (ground.a, ground.b):
            for name, values in fact_classes(survey, _results(survey)).items():
                found.setdefault(name, {}).update(dict.fromkeys(values))
    for known in found.values():
        latest = max((value for value in known if isinstance(value, dt.date)), default=None)
        if latest is not None and latest.year < LATEST:  # later than whatever is counted from the signature
            known[add_months(latest, 12 * YEARS_AFTER)] = None
    _passed_on(grounds, found, days)
    found[SIGNATURE] = dict.fromkeys(days)
    found.pop("beneficiaire", None)
    return {name: tuple(values) for name, values in sorted(found.items())}


def _passed_on(grounds: Sequence[Ground], found: Mapping[str, dict[Value, None]], days: Sequence[Value]) -> None:
    """Adds to facts that no rule compares itself the numbers with which rules compare what is made of them.

    An age is one: it is computed from a birth, or passed on, and other items compare it with 65.
    """
    vocabulary = grounds[0].b.program.plan.vocabulary
    bounds: dict[str, set[Any]] = {}
    for ground in grounds:
        for survey in (ground.a, ground.b):
            for id_ in _results(survey):
                for read in survey.reads(id_).values():
                    type_ = survey.possible[read.name].type if read.kind == "item" else None
                    if type_ is not None and type_.kind == "number":
                        whole = (n for n in read.literals if isinstance(n, int) and not isinstance(n, bool))
                        bounds.setdefault(type_.unit, set()).update(whole)
    day = next((day for day in days if isinstance(day, dt.date)), None)
    before = {name for chain in vocabulary.orders if SIGNATURE in chain for name in chain[: chain.index(SIGNATURE)]}
    for name, known in found.items():
        fact = vocabulary.facts[name]
        if name in before and day is not None:
            known.update((add_months(day, -12 * n), None) for n in sorted(bounds.get("years", ())) if 0 < n < AGES)
        elif fact.type.kind == "number" and not fact.absence_answers and len(known) <= FEW:
            low, high = fact.minimum or 0, fact.maximum or 0
            near_by = {n + step for n in bounds.get(fact.type.unit, ()) for step in (-1, 0, 1)}
            known.update((n, None) for n in sorted(near_by)[:MANY] if low <= n <= high)


def _results(survey: Survey) -> list[str]:
    return [id_ for id_, compiled in survey.steps.items() if compiled.step.item.kind not in NOT_RESULTS]


def _current(values: Mapping[str, tuple[Value, ...]]) -> tuple[str, ...]:
    """All facts but the year and the signature, which an ordinary case keeps."""
    return tuple(name for name in values if name not in (YEAR, SIGNATURE))


def ordinary_score(both: Both) -> int:
    """How well a case stands in both versions: eligible, criteria met, results known."""
    score = 0
    if both.stopped != (None, None):
        return -1000
    for run, survey in ((both.a, both.ground.a), (both.b, both.ground.b)):
        verdict = survey.steps.get(VERDICT)
        if verdict is not None and isinstance(verdict.step.item.body, Outcome):
            score += 20 * (run.answers[VERDICT][0] == GOOD)
            for read in survey.reads(VERDICT).values():
                value = run.answers[read.name][0] if read.kind == "item" else None
                score += 3 * (value == "met" or value is NOT_APPLICABLE) - (value == "not_met")
        for id_ in FIXED_RESULTS:
            score += id_ in run.answers and not isinstance(run.answers[id_][0], Absent)
    return score


def climbed(
    pair: Twins,
    start: Facts,
    values: Mapping[str, tuple[Value, ...]],
    interpret: Mapping[str, str],
    names: Sequence[str],
    score: Callable[[Both], int],
) -> Facts:
    """``start`` with one fact after the other at the value that scores best; ties keep what stands."""
    facts = dict(start)
    best = score(pair.run(facts, interpret))
    for _ in range(PASSES):
        before = best
        for name in names:
            for value in values[name]:
                candidate = with_fact(facts, name, value)
                if candidate == facts or not in_order(candidate, pair.grounds[0].b):
                    continue
                found = score(pair.run(candidate, interpret))
                if found > best:
                    facts, best = candidate, found
        if best == before:
            break
    return facts


def neighbours(found: Stock, names: Sequence[str], survey: Survey) -> Iterator[Facts]:
    """Every ordinary case, and each with one fact at each other value."""
    for number, base in enumerate(found.bases):
        yield base
        for name in names:
            for value in (*found.values[name], *(near(base, name, survey) if number < NEAR_BASES else ())):
                changed = with_fact(base, name, value)
                if changed != base and in_order(changed, survey):
                    yield changed


def sampled(found: Stock, names: Sequence[str], survey: Survey, count: int) -> Iterator[Facts]:
    """Seeded cases: an ordinary one with a few facts changed, and every fourth random in all its facts."""
    rng = random.Random(SEED)
    every = list(found.values)
    for number in range(count):
        facts = dict(rng.choice(found.bases))
        if number % WHOLLY_RANDOM == 0:
            chosen = [name for name in every if name != SIGNATURE and rng.random() < 0.8]
            facts = {**facts, **rng.choice(found.starts)}
        else:
            chosen = [rng.choice(names if rng.random() < 0.7 else every) for _ in range(rng.randint(2, CHANGED_FACTS))]
        for name in chosen:
            values = found.values[name]
            if rng.random() < NEAR_SHARE:
                values = tuple(near(facts, name, survey)) or values
            known = [value for value in values if value is not UNDETERMINED]
            facts = with_fact(facts, name, rng.choice(known if known and rng.random() < 0.9 else values))
        if in_order(facts, survey):
            yield facts
