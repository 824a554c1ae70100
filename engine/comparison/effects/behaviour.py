"""For whom the result changes between two versions, and why: two sides come in, confirmed differences go out.

The versions are two conventions of one registry, each forced on a case, or what two registries decide on the same day.
Each result is proved the same, or shown to differ by a first case that both versions decide; what the budget leaves
open is said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

from engine.comparison.edits.same import meaning
from engine.comparison.effects.definitions import ITEM, NEWER, OLDER, WINDOW, Cause, Versions, versions
from engine.comparison.effects.study import Study
from engine.comparison.effects.witness import DECIDED, KINDS, STOPPED, Effect, effect_of
from engine.errors import InputFault
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE, Vocabulary
from engine.language.term_bank import TermBank
from engine.policy.model import Convention
from engine.policy.overlays import laid_items, open_questions
from engine.policy.results import Results, joined
from engine.proof.encoding import Encoding, encode
from engine.proof.solving import DEFAULT_EFFORT
from engine.proof.space import make_space

FOUND, PROVED, APART, THROUGH, OFFSET, UNDECIDED = "found", "proved", "apart", "through", "offset", "undecided"
BEYOND = "beyond"
REFUSED = "no-convention"  # what a version says of a contract that no convention of its covers


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the rules: a convention, and the session that decides under it.

    Where it does not ``decide``, no convention of the session is in force, and it refuses every case.
    """

    session: Session
    convention: Convention
    decides: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Two versions and the signature days, from ``first`` to ``before`` (left out), on which they are compared.

    ``forced``: each convention is asked for by name. ``moved``: the windows of signature have changed, so that other
    conventions decide on these days, or none.
    """

    older: Version
    newer: Version
    first: dt.date
    before: dt.date | None
    forced: bool = False
    moved: bool = False

    @property
    def sides(self) -> tuple[Version, Version]:
        """The older version, then the newer."""
        return self.older, self.newer

    @property
    def last(self) -> dt.date | None:
        return None if self.before is None else self.before - dt.timedelta(days=1)


def forced(older: Version, newer: Version) -> Meeting:
    """Two conventions on the signature days of the later one."""
    later = max(older.convention, newer.convention, key=lambda c: (c.signed_from, c.id))
    return Meeting(older=older, newer=newer, first=later.signed_from, before=later.signed_before, forced=True)


def meetings(older: Version, newer: Version) -> Iterator[Meeting]:
    """One convention in two registries: the days that both windows hold, then those that one alone holds."""
    sides = (older.convention, newer.convention)
    days = sorted({each.signed_from for each in sides} | {each.signed_before or dt.date.max for each in sides})
    spans = [(first, before) for first, before in pairwise(days)]
    spans.sort(key=lambda span: sum(each.covers(span[0]) for each in sides), reverse=True)
    for first, before in spans:
        held = [each.covers(first) for each in sides]
        until = None if before == dt.date.max else before
        if all(held):
            yield Meeting(older=older, newer=newer, first=first, before=until)
        elif any(held):
            yield from _moved(older, newer, first, before)


def _moved(older: Version, newer: Version, first: dt.date, before: dt.date) -> Iterator[Meeting]:
    """What decides in each registry on days that only one of the windows holds, stretch by stretch."""
    beneficiary = newer.convention.beneficiary
    texts = (each for side in (older, newer) for each in side.session.registry.in_time)
    own = [each for each in texts if each.beneficiary == beneficiary]
    starts = {day for each in own for day in (each.signed_from, each.signed_before) if day and first < day < before}
    for day, end in pairwise([first, *sorted(starts), before]):
        until = None if end == dt.date.max else end
        sides = (_deciding(side, beneficiary, day) for side in (older, newer))
        yield Meeting(older=next(sides), newer=next(sides), first=day, before=until, moved=True)


def _deciding(version: Version, beneficiary: str, day: dt.date) -> Version:
    try:
        return replace(version, convention=version.session.registry.select(beneficiary, day)[0])
    except InputFault:
        return replace(version, decides=False)


def rules_of(version: Version) -> object:
    """Every item, question and later text of a convention: two versions that have them alike can never differ."""
    convention, registry = version.convention, version.session.registry
    covering = registry.covering(convention)
    parts: list[object] = [convention.years_from, convention.beneficiary, registry.vocabulary]
    for laid in ((), *((each,) for each in covering)):
        parts.append({id_: meaning(item) for id_, item in laid_items(convention, laid).items()})
    parts += [(o.id, o.signed_from, o.signed_before, o.first_anniversary, o.when) for _, o in covering]
    questions = open_questions(convention, covering)
    return [*parts, {id_: (each.default, tuple(each.choices)) for id_, each in questions.items()}]


@dataclass(frozen=True, slots=True)
class EditStatus:
    """``status`` of a changed item.

    ``found``: a case shows an effect. ``proved``: in no case does a result hang on the change. ``through``: one version
    alone has it, or it has another type, and what reads it tells its effect. ``apart``: no result rests on it, only
    payments, obligations or nothing. ``offset``: results hang on it, but none that differs between the versions.
    ``undecided``: the budget was spent before.
    """

    item: str
    change: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What the comparison of two versions found.

    ``undecided`` are results of which ``effort`` left something open; ``cut`` are items that two versions read in
    opposite orders, where a mix of their edits reads one version's own answer.
    """

    meeting: Meeting
    effects: tuple[Effect, ...] = ()
    statuses: tuple[EditStatus, ...] = ()
    undecided: tuple[str, ...] = ()
    cut: tuple[str, ...] = ()
    results: Results
    effort: int


def behaviours(
    pairs: Iterable[tuple[Version, Version]],
    effort: int = DEFAULT_EFFORT,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> tuple[Behaviour, ...]:
    """Each pair in turn; days that passed from one convention to another are told once.

    ``told`` hears how many hundredths of the meetings of all pairs are done, of how many.
    """
    pairs = list(pairs)
    named = {_days(forced(a, b)) for a, b in pairs if a.convention.id != b.convention.id}
    todo: dict[object, Meeting] = {}
    for a, b in pairs:
        for each in [forced(a, b)] if a.convention.id != b.convention.id else meetings(a, b):
            if not (each.moved and _days(each) in named):  # told by what was edited, and not by its window alone
                todo.setdefault((_days(each), each.moved), each)
    found: list[Behaviour] = []
    for each in todo.values():
        found.append(_compared(each, effort, partial(_share, told, len(found), len(todo))))
        told(100 * len(found), 100 * len(todo))
    return tuple(found)


def _days(meeting: Meeting) -> object:
    """Which conventions decide from which day on."""
    ids = (side.decides and side.convention.id for side in meeting.sides)
    return (*ids, meeting.first)


def _share(told: Callable[[int, int], None], before: int, meetings: int, done: int, total: int) -> None:
    told(100 * before + 100 * done // total, 100 * meetings)


def _compared(meeting: Meeting, effort: int, told: Callable[[int, int], None]) -> Behaviour:
    older, newer = meeting.older, meeting.newer
    results = joined(each.convention.results for each in (newer, older))
    found = Behaviour(meeting=meeting, results=results, effort=effort)
    if not (older.decides and newer.decides):
        return replace(found, effects=tuple(_refused(meeting, results)))
    later = max(older.convention, newer.convention, key=lambda c: (c.signed_from, c.id))
    signed = replace(later, signed_from=meeting.first, signed_before=meeting.before)
    if older.convention.id == newer.convention.id and rules_of(older) == rules_of(newer):
        return found
    both = compared_versions(older, newer, (signed,), effort)
    study = Study(both, results, effort, every_step=not (meeting.forced or meeting.moved), told=told)
    study.look()
    study.look_closer()
    effects = study.effects
    if meeting.moved:
        first = {(each.result, each.kind): each for each in reversed(effects)}.values()
        effects = [replace(each, causes=(Cause(WINDOW, older.convention.id),), situation=None) for each in first]
    targets = study.targets
    return replace(
        found,
        effects=tuple(sorted(effects, key=lambda each: _rank(each, results))),
        statuses=() if meeting.moved else tuple(_statuses(study, both)),
        undecided=tuple(id_ for id_ in (STOPPED, *targets) if id_ in study.undecided),
        cut=tuple(sorted(study.mixed.cut)),
    )


def compared_versions(older: Version, newer: Version, among: Sequence[Convention], effort: int) -> Versions:
    """Both versions encoded over one space of cases, which are contracts of the conventions ``among``."""
    vocabulary = _joined(older.session.registry.vocabulary, newer.session.registry.vocabulary)
    bank = TermBank()
    asked = [version.session.questions(version.convention) for version in (older, newer)]
    encodings: list[Encoding] = []
    for version, own, other in zip((older, newer), asked, reversed(asked), strict=True):
        space = make_space(bank, vocabulary, {**other, **own})
        encodings.append(encode(version.session, version.convention, space, among=among, effort=effort))
    return versions(encodings[OLDER], encodings[NEWER])


def _joined(older: Vocabulary, newer: Vocabulary) -> Vocabulary:
    """The facts of both versions, as the newer one declares them."""
    if older == newer:
        return newer
    return replace(
        newer,
        facts={**newer.facts, **{name: fact for name, fact in older.facts.items() if name not in newer.facts}},
        groups=tuple(dict.fromkeys((*newer.groups, *older.groups))),
        orders=tuple(dict.fromkeys((*newer.orders, *older.orders))),
        agreements=(*newer.agreements, *(each for each in older.agreements if each not in newer.agreements)),
    )


def _refused(meeting: Meeting, results: Results) -> Iterator[Effect]:
    """Contracts of days on which one version has no convention: there it refuses every case."""
    own = meeting.newer.convention
    before, after = (DECIDED if version.decides else REFUSED for version in meeting.sides)
    if before != after:
        yield Effect(
            facts={BENEFICIARY: own.beneficiary, SIGNATURE: meeting.first},
            interpret={},
            result=STOPPED,
            before=before,
            after=after,
            overlays=((), ()),
            kind=effect_of(results, STOPPED, before, after),
            causes=(Cause(WINDOW, own.id),),
        )


def _statuses(study: Study, both: Versions) -> Iterator[EditStatus]:
    """What is known of each changed item, in the order of the plans."""
    below = both.below(study.targets)
    told = {edit.id for each in study.effects for edit in each.edits}
    for id_ in both.ids:
        if id_ not in both.edited and id_ not in both.alone and id_ not in both.retyped:
            continue
        cause = Cause(ITEM, id_)
        if id_ in told:
            status = FOUND
        elif id_ not in below or both.above([id_]).isdisjoint(study.targets):
            status = APART
        elif id_ not in both.edited:
            status = THROUGH
        elif cause in study.idle:
            status = BEYOND if both.offered_alone & both.facts_below(id_) else PROVED
        else:
            status = OFFSET if cause in study.offset else UNDECIDED
        change = "added" if not both.of(OLDER, id_) else "changed" if both.of(NEWER, id_) else "removed"
        yield EditStatus(id_, change, status)


def _rank(effect: Effect, results: Results) -> tuple[int, bool, int]:
    order = (STOPPED, *results.ids)
    place = order.index(effect.result) if effect.result in order else len(order)
    return (place, len(effect.causes) > 1, KINDS.index(effect.kind))
