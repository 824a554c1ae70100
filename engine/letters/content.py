"""What a letter says: a matter, the people concerned and a kind come in, the values of the fields go out, in French."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import Any, TypeVar

from engine.evaluation.decision import Decision, Result
from engine.inquiry.readings import readings_on
from engine.inquiry.suppositions import supposed_on
from engine.language.expressions import Citation
from engine.language.facts import SIGNATURE
from engine.letters.fields import ADDRESSEE, FIELDS, OPTION, SENDER, People, blanks, filled_in, in_words
from engine.letters.matter import ACCORD, OBJECTIF, PIECES, REFUS, TROP_PERCU, VERSEMENT, WEAK, Matter, counts_of
from engine.policy.model import WITHHELD, YEAR_START
from engine.report.page import Page, Tree, by_years
from engine.report.parts import named_years, warnings_of
from engine.report.readings import readings_blocks, supposed_blocks
from engine.report.reasons import facts_behind, failing, waiting
from engine.report.remarks import DUTY_UNMET, remarks, said, unmet_conditions
from engine.report.say import Say
from engine.report.values import lowered

UNTOLD = (None, "none", "unpublished")  # of which a letter says nothing
TO_DO = ("unmet", "pending", "overdue", "to_check", "undetermined")  # a duty that is still to be done

_NOTE = re.compile(r" \[[0-9, ]+\]")  # the number of a note, in a letter that writes its sources out

T = TypeVar("T")
FilledFields = dict[str, str]


def values(kind: str, matter: Matter, say: Say, people: People) -> dict[str, Any]:
    """The fields of a letter; what nobody said of people stays to be filled in by hand, and shows it."""
    letter, lacks = Letter(kind, matter, say), blanks(matter, people)
    lists = {name: [*part(letter)] if kind in kinds else [] for name, (kinds, part) in LISTS.items()}
    return {
        **{
            group: {name: filled_in(f"{group}.{name}", people.get(f"{group}.{name}"), lacks) for name in FIELDS[group]}
            for group in (SENDER, ADDRESSEE)
        },
        "contrat": letter.contract(lacks),
        "jour": filled_in("jour", say.scalar(matter.day) if matter.day else None, lacks),
        "trop_percu": letter.overpaid() if kind == TROP_PERCU else dict.fromkeys(FIELDS["trop_percu"], ""),
        **lists,
        "choix": [{"phrase": text} for text in letter.choices()],
        "reserves": [{"phrase": text} for text in letter.reserves()],
        "droits": [{"phrase": text} for text in letter.supposed(assumption=False)],
        "sources": [{"phrase": text} for text in letter.sources],
    }


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is written; ``sources`` are sentences, each once, in the order in which it rests on them."""

    kind: str
    matter: Matter
    say: Say
    sources: dict[str, None] = field(default_factory=dict)

    def cited(self, cite: Iterable[Citation]) -> str:
        """The sources of a statement, written out."""
        told = []
        for each in dict.fromkeys(cite):
            source = self.say.registry.source(each)
            day = f", {self.say.written_day(source.date)}" if source.date else ""
            grade = f" ({self.say.value(source.kind)})" if source.kind in WEAK else ""
            self.sources[f"{source.title}, {source.publisher}{day}{grade}."] = None
            told.append(f"{source.title}, {each.locator}" if each.locator else source.title)
        return self.say.listed(dict.fromkeys(told))

    def named(self, result: Result) -> str:
        """A result with its value."""
        return self.say.pair(self.say.label(result), self.say.result(result))

    def contract(self, lacks: Mapping[str, str]) -> FilledFields:
        decision, say = self.matter.decision, self.say
        options = [(year, each.facts[OPTION]) for year, each in self.matter.course if OPTION in each.facts]
        chosen = ", puis ".join(_from_year(say.fact(OPTION, option), year) for year, option in _changes(options, str))
        return {
            "date_signature": say.scalar(decision.facts[SIGNATURE]),
            "option": filled_in(OPTION, chosen, lacks) if chosen or OPTION in lacks else "",
            "convention": say.label(decision.convention),
            "pourquoi": decision.selected_because[say.lang],
        }

    def motives(self) -> Iterator[FilledFields]:
        for each in self.matter.not_met():
            yield {
                "condition": self.say.label(each) if each.refusal is None else each.refusal[self.say.lang],
                "situation": facts_behind(each, self.matter.decision, self.say),
                "texte": self.cited(each.cite),
            }

    def conditions(self) -> Iterator[FilledFields]:
        """The conditions of the payment that are not answered yet."""
        for each in unmet_conditions(self.matter.decision):
            if each.verdict == "undetermined":
                yield {"phrase": f"{self.say.label(each)} ({self.cited(each.cite)})."}

    def years(self) -> Iterator[FilledFields]:
        """The most that each contract year pays."""
        decision, say, most = self.matter.decision, self.say, self.matter.decision.headline.maximum
        decided = self.matter.decisions if self.matter.life is None else self.matter.course
        own = [(year, each.results[YEAR_START].value, each, each.stated(most)) for year, each in decided]
        listed = [(line.year, line.start, decision, line.amount) for line in decision.years]
        for year, start, each, result in listed or own:
            if result is not None:
                yield {"annee": str(year), "debut": say.scalar(start), "montant": self._most(result, each)}

    def _most(self, result: Result, decision: Decision) -> str:
        if result.status == "known":
            self.cited(result.cite)
            return self.say.result(result)
        reason = waiting(result, decision, self.say)
        return f"non établi : {reason}" if result.status == "undetermined" else "sans objet"

    def objectives(self) -> Iterator[FilledFields]:
        """What is to be reached, with the figures that it comes from; of a life also what an amendment makes of it."""
        course, say = self.matter.course, self.say
        for id_ in dict.fromkeys(each.id for _, decision in course for each in counts_of(decision)):
            told = [(year, decision.results[id_]) for year, decision in course if id_ in decision.results]
            known = [(year, result) for year, result in told if result.status == "known"]
            for year, result in _changes(known, lambda result: result.value):
                self.cited(result.cite)
                name = _from_year(say.label(result), year)
                yield {"nom": name, "depart": self._starts(result), "valeur": say.result(result)}

    def _starts(self, result: Result) -> str:
        """The counts behind an objective, or that which it is: its number is not told twice."""
        facts = self.say.registry.vocabulary.facts
        counts = {name: value for name, value in result.facts.items() if facts[name].type.unit == "patients"}
        if same := [name for name, value in counts.items() if value == result.value]:
            return self.say.facts(same)
        return self.say.listed(self.say.stated(name, value) for name, value in counts.items())

    def duties(self) -> Iterator[FilledFields]:
        """The duties that are still to be done and have a day, or on which the payment depends."""
        for line in self.matter.obligations:
            if line.status in TO_DO and (line.due is not None or line.if_unmet in WITHHELD):
                self.cited(line.cite)
                follows = "" if line.if_unmet in UNTOLD else f"sinon, {self.say(f'if_unmet.{line.if_unmet}')}"
                day = self.say.scalar(line.due) if line.due else ""
                yield {"nom": self.say.label(line), "echeance": day, "suite": follows}

    def papers(self) -> Iterator[FilledFields]:
        vocabulary, say = self.say.registry.vocabulary, self.say
        decided = self.matter.decisions or [(0, self.matter.decision)]
        results = [(year if each.yearly else 0, each) for year, decision in decided for each in decision.main]
        for name in vocabulary.usual(self.matter.missing()):
            waits = by_years((say.label(r), year) for year, r in results if name in vocabulary.usual(r.missing))
            fact, told = vocabulary.facts[name], (named_years(label, years, say) for label, years in waits.items())
            yield {"question": fact.question[say.lang], "ou": fact.where[say.lang], "pour": say.listed(told)}

    def payments(self) -> Iterator[FilledFields]:
        for year, line in self.matter.payments():
            value = line.result.number
            if value is not None:
                self.cited(line.result.cite)
                yield {
                    "annee": str(year),
                    "nom": self.say.label(line.result),
                    "montant": self.say.euros(value),
                    "lettres": in_words(value),
                    "echeance": self.say.scalar(line.due) if line.due else "à une date qui n'est pas publiée",
                }

    def worked_out(self) -> Iterator[FilledFields]:
        """How the aid of the year of the payments comes of its maximum and its verification."""
        for year, decision in self.matter.decisions[-1:]:
            most, due = map(decision.stated, (decision.headline.maximum, decision.headline.due))
            if most and due and most.status == due.status == "known":
                told = (self.named(most), self._why_less(decision), self.named(due))
                yield {"annee": str(year), "phrase": self.say.listed(told)}

    def overpaid(self) -> FilledFields:
        """What was paid above the aid, in figures and in words."""
        total = sum((amount for _, _, amount in self.matter.overpaid()), Fraction(0))
        told = f"au {self.say.scalar(self.matter.day)}" if self.matter.day else "à ce jour"
        return {"montant": self.say.euros(total), "lettres": in_words(total), "jour": told}

    def overpaid_years(self) -> Iterator[FilledFields]:
        say = self.say
        for year, decision, amount in self.matter.overpaid():
            due = decision.stated(decision.headline.due)
            self.cited(() if due is None else due.cite)
            owed = (None if due is None else due.number) or Fraction(0)
            yield {
                "annee": str(year),
                "du": say.euros(owed),
                "verse": say.euros(owed + amount),
                "a_rembourser": say.euros(amount),
                "pourquoi": self._why_less(decision),
            }

    def _why_less(self, decision: Decision) -> str:
        """The headline results between the verdict and the money: what the year's check came to."""
        headline, told = decision.headline, []
        below = {result.id for result in decision.below(headline.due)} if headline.due else set()
        for result in (decision.results[id_] for id_ in headline.others if id_ in below):
            counts = result.type is not None and result.type.unit == "patients"
            if result.status == "known" and not counts and headline.headline[result.id].better is not None:
                self.cited(result.cite)
                reasons = " ; ".join(map(lowered, failing(result, decision, self.say)))
                told.append(self.named(result) + (f" – {reasons}" if reasons else ""))
        return self.say.listed(told)

    def choices(self) -> Iterator[str]:
        questions, lang = self.matter.decision.convention.interpretations, self.say.lang
        for id_, choice in self.matter.chosen.items():
            if question := questions.get(id_):
                yield f"{question.question[lang]} La caisse retient : {question.choices[choice][lang]}."

    def reserves(self) -> Iterator[str]:
        """What the letter takes for granted: readings that would change what it states, and years that are open."""
        matter, say, years = self.matter, self.say, self._years()
        if self.kind in (ACCORD, VERSEMENT):  # which speak of the aid: the duties that the facts say were not met
            told = remarks([matter.decision], matter.obligations, say.noting(), keys=(DUTY_UNMET,))
            yield from (_NOTE.sub("", said(remark, say)) for remark in told)
        yield from self._warned(years)
        yield from self._readings(years)
        yield from self.supposed(assumption=True)
        for year, decision, amount in matter.overpaid() if self.kind == VERSEMENT else ():
            if year in years:
                due = decision.stated(decision.headline.due)
                owed = "" if due is None else f"{self.named(due)} ; "
                yield f"{owed}ces versements dépassent cette somme de {say.euros(amount)}, à récupérer."
        paid = matter.life.paid if self.kind == TROP_PERCU and matter.life is not None else None
        if paid is not None and paid.recover is not None and paid.recover.open_years:
            open_ = ", ".join(map(str, paid.recover.open_years))
            yield f"La somme ne comprend pas ce qui reste à établir (année {open_})."

    def _warned(self, years: Sequence[int]) -> Iterator[str]:
        """What the rules warn of: of the whole decision in a letter on the aid, elsewhere of what the letter states."""
        matter, say, aid = self.matter, self.say, self.kind in (ACCORD, VERSEMENT, TROP_PERCU)
        decisions = [(year, each) for year, each in matter.decisions if not years or year in years]
        decisions = decisions or [(0, matter.decision)]
        apart = matter.decision.headline.recover  # how it is given back the letter itself says
        stated = matter.stated(self.kind)
        results = ((year, each) for year, decision in decisions for each in decision.results.values())
        told = ((year, each) for year, each in results if each.id != apart and (aid or each.id in stated))
        for block in warnings_of(told, say, len(decisions)):
            yield block.text

    def _readings(self, years: Sequence[int]) -> Iterator[str]:
        for reading in readings_on(self.matter.told.readings, self.matter.stated(self.kind), years):
            chosen = reading.question.id in self.matter.chosen
            if lines := [] if chosen else _lines(readings_blocks([reading], self.say.in_full())):
                taken = reading.question.choices[reading.taken][self.say.lang]
                asked = f"Question que le texte laisse ouverte : {reading.question.question[self.say.lang]}"
                yield f"{asked} La présente lettre retient : {taken}. Autrement, {' '.join(lines[1:])}"

    def supposed(self, *, assumption: bool) -> Iterator[str]:
        """Rights that are still open, or assumptions that were made, with what they would change."""
        noting = self.say.noting(full=True)
        for each in supposed_on(self.matter.told.supposed, self.matter.stated(self.kind), self._years()):
            if each.assumption is assumption and (lines := _lines(supposed_blocks([each], noting))):
                yield _NOTE.sub("", " ".join(lines))

    def _years(self) -> list[int]:
        """The contract years of which the letter states a sum; nothing where it is about all of them."""
        stated: dict[str, Iterable[tuple[Any, ...]]]
        stated = {TROP_PERCU: self.matter.overpaid(), VERSEMENT: self.matter.payments()}
        return [year for year, *_ in stated.get(self.kind, ())]


# The lists of a letter, in the order in which it comes to its sources: the kinds that have each, and what fills it.
LISTS: Mapping[str, tuple[Sequence[str], Callable[[Letter], Iterator[FilledFields]]]] = {
    "motifs": ((REFUS,), Letter.motives),
    "conditions": ((ACCORD, VERSEMENT), Letter.conditions),
    "annees": ((ACCORD,), Letter.years),
    "objectifs": ((ACCORD, OBJECTIF), Letter.objectives),
    "obligations": ((ACCORD,), Letter.duties),
    "pieces": ((PIECES,), Letter.papers),
    "versements": ((VERSEMENT,), Letter.payments),
    "calculs": ((VERSEMENT,), Letter.worked_out),
    "annees_trop_percu": ((TROP_PERCU,), Letter.overpaid_years),
}


def _changes(course: Iterable[tuple[int, T]], seen: Callable[[T], object]) -> Iterator[tuple[int, T]]:
    """What stands first, which bears no year, and each year in which what is seen of it becomes another."""
    for number, (_, group) in enumerate(groupby(course, lambda each: seen(each[1]))):
        year, first = next(group)
        yield (year if number else 0), first


def _from_year(text: str, year: int) -> str:
    return f"{text} à compter de l'année {year}" if year else text


def _lines(blocks: Page) -> list[str]:
    """The entries of a section."""
    return [text for block in blocks if isinstance(block, Tree) for _, text in block.lines]
