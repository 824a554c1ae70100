"""Measures a change on real rows: a file and two versions come in, counts, euros and first causes go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.bulk.comparing import compared_rows, counted, forced
from engine.bulk.rows import facts_of
from engine.comparison.effects.behaviour import Version, compared_versions
from engine.comparison.effects.mixture import Causes, ComparedResult, Mixture, mixture, smallest
from engine.evaluation.facts import Facts, text_for
from engine.evaluation.session import Session
from engine.language.facts import SIGNATURE
from engine.language.logic import Plain, Term, evaluate
from engine.policy.results import joined
from engine.proof.prover import Prover
from engine.proof.solving import DEFAULT_EFFORT

# Changed rows whose causes are worked out, spread over all of them.
SAMPLED = 400
TENTHS = 10


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What a change does to the rows of a file.

    ``refused`` rows cannot be decided; rows ``apart`` have no rules in one version, or none that are compared.
    ``verdicts`` counts rows by eligibility before and after. Money is in cents, over the ``known`` rows whose verdict
    and amount due are open in neither version, 0 where nothing is due; ``deciles`` are those of the differences that
    are not zero, from lowest to highest.
    ``causes`` counts, over ``sampled`` changed rows, the items that make the difference.
    """

    rows: int
    refused: int
    apart: int
    changed: int
    verdicts: Mapping[tuple[str, str], int]
    known: int
    before: int
    after: int
    gained: int
    lost: int
    open_before: int
    open_after: int
    deciles: tuple[int, ...]
    causes: Mapping[str, int]
    sampled: int


def measured(name: str, a: Session, b: Session, sides: tuple[Version, Version] | None) -> Portfolio:
    """The rows of a file under both versions; ``sides`` forces a convention on each, else dates select it.

    Raises:
        InputFault: the file or its columns are at fault.
        UsageFault: the file is of no known format.
    """
    sessions = (a, b) if sides is None else tuple(forced(side.session, side.convention) for side in sides)
    frame, refused = compared_rows(name, sessions[0], sessions[1])
    found = counted(frame)
    changed, differences = found.pop("changed"), sorted(found.pop("differences"))
    sample = changed[:: max(1, -(-len(changed) // SAMPLED))]
    causes = _causes(sample, a, b, sides)
    return Portfolio(
        **{**found, "verdicts": dict(sorted(Counter(found["verdicts"]).items()))},
        refused=refused,
        changed=len(changed),
        gained=sum(each > 0 for each in differences),
        lost=sum(each < 0 for each in differences),
        deciles=_deciles(differences),
        causes=dict(sorted(causes.items(), key=lambda pair: (-pair[1], pair[0]))),
        sampled=len(sample),
    )


def _deciles(ordered: Sequence[int]) -> tuple[int, ...]:
    """The lowest difference, the nine deciles and the highest; nothing where there is none."""
    last = len(ordered) - 1
    return tuple(ordered[last * tenth // TENTHS] for tenth in range(TENTHS + 1)) if ordered else ()


def _causes(
    rows: Sequence[Mapping[str, Any]], a: Session, b: Session, sides: tuple[Version, Version] | None
) -> Counter[str]:
    """How many rows each changed item makes come out otherwise."""
    found: Counter[str] = Counter()
    known: dict[tuple[str, str], RowCauses] = {}
    for row in rows:
        facts = facts_of(row, b.registry.vocabulary)
        pair = sides or (_deciding(facts, a), _deciding(facts, b))
        key = (pair[0].convention.id, pair[1].convention.id)
        if sides is None and key[0] != key[1]:
            found[SIGNATURE] += 1
            continue
        if key not in known:
            known[key] = RowCauses(*pair)
        found.update(known[key].of(facts))
    return found


class RowCauses:
    """The edits between two versions that make the verdict or the amount due of a row another."""

    def __init__(self, older: Version, newer: Version) -> None:
        both = compared_versions(older, newer, (), DEFAULT_EFFORT)
        results = joined(each.convention.results for each in (newer, older))
        self.mixed: Mixture = mixture(both)
        space = both.newer.space
        self.prover = Prover(space, (*space.rules, both.newer.window))
        ids = (id_ for id_ in (results.verdict, results.due) if id_ is not None)
        self.results = [self.mixed.result(id_) for id_ in ids]
        self.met: dict[str, list[Causes]] = {result.id: [] for result in self.results}

    def of(self, facts: Facts) -> set[str]:
        """The items whose edit makes a difference in a case; those met in rows before are tried first."""
        case = self.mixed.space.symbols_of(facts, {})
        found: set[str] = set()
        for result in self.results:
            if self._holds(result.differs, case, ()):
                found.update(cause.id for cause in self._of(result, case))
        return found

    def _of(self, result: ComparedResult, case: Mapping[str, Plain]) -> Causes:
        for causes in self.met[result.id]:
            if self._holds(result.made, case, causes):
                return causes
        causes = smallest(self.mixed, result, self.prover, dict(case))
        self.met[result.id] = sorted({*self.met[result.id], causes}, key=lambda each: (len(each), each))
        return causes

    def _holds(self, term: Term, case: Mapping[str, Plain], causes: Causes) -> bool:
        taken = {str(selector.value): each in causes for each, selector in self.mixed.selectors.items()}
        return bool(evaluate([term], {**case, **taken})[term])


def _deciding(facts: Facts, session: Session) -> Version:
    return Version(session, text_for(session.registry, facts)[0])
