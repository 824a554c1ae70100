"""Measures a change on real rows: a file and two versions come in, counts, euros and first causes go out."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from engine.bulk.comparing import compared_rows, counted, forced
from engine.comparison.effects.measures import Portfolio
from engine.comparison.effects.study import Study
from engine.comparison.effects.twins import Side, twins
from engine.evaluation.facts import Facts, nested, read_case
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE

# Changed rows whose causes are worked out, spread over all of them.
SAMPLED = 400
EXPLAINED = ("eligibilite", "aide.montant_du")
TENTHS = 10


def measured(name: str, a: Session, b: Session, sides: tuple[Side, Side] | None) -> Portfolio:
    """The rows of a file under both versions; ``sides`` forces a convention on each, else dates select it.

    Raises:
        InputFault: the file or its columns are at fault.
        UsageFault: the file is of no known format.
    """
    sessions = (a, b) if sides is None else tuple(forced(side.session, side.convention) for side in sides)
    totals: Counter[str] = Counter()
    verdicts: Counter[tuple[str, str]] = Counter()
    differences: list[int] = []
    changed: list[Mapping[str, Any]] = []
    for frame, refused in compared_rows(name, sessions[0], sessions[1]):
        found = counted(frame)
        totals["refused"] += refused
        for key in ("rows", "apart", "known", "before", "after", "open_before", "open_after"):
            totals[key] += found[key]
        verdicts.update(found["verdicts"])
        differences.extend(found["differences"])
        changed.extend(found["changed"])
    sample = changed[:: max(1, -(-len(changed) // SAMPLED))]
    causes = _causes(sample, a, b, sides)
    return Portfolio(
        rows=totals["rows"],
        refused=totals["refused"],
        apart=totals["apart"],
        changed=len(changed),
        verdicts=dict(sorted(verdicts.items())),
        known=totals["known"],
        before=totals["before"],
        after=totals["after"],
        gained=sum(each > 0 for each in differences),
        lost=sum(each < 0 for each in differences),
        open_before=totals["open_before"],
        open_after=totals["open_after"],
        deciles=_deciles(sorted(differences)),
        causes=dict(sorted(causes.items(), key=lambda pair: (-pair[1], pair[0]))),
        sampled=len(sample),
    )


def _deciles(ordered: Sequence[int]) -> tuple[int, ...]:
    """The lowest difference, the nine deciles and the highest; nothing where there is none."""
    last = len(ordered) - 1
    return tuple(ordered[last * tenth // TENTHS] for tenth in range(TENTHS + 1)) if ordered else ()


def _causes(rows: Sequence[Mapping[str, Any]], a: Session, b: Session, sides: tuple[Side, Side] | None) -> Counter[str]:
    """How many rows each changed item makes come out otherwise."""
    found: Counter[str] = Counter()
    studies: dict[tuple[str, str], Study | None] = {}
    for row in rows:
        facts = _facts(row, b)
        pair = _sides(facts, a, b) if sides is None else sides
        key = (pair[0].convention.id, pair[1].convention.id)
        if key not in studies:
            both = twins(*pair)
            studies[key] = None if both is None else Study(both, {})
        study = studies[key]
        if study is None:
            found["contrat.date_signature"] += 1
            continue
        run = study.pair.run(facts, {})
        ids = {cause.id for id_ in EXPLAINED for cause in study.causes(run, id_)}
        ids.update(each[1] for each in run.stopped if each is not None)
        found.update(ids)
    return found


def _sides(facts: Facts, a: Session, b: Session) -> tuple[Side, Side]:
    """The conventions that decide a row in each version."""
    day = facts[SIGNATURE]
    assert isinstance(day, dt.date)
    first, second = (Side(session, session.registry.select(str(facts[BENEFICIARY]), day)[0]) for session in (a, b))
    return first, second


def _facts(row: Mapping[str, Any], session: Session) -> Facts:
    vocabulary = session.registry.vocabulary
    given = {name: row[name] for name in vocabulary.facts if row.get(name) is not None}
    return read_case(nested(given), vocabulary)
