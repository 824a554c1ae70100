"""Sums of a letter: the payments of a year, how its aid is worked out, and what was paid above it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from engine.evaluation.decision import Decision, PaymentLine
from engine.language.expressions import Citation
from engine.letters.amounts import in_words
from engine.letters.matter import Matter
from engine.report.reasons import EUROS, failing
from engine.report.say import Say
from engine.report.values import lowered

Entries = list[dict[str, str]]
Cited = Callable[[Iterable[Citation]], str]


def payments(lines: Sequence[tuple[int, PaymentLine]], say: Say, cited: Cited) -> Entries:
    found = []
    for year, line in lines:
        value = line.result.number
        if value is not None:
            cited(line.result.cite)
            found.append(
                {
                    "annee": str(year),
                    "nom": say.label(line.result),
                    "montant": say.scalar(value, EUROS),
                    "lettres": in_words(value),
                    "echeance": say.scalar(line.due) if line.due else "à une date qui n'est pas publiée",
                }
            )
    return found


def worked_out(matter: Matter, say: Say, cited: Cited) -> Entries:
    """How the aid of the year of the payments comes of its maximum and its verification."""
    found = []
    for year, decision in matter.decisions[-1:]:
        ends = [decision.stated(id_) for id_ in (decision.headline.maximum, decision.headline.due)]
        told = [
            say.pair(say.label(each), say.result(each)) for each in ends if each is not None and each.status == "known"
        ]
        if len(told) == len(ends):
            told.insert(1, _why_less(decision, say, cited))
            found.append({"annee": str(year), "phrase": say.listed(told)})
    return found


def overpaid(matter: Matter | None, say: Say, cited: Cited) -> dict[str, Any]:
    if matter is None:
        return {"trop_percu": {"montant": "", "lettres": "", "jour": ""}, "annees_trop_percu": []}
    found = matter.overpaid()
    total = sum((amount for _, _, amount in found), Fraction(0))
    day = matter.day if matter.life is None else matter.life.as_of
    rows = []
    for year, decision, amount in found:
        due = decision.stated(decision.headline.due)
        cited(() if due is None else due.cite)
        owed = (None if due is None else due.number) or Fraction(0)
        rows.append(
            {
                "annee": str(year),
                "du": say.scalar(owed, EUROS),
                "verse": say.scalar(owed + amount, EUROS),
                "a_rembourser": say.scalar(amount, EUROS),
                "pourquoi": _why_less(decision, say, cited),
            }
        )
    money = {"montant": say.scalar(total, EUROS), "lettres": in_words(total)}
    return {"trop_percu": {**money, "jour": f"au {say.scalar(day)}" if day else "à ce jour"}, "annees_trop_percu": rows}


def _why_less(decision: Decision, say: Say, cited: Cited) -> str:
    """The headline results between the verdict and the money: what the year's check came to."""
    headline, told = decision.headline, []
    below = {result.id for result in decision.below(headline.due)} if headline.due else set()
    for result in (decision.results[id_] for id_ in headline.others if id_ in below):
        counts = result.type is not None and result.type.unit == "patients"
        if result.status == "known" and not counts and headline.headline[result.id].better is not None:
            cited(result.cite)
            reasons = " ; ".join(map(lowered, failing(result, decision, say)))
            told.append(say.pair(say.label(result), say.result(result)) + (f" – {reasons}" if reasons else ""))
    return say.listed(told)
