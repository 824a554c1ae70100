"""The answer in sentences: a decision comes in; its verdict and what it pays go out, as the head of a page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from engine.evaluation.decision import Decision, Result, YearLine
from engine.language.facts import SIGNATURE, YEAR
from engine.letters.fields import OPTION
from engine.report.reasons import is_told
from engine.report.say import Say
from engine.web.templates import Wording, wording


def sentence(decision: Decision, say: Say) -> str:
    w = wording(say.lang)
    if decision.verdict is None:
        return w("your_contract")
    tone = "unpublished" if decision.tone == "open" and not decision.verdict.missing else decision.tone
    return w(f"verdict_{tone}", day=say.scalar(decision.facts[SIGNATURE]))


def amounts(decision: Decision, say: Say) -> str:
    """What a contract that has the aid pays, in a sentence; nothing of one that is refused or open."""
    w, headline = wording(say.lang), decision.headline
    if decision.tone != "good":
        return ""
    told = _of_year(decision.stated(headline.due), decision.stated(headline.maximum), decision, say)
    told = told or _of_years(decision.years, say, w)
    option = decision.facts.get(OPTION)
    return say.pair(say.fact(OPTION, option), told) if told and option is not None else say.capital(told)


def _of_year(due: Result | None, most: Result | None, decision: Decision, say: Say) -> str:
    """The year that a case is about: what is due, or else the most that can be."""
    if YEAR not in decision.facts or most is None or not is_told(most):
        return ""
    w, year = wording(say.lang), decision.facts[YEAR]
    which = nth(year, w) if isinstance(year, int) else ""
    if due is None or due.status != "known":
        return w("most_of_year", first=which, most=say.result(most))
    return w("due_of_year", first=which, due=say.result(due), most=say.result(most))


def _of_years(lines: Sequence[YearLine], say: Say, w: Wording) -> str:
    """The most of each contract year that pays, years alike together."""
    paying = [line for line in lines if line.amount.status != "not_applicable"]
    if not any(is_told(line.amount) for line in paying):
        return ""
    parts = []
    said = ((say.result(each.amount) if is_told(each.amount) else w("open_amount"), each.year) for each in paying)
    for amount, same in groupby(said, itemgetter(0)):
        first, *_, last = [year for _, year in same] * 2
        key = {0: "in_year", 1: "in_both_years"}.get(last - first, "in_years")
        parts.append(w(key, amount=amount, first=nth(first, w), last=nth(last, w)))
    return w("at_most", amounts=w("and").join(filter(None, (", ".join(parts[:-1]), parts[-1]))))


def nth(year: int, w: Wording) -> str:
    return w("first") if year == 1 else w("nth", year=year)
