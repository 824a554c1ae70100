"""A case with something moved: facts come in, the same facts with one of them or the signature otherwise go out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from engine.evaluation.facts import Facts
from engine.language.facts import SIGNATURE
from engine.language.values import Absent, Value, add_months
from engine.review.classes import Survey
from engine.review.ordinary import MONTHS_AFTER

# Shares of another number, in percent, that rules compare with or that lie beside those.
SHARES = (50, 89, 94, 97, 100, 105, 112, 125, 150)
# Numbers for which an ordinary value says more than the lowest that is told apart.
COUNTED = ("patients", "patients_par_etp", "ETP", "years")


def with_fact(facts: Facts, name: str, value: Value) -> Facts:
    """The case with a fact stated, or left out where it is undetermined."""
    changed = dict(facts)
    if isinstance(value, Absent):
        if name != SIGNATURE:
            changed.pop(name, None)
    else:
        changed[name] = value
    return changed


def signed_on(facts: Facts, day: dt.date, survey: Survey) -> Facts:
    """The case signed on another day; what can only come after the signature moves where it must."""
    changed: Facts = {**facts, SIGNATURE: day}
    for chain in survey.program.plan.vocabulary.orders:
        later = chain[chain.index(SIGNATURE) + 1 :] if SIGNATURE in chain else ()
        for name in later:
            known = changed.get(name)
            if isinstance(known, dt.date) and known < day:
                changed[name] = add_months(day, MONTHS_AFTER)
    return changed


def near(facts: Facts, name: str, survey: Survey) -> Iterator[Value]:
    """Numbers a little below and above another fact of the case that counts the same thing."""
    vocabulary = survey.program.plan.vocabulary
    type_ = vocabulary.facts[name].type
    if type_.unit not in COUNTED or type_.scale:
        return
    notified = [other for chain in vocabulary.orders for other in chain]
    for other, value in facts.items():
        same = other != name and other not in notified and vocabulary.facts[other].type == type_
        if same and name not in notified and isinstance(value, int):
            yield from (value * share // 100 for share in SHARES)
