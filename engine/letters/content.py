"""What a letter says: a matter, the people concerned and a kind come in, the values of the fields go out, in French."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, TypeVar

from engine.evaluation.decision import Decision, ObligationLine, Result
from engine.inquiry.readings import readings_on
from engine.inquiry.suppositions import supposed_on
from engine.language.expressions import Citation
from engine.language.facts import SIGNATURE
from engine.letters.matter import ACCORD, OBJECTIF, PIECES, REFUS, TROP_PERCU, VERSEMENT, WEAK, Matter, counts_of
from engine.letters.people import ADDRESSEE, FIELDS, OPTION, SENDER, People, blanks, filled_in
from engine.letters.sums import Entries, overpaid, payments, worked_out
from engine.policy.model import YEAR_START
from engine.report.page import Page, Tree
from engine.report.readings import readings_blocks, supposed_blocks
from engine.report.reasons import EUROS, facts_behind, waiting
from engine.report.remarks import UNMET, remarks, said, unmet_conditions
from engine.report.say import Say

DECISIVE = "payment_withheld"  # what follows where a duty is not done
UNTOLD = ("none", "unpublished")  # of which a letter says nothing

_NOTE = re.compile(r" \[[0-9, ]+\]")  # the number of a note, in a letter that writes its sources out

T = TypeVar("T")


def values(kind: str, matter: Matter, say: Say, people: People) -> dict[str, Any]:
    """The fields of a letter; what nobody said of people stays to be filled in by hand, and shows it."""
    cited = _Cited(say)
    lacks = blanks(matter, people)
    parts: dict[str, Any] = {
        **{
            group: {name: filled_in(f"{group}.{name}", people.get(f"{group}.{name}"), lacks) for name in FIELDS[group]}
            for group in (SENDER, ADDRESSEE)
        },
        "contrat": _contract(matter, say, lacks),
        "jour": filled_in("jour", say.scalar(matter.day) if matter.day else None, lacks),
        "motifs": _motives(matter, say, cited) if kind == REFUS else [],
        "conditions": _conditions(matter, say, cited) if kind in (ACCORD, VERSEMENT) else [],
        "annees": _years(matter, say, cited) if kind == ACCORD else [],
        "objectifs": _objectives(matter, say, cited) if kind in (ACCORD, OBJECTIF) else [],
        "obligations": _duties(matter.obligations, say, cited) if kind == ACCORD else [],
        "pieces": _pieces(matter, say) if kind == PIECES else [],
        "versements": payments(matter.payments(), say, cited) if kind == VERSEMENT else [],
        "calculs": worked_out(matter, say, cited) if kind == VERSEMENT else [],
        **overpaid(matter if kind == TROP_PERCU else None, say, cited),
        "choix": _choices(matter, say),
        "reserves": _reserves(kind, matter, say),
    }
    return {**parts, "sources": [{"phrase": text} for text in cited.texts]}


class _Cited:
    """The sources of a letter as sentences, each told once, in the order in which the letter rests on them."""

    def __init__(self, say: Say) -> None:
        self.say = say
        self.texts: dict[str, None] = {}

    def __call__(self, cite: Iterable[Citation]) -> str:
        """The sources of a statement, written out."""
        told = []
        for each in dict.fromkeys(cite):
            source = self.say.registry.conventions[each.convention].sources.get(each.source)
            if source is None:
                continue
            day = f", {self.say.written_day(source.date)}" if source.date else ""
            grade = f" ({self.say.value(source.kind)})" if source.kind in WEAK else ""
            self.texts[f"{source.title}, {source.publisher}{day}{grade}."] = None
            told.append(f"{source.title}, {each.locator}" if each.locator else source.title)
        return self.say.listed(dict.fromkeys(told))


def _contract(matter: Matter, say: Say, lacks: Mapping[str, str]) -> dict[str, str]:
    decision = matter.decision
    options = [(year, each.facts[OPTION]) for year, each in matter.course if OPTION in each.facts]
    chosen = ", puis ".join(_from_year(say.fact(OPTION, option), year) for year, option in _changes(options, str))
    return {
        "date_signature": say.scalar(decision.facts[SIGNATURE]),
        "option": filled_in(OPTION, chosen, lacks) if chosen or OPTION in lacks else "",
        "convention": say.label(decision.convention),
        "pourquoi": decision.selected_because[say.lang],
    }


def _changes(course: Iterable[tuple[int, T]], seen: Callable[[T], object]) -> Iterator[tuple[int, T]]:
    """What stands first, which bears no year, and each year in which what is seen of it becomes another."""
    for number, (_, group) in enumerate(groupby(course, lambda each: seen(each[1]))):
        year, first = next(group)
        yield (year if number else 0), first


def _from_year(text: str, year: int) -> str:
    return f"{text} à compter de l'année {year}" if year else text


def _motives(matter: Matter, say: Say, cited: _Cited) -> Entries:
    return [
        {
            "condition": say.label(each) if each.refusal is None else each.refusal[say.lang],
            "situation": facts_behind(each, matter.decision, say),
            "texte": cited(each.cite),
        }
        for each in matter.not_met()
    ]


def _conditions(matter: Matter, say: Say, cited: _Cited) -> Entries:
    """The conditions of the payment that are not answered yet."""
    found = (result for result in unmet_conditions(matter.decision) if result.verdict == "undetermined")
    return [{"phrase": f"{say.label(each)} ({cited(each.cite)})."} for each in found]


def _years(matter: Matter, say: Say, cited: _Cited) -> Entries:
    """The most that each contract year pays."""
    decision = matter.decision
    found: list[tuple[int, Any, Decision, Result | None]]
    if matter.life is not None:
        rows, ids = matter.life.rows, decision.headline.maximum
        found = [(row.year, row.start, row.decision, row.decision.stated(ids)) for row in rows]
    elif decision.years:
        found = [(line.year, line.start, decision, line.amount) for line in decision.years]
    else:
        starts = {year: each.results[YEAR_START].value for year, each in matter.decisions}
        found = [(year, starts[year], each, each.stated(each.headline.maximum)) for year, each in matter.decisions]
    return [
        {"annee": str(year), "debut": say.scalar(start), "montant": _amount(result, each, say, cited)}
        for year, start, each, result in found
        if result is not None
    ]


def _amount(result: Result, decision: Decision, say: Say, cited: _Cited) -> str:
    if result.status == "known":
        cited(result.cite)
        return say.result(result)
    return f"non établi : {waiting(result, decision, say)}" if result.status == "undetermined" else "sans objet"


def _objectives(matter: Matter, say: Say, cited: _Cited) -> Entries:
    """What is to be reached, with the figures that it comes from; of a life also what an amendment makes of it."""
    found = []
    for id_ in dict.fromkeys(each.id for _, decision in matter.course for each in counts_of(decision)):
        known = [
            (year, result)
            for year, decision in matter.course
            if (result := decision.results.get(id_)) is not None and result.status == "known"
        ]
        for year, result in _changes(known, lambda result: result.value):
            cited(result.cite)
            name = _from_year(say.label(result), year)
            found.append({"nom": name, "depart": _starts(result, say), "valeur": say.result(result)})
    return found


def _starts(result: Result, say: Say) -> str:
    """The counts behind an objective; a number that the contract itself gives is not told twice."""
    facts = say.registry.vocabulary.facts
    counts = [(name, value) for name, value in result.facts.items() if facts[name].type.unit == "patients"]
    if [value for _, value in counts] == [result.value]:
        return say.label(facts[counts[0][0]])
    return say.listed(say.pair(say.label(facts[name]), say.fact(name, value)) for name, value in counts)


def _duties(lines: Sequence[ObligationLine], say: Say, cited: _Cited) -> Entries:
    """The duties that are still to be done and have a day, or on which the payment depends."""
    found: Entries = []
    for line in lines:
        open_ = line.status in ("unmet", "pending", "overdue", "to_check", "undetermined")
        if open_ and (line.due is not None or line.if_unmet == DECISIVE):
            cited(line.cite)
            told = line.if_unmet not in (None, *UNTOLD)
            follows = f"sinon, {say(f'if_unmet.{line.if_unmet}')}" if told else ""
            day = say.scalar(line.due) if line.due else ""
            found.append({"nom": say.label(line), "echeance": day, "suite": follows})
    return found


def _pieces(matter: Matter, say: Say) -> Entries:
    vocabulary = say.registry.vocabulary
    results = [result for decision in matter.begun for result in decision.main]
    found = []
    for name in vocabulary.usual(matter.missing()):
        waits = dict.fromkeys(say.label(each) for each in results if name in vocabulary.usual(each.missing))
        fact = vocabulary.facts[name]
        found.append({"question": fact.question[say.lang], "ou": fact.where[say.lang], "pour": say.listed(waits)})
    return found


def _choices(matter: Matter, say: Say) -> Entries:
    questions = matter.decision.convention.interpretations
    taken = ((questions[id_], choice) for id_, choice in matter.chosen.items() if id_ in questions)
    return [
        {"phrase": f"{question.question[say.lang]} La caisse retient : {question.choices[choice][say.lang]}."}
        for question, choice in taken
    ]


def _reserves(kind: str, matter: Matter, say: Say) -> Entries:
    """What the letter takes for granted: readings that would change what it states, and years that are open."""
    years = [year for year, *_ in (matter.overpaid() if kind == TROP_PERCU else matter.payments())]
    years = years if kind in (TROP_PERCU, VERSEMENT) else []
    found = []
    if kind in (ACCORD, VERSEMENT):  # where the letter speaks of the aid, the duties that the facts say were not met
        told = remarks([matter.decision], matter.obligations, say.noting(), keys=(UNMET,))
        found += [_NOTE.sub("", said(remark, say)) for remark in told]
    found += [
        *_warned(kind, matter, say, years),
        *_readings(kind, matter, say, years),
        *_supposed(kind, matter, say, years),
    ]
    if kind == VERSEMENT:
        for _, decision, amount in (each for each in matter.overpaid() if each[0] in years):
            due = decision.stated(decision.headline.due)
            owed = "" if due is None else f"{say.pair(say.label(due), say.result(due))} ; "
            found.append(f"{owed}ces versements le dépassent de {say.scalar(amount, EUROS)}, à récupérer.")
    paid = matter.life.paid if kind == TROP_PERCU and matter.life is not None else None
    if paid is not None and paid.recover is not None and paid.recover.open_years:
        open_ = ", ".join(map(str, paid.recover.open_years))
        found.append(f"La somme ne comprend pas ce qui reste à établir (année {open_}).")
    return [{"phrase": text} for text in found]


def _warned(kind: str, matter: Matter, say: Say, years: Sequence[int]) -> Iterator[str]:
    """What the rules warn of: of the whole decision in a letter on the aid, elsewhere of what the letter states."""
    decisions = [each for year, each in matter.decisions if not years or year in years] or [matter.decision]
    aid, stated = kind in (ACCORD, VERSEMENT, TROP_PERCU), matter.stated(kind)
    apart = matter.decision.headline.recover  # the letter itself says how it is given back, or that it is to be said
    results = (each for decision in decisions for each in decision.results.values() if each.id != apart)
    yield from dict.fromkeys(text[say.lang] for each in results if aid or each.id in stated for text in each.warnings)


def _supposed(kind: str, matter: Matter, say: Say, years: Sequence[int]) -> Iterator[str]:
    """Rights that are still open and assumptions that were made, with what they would change."""
    noting = say.noting(full=True)
    for each in supposed_on(matter.told.supposed, matter.stated(kind), years):
        if lines := _lines(supposed_blocks([each], noting)):
            yield _NOTE.sub("", " ".join(lines))


def _readings(kind: str, matter: Matter, say: Say, years: Sequence[int]) -> Iterator[str]:
    for reading in readings_on(matter.told.readings, matter.stated(kind), years):
        lines = [] if reading.question.id in matter.chosen else _lines(readings_blocks([reading], say.in_full()))
        if lines:
            taken = reading.question.choices[reading.taken][say.lang]
            asked = f"Question que le texte laisse ouverte : {reading.question.question[say.lang]}"
            yield f"{asked} La présente lettre retient : {taken}. Autrement, {' '.join(lines[1:])}"


def _lines(blocks: Page) -> list[str]:
    """The entries of a section."""
    return [text for block in blocks if isinstance(block, Tree) for _, text in block.lines]
