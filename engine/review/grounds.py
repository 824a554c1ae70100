"""Under what contracts may stand: a convention comes in, each set of overlays with its program goes out.

A set is found under the readings that lay or lift overlays, with facts of cases to start from.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.evaluation.session import Session
from engine.language.expressions import Chosen, walk
from engine.language.values import Value
from engine.policy.model import Convention
from engine.policy.overlays import laid_names
from engine.review.classes import Survey, surveyed
from engine.review.proof import Proofs
from engine.review.settings import Setting, settings


@dataclass(slots=True)
class Ground:
    """A convention under one set of overlays, the readings that lead there, and what is proved of its items.

    ``plain`` surveys the convention without overlays: that is where starts are counted from.
    """

    convention: Convention
    setting: Setting
    interpret: Mapping[str, str]
    choices: Mapping[str, str]
    plain: Survey
    survey: Survey
    _proofs: Proofs | None = field(default=None)

    def pinned(self, item_id: str) -> dict[int, tuple[Value, ...]]:
        """What is proved that the items read by ``item_id`` can answer, whatever the readings."""
        if self._proofs is None:
            self._proofs = Proofs(self.survey, {})
        found: dict[int, tuple[Value, ...]] = {}
        for slot, read in self.survey.reads(item_id).items():
            answers = self._proofs.answers(read.name) if read.kind == "item" else None
            if answers is not None:
                found[slot] = answers.values
        return found


def grounds(session: Session, convention: Convention) -> Iterator[Ground]:
    """Every set of overlays that some contract may have, under each reading that lays or lifts one."""
    plain = surveyed(session.program(convention, ()))
    seen: set[tuple[str, ...]] = set()
    for interpret in _readings(session, convention):
        choices = session.choices(convention, interpret)
        for setting in settings(session, plain, choices, {}):
            key = laid_names(setting.overlays)
            if key not in seen:
                seen.add(key)
                survey = surveyed(session.program(convention, setting.overlays))
                yield Ground(convention, setting, interpret, choices, plain, survey)


def _readings(session: Session, convention: Convention) -> Iterator[dict[str, str]]:
    """Nothing chosen, then each combination of the choices that overlays ask for."""
    asked: dict[str, list[str]] = {}
    for _, overlay in session.registry.covering(convention):
        for node in walk(overlay.when) if overlay.when is not None else ():
            if isinstance(node, Chosen):
                asked.setdefault(node.interpretation, []).append(node.choice)
    yield {}
    options = [[None, *dict.fromkeys(choices)] for choices in asked.values()]
    for chosen in itertools.product(*options):
        taken = {id_: choice for id_, choice in zip(asked, chosen, strict=True) if choice is not None}
        if taken:
            yield taken
