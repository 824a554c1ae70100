"""The tests of a text run again under one that amends it: cases come in, what comes out otherwise goes out.

A case is moved by whole years into the window of the amending text, and decided there under both texts. So a
difference comes from the rules and never from the calendar; each must be declared in ``tests/differences.yaml``, which
then says in cases what the text changes.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.errors import InputFault, Location, Problem, UsageFault, in_order, nearest
from engine.evaluation.facts import Facts, signed_on
from engine.evaluation.session import Session
from engine.language.values import add_months
from engine.policy.loader import load
from engine.policy.model import Convention
from engine.policy.places import DIFFERENCES, TESTS, TO_FILL
from engine.policy.reading import load_shape
from engine.policy.schema import shape_problems
from engine.suite import running
from engine.suite.coverage import Coverage, CoveragePoint, coverage
from engine.suite.observed import observe
from engine.suite.running import NOTHING, CaseOutcome, Difference, PolicyCase, shown, unquoted
from engine.words import LANGUAGES, read_words

REFUSED = "refused"  # what is said of a case that has no decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The cases of a base under a text that amends it.

    ``undeclared`` are those that come out otherwise and are not declared so; ``problems`` are declared differences
    that do not come out, and places of the text that its own tests do not reach. ``twins`` are names of several cases.
    """

    convention: str
    base: str
    cases: int
    declared: int
    undeclared: tuple[CaseOutcome, ...]
    problems: tuple[Problem, ...]
    twins: frozenset[str] = frozenset()

    @property
    def passed(self) -> bool:
        return not self.undeclared and not self.problems


@dataclass(frozen=True, slots=True)
class _Declared:
    """A declared difference: the case, the suite where two have cases of one name, and what comes out now."""

    suite: str | None
    case: str
    now: Mapping[str, str]
    at: Location


def moved(session: Session, cases: Sequence[PolicyCase], told: Callable[[int, int], None] | None = None) -> list[Moved]:
    """What becomes of the cases of each text that another amends; ``told`` hears how many texts are done, of how many.

    Raises:
        InputFault: with every fault of the lists of differences.
    """
    found: list[Moved] = []
    chains = [session.registry.chain(convention) for convention in session.registry.conventions.values()]
    amending = [chain for chain in chains if len(chain) > 1]
    for text, base, *_ in amending:
        folder = _folder(session, text)
        own = [case for case in cases if case.convention == text.id or case.at.file.startswith(folder)]
        found.append(_moved(session, text, base, _inherited(session, text, cases), own))
        if told is not None:
            told(len(found), len(amending))
    return found


def _moved(
    session: Session, convention: Convention, base: Convention, cases: Sequence[PolicyCase], own: Sequence[PolicyCase]
) -> Moved:
    declared = _read_declared(session, convention)
    undeclared: list[CaseOutcome] = []
    met: set[int] = set()
    for case in cases:
        differences = _differences(session, case, convention, base)
        now = {each.subject: each.actual for each in differences}
        known = [n for n, each in enumerate(declared) if each.case == case.name and each.suite in (None, case.suite)]
        met.update(number for number in known if declared[number].now == now)
        if now and not any(declared[number].now == now for number in known):
            undeclared.append(CaseOutcome(case, differences))
    gone = [each for number, each in enumerate(declared) if number not in met]
    problems = [_gone(each, convention, cases) for each in gone]
    problems += _untested(session, convention, own)
    return Moved(
        convention=convention.id,
        base=base.id,
        cases=len(cases),
        declared=len(met),
        undeclared=tuple(undeclared),
        problems=in_order(problems),
        twins=frozenset(name for name, count in Counter(case.name for case in cases).items() if count > 1),
    )


def with_undeclared(found: Moved, root: Path) -> dict[str, Any]:
    """The list of differences of a text with those that lack in it, their reason left to fill in."""
    path = differences_file(root, found.convention)
    listed = load(path).data["differences"] if path.exists() else []
    alike: dict[str, dict[str, Any]] = {}
    for outcome in found.undeclared:
        case = outcome.case
        named = {"suite": case.suite} if case.name in found.twins else {}
        now = {each.subject: unquoted(each.actual) for each in outcome.differences}
        alike.setdefault(repr((named, now)), {"case": [], **named, "now": now})["case"].append(case.name)
    cases = [{**each, "case": each["case"] if each["case"][1:] else each["case"][0]} for each in alike.values()]
    return {"differences": [*listed, {"because": TO_FILL, "cases": cases}]}


def differences_file(root: Path, convention: str) -> Path:
    """Where a text declares what it changes, in cases."""
    return root / convention / TESTS / DIFFERENCES


def _inherited(session: Session, text: Convention, cases: Sequence[PolicyCase]) -> list[PolicyCase]:
    """The cases of all that a text amends."""
    folder, older = _folder(session, text), {each.id for each in session.registry.chain(text)[1:]}
    return [case for case in cases if case.convention in older and not case.at.file.startswith(folder)]


def _gone(declared: _Declared, convention: Convention, cases: Sequence[PolicyCase]) -> Problem:
    """That a declared difference does not come out, with the name that is meant where there is no such case."""
    names = {case.name for case in cases if declared.suite in (None, case.suite)}
    close = None if declared.case in names else nearest(declared.case, names)
    return Problem(declared.at, "difference-gone", {"case": declared.case, "id": convention.id}, close)


def _folder(session: Session, convention: Convention) -> str:
    return f"{(session.registry.root / convention.id).as_posix()}/"


def _differences(
    session: Session, case: PolicyCase, convention: Convention, base: Convention
) -> tuple[Difference, ...]:
    """What the case says of its subjects under both texts, where that is not the same."""
    before, after = (_said(session, case, convention, text.id) for text in (base, convention))
    subjects = dict.fromkeys((*before, *after))
    pairs = ((subject, before.get(subject, NOTHING), after.get(subject, NOTHING)) for subject in subjects)
    return tuple(Difference(*pair) for pair in pairs if pair[1] != pair[2])


def _said(session: Session, case: PolicyCase, window: Convention, forced: str) -> dict[str, str]:
    """What comes out of all that a case expects, as text, decided in another window."""
    facts, day = into(window, case.facts, case.as_of)
    try:
        asked = running.subjects(case.entry)
        decision = session.decide(facts, forced, case.entry.get("interpret"), day, False, asked)
    except (InputFault, UsageFault) as error:
        return {REFUSED: ", ".join(sorted({problem.code for problem in error.problems}))}
    return running.answers(running.restated(case.entry, decision))


def into(window: Convention, facts: Facts, as_of: dt.date | None = None) -> tuple[Facts, dt.date | None]:
    """The facts of a case moved into a window, and the day asked about.

    By years where one of its years has the day, and 29 February becomes the 28th where the year has none; else by days
    to the first day.
    """
    signature = signed_on(facts)
    years = max(window.signed_from.year - signature.year, 0)
    years += add_months(signature, 12 * years) < window.signed_from
    whole_years = window.covers(add_months(signature, 12 * years))

    def later(day: dt.date) -> dt.date:
        return add_months(day, 12 * years) if whole_years else day + (window.signed_from - signature)

    found = {name: later(value) if isinstance(value, dt.date) else value for name, value in facts.items()}
    return found, None if as_of is None else later(as_of)


def declaration_problems(session: Session, cases: Sequence[PolicyCase]) -> Iterator[Problem]:
    """The faults of the lists of differences, and where all cases could be read, names that no case has."""
    for convention in session.registry.conventions.values():
        inherited = _inherited(session, convention, cases)
        names = {case.name for case in inherited}
        try:
            declared = _read_declared(session, convention)
            yield from (_gone(each, convention, inherited) for each in declared if names and each.case not in names)
        except InputFault as error:
            yield from error.problems


def _read_declared(session: Session, convention: Convention) -> list[_Declared]:
    """The differences that a text declares; none where it has no list."""
    path = differences_file(session.registry.root, convention.id)
    if not path.exists():
        return []
    document = load(path)
    problems = shape_problems(document, load_shape("differences"))
    if problems:
        raise InputFault(problems)
    found: list[_Declared] = []
    for entry in (entry for group in document.root().members("differences") for entry in group.members("cases")):
        now = {subject: shown(value) for subject, value in entry["now"].data.items()}
        names = entry["case"].value if isinstance(entry["case"].value, list) else [entry["case"]]
        found += (_Declared(entry.get("suite"), name.value, now, name.at) for name in names)
    return found


def _untested(session: Session, convention: Convention, own: Sequence[PolicyCase]) -> Iterator[Problem]:
    """The places written in the text's own folder, and the thresholds at its numbers, that its tests do not reach."""
    folder = _folder(session, convention)
    numbers = {i.id for i in convention.items.values() if i.kind == "parameter" and i.at.file.startswith(folder)}
    seen = observe(session, own)
    found, looked_at = coverage(session.registry, seen), {id_ for each in seen for id_ in each.looked_at}
    for place in found.missed:
        new = place.at.file.startswith(folder) or place.reads & numbers
        waits = place.kind == "item" and place.item in looked_at  # for a number that no source gives
        offers = place.at.file == convention.at.file  # which values it knows: what they lead to is tested
        if place.convention == convention.id and new and not waits and not offers:
            yield Problem(place.at, "change-untested", {"name": place.name, "missed": _missed(place, found)})


def _missed(place: CoveragePoint, found: Coverage) -> Mapping[str, str]:
    """What no test reaches of a place: the one side of a threshold, or all of it."""
    lacking = [side for side in place.sides if side not in found.sides(place)]
    both = len(lacking) == len(place.sides)
    words = {lang: read_words("reports", lang) for lang in LANGUAGES}
    return {
        lang: said["no_test"] if both else said["side_missing"].format(side=said[f"side.{lacking[0]}"])
        for lang, said in words.items()
    }
