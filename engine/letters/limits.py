"""Why a letter would say more than the decision: a matter and a kind of letter come in, every reason goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from engine.errors import Location, Problem
from engine.language.expressions import Text
from engine.letters.matter import ACCORD, OBJECTIF, PIECES, REFUS, TROP_PERCU, VERSEMENT, Matter
from engine.policy.registry import Registry
from engine.report.parts import unmet_conditions
from engine.report.say import Say
from engine.words import LANGUAGES

WEAK = frozenset({"secondary", "derived"})  # kinds of source on which alone nobody is refused


def stops(kind: str, matter: Matter, registry: Registry, place: str) -> list[Problem]:
    """The reasons not to write the letter; none where it may be written."""
    said = [Say(registry, lang) for lang in LANGUAGES]
    found = []
    for reason, values in _REASONS[kind](matter):
        texts = {each.lang: each(f"letter_stop.{reason}", **{k: v(each) for k, v in values.items()}) for each in said}
        found.append(Problem(Location(place), "letter-says-more", {"kind": kind, "reason": texts}))
    return found


Values = Mapping[str, Callable[[Say], str]]
Reason = tuple[str, Values]


def _doubts(matter: Matter) -> Iterator[Reason]:
    decisions = [decision for _, decision in matter.decisions] or [matter.decision]
    labels: dict[str, Text] = {doubt.result.id: doubt.result.label for each in decisions for doubt in each.doubts}
    for label in labels.values():
        yield "doubtful", {"label": _of(label)}


def _verdict_hangs(matter: Matter) -> Iterator[Reason]:
    """A reading that nobody took a side in, and of which another choice turns the verdict."""
    verdict = matter.decision.headline.verdict
    for reading in matter.readings_on({verdict} if verdict else ()):
        if reading.question.id not in matter.chosen:
            option = f"--interpret {reading.question.id}={reading.taken}"
            yield "reading", {"question": _of(reading.question.question), "option": _same(option)}


def _accord(matter: Matter) -> Iterator[Reason]:
    if not matter.favourable:
        yield from _other(matter)
        return
    for result in unmet_conditions(matter.decision):
        if result.verdict == "not_met":
            yield "not_due", {"label": _of(result.label)}
    yield from _verdict_hangs(matter)
    yield from _doubts(matter)


def _refus(matter: Matter) -> Iterator[Reason]:
    if not matter.refused:
        yield from _other(matter)
        return
    sources = matter.decision.convention.sources
    for result in matter.criteria("not_met"):
        kinds = {sources[each.source].kind for each in result.cite if each.source in sources}
        if kinds <= WEAK:
            yield "source", {"label": _of(result.label)}
    yield from _verdict_hangs(matter)
    yield from _doubts(matter)


def _other(matter: Matter) -> Iterator[Reason]:
    verdict = matter.decision.verdict
    missing = matter.missing()
    if verdict is None or verdict.status != "undetermined":
        yield "verdict", {"verdict": lambda say: "—" if verdict is None else say.result(verdict)}
    elif missing:
        yield "verdict_waits", {"facts": lambda say: say.facts(missing)}
    else:
        yield "verdict_open", {}


def _pieces(matter: Matter) -> Iterator[Reason]:
    if matter.refused:
        yield from _other(matter)
    elif not matter.missing():
        yield "nothing_missing", {}


def _objectif(matter: Matter) -> Iterator[Reason]:
    if matter.refused:
        yield from _other(matter)
        return
    results = [result for result in matter.objectives() if result.status != "not_applicable"]
    if not any(result.status == "known" for result in results):
        missing = tuple(dict.fromkeys(name for result in results for name in result.missing))
        yield ("objective_waits", {"facts": lambda say: say.facts(missing)}) if missing else ("objective_open", {})
    yield from _doubts(matter)


def _versement(matter: Matter) -> Iterator[Reason]:
    if not matter.favourable:
        yield from _other(matter)
    elif not matter.decisions:
        yield "year", {}
    else:
        lines = matter.payments()
        for _, line in lines:
            if line.result.status == "undetermined":
                yield "payment_open", {"label": _of(line.result.label)}
        if not any(line.result.status == "known" for _, line in lines):
            yield "no_payment", {}
    yield from _doubts(matter)


def _trop_percu(matter: Matter) -> Iterator[Reason]:
    if not matter.decisions:
        yield "year", {}
    elif not matter.overpaid():
        yield "nothing_overpaid", {}
    yield from _doubts(matter)


def _same(text: str) -> Callable[[Say], str]:
    return lambda say: text


def _of(text: Text) -> Callable[[Say], str]:
    return lambda say: text[say.lang]


_REASONS: Mapping[str, Callable[[Matter], Iterator[Reason]]] = {
    ACCORD: _accord,
    REFUS: _refus,
    PIECES: _pieces,
    OBJECTIF: _objectif,
    VERSEMENT: _versement,
    TROP_PERCU: _trop_percu,
}
