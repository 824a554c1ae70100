"""Splits a frame by the rules that decide each row, so that every row meets exactly one Plan.

The overlays of a convention come in; the combinations that can occur, and the condition of each, go out.
"""

from __future__ import annotations

import operator as op
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from engine.bulk.backend import NarwhalsFrames, date_code
from engine.bulk.expressions import Names, condition
from engine.language.algebra import Operand, all_of, tested, truth
from engine.language.expressions import Chosen, Condition, Connect
from engine.language.facts import SIGNATURE, YEAR
from engine.language.operators import CONNECTIVES
from engine.policy.model import YEAR_START, Overlay
from engine.policy.overlays import Laid


@dataclass(frozen=True, slots=True)
class Branch:
    """The overlays in force for some rows of a convention, as places in its list of covering overlays."""

    active: frozenset[int]


def branches(covering: tuple[Laid, ...], choices: Mapping[str, str]) -> Iterator[Branch]:
    """Every combination of overlays that a case can meet under the given interpretations."""
    open_ = [_settled(overlay.when, choices) for _, overlay in covering]
    possible = [(False,) if state is False else (False, True) for state in open_]
    for flags in product(*possible):
        if all(not missing_companion(i, flags, covering, open_) for i, flag in enumerate(flags) if flag):
            yield Branch(frozenset(i for i, flag in enumerate(flags) if flag))


def missing_companion(
    index: int, flags: tuple[bool, ...], covering: tuple[Laid, ...], open_: list[bool | None]
) -> bool:
    """Whether an overlay is in force without another of the same dates that asks nothing more."""
    dates = _dates(covering[index][1])
    return any(not flags[i] and open_[i] is True and _dates(other) == dates for i, (_, other) in enumerate(covering))


def _dates(overlay: Overlay) -> tuple[object, object]:
    return (overlay.signed_before, overlay.first_anniversary) if overlay.signed_from is None else (overlay.id, None)


def _settled(node: Condition | None, choices: Mapping[str, str]) -> bool | None:
    """The condition as far as interpretations alone decide it."""
    match node:
        case None:
            return True
        case Chosen(interpretation, choice):
            return choices.get(interpretation) == choice
        case Connect(operator, parts):
            settled: bool | None = CONNECTIVES[operator].scalar([_settled(part, choices) for part in parts])
            return settled
        case _:
            return None


def in_force(overlay: Overlay, names: Names) -> Operand:
    """True where the overlay holds for a row, false elsewhere; never null."""
    frames: NarwhalsFrames = names.frames
    signature = names.facts[SIGNATURE].value
    parts = [tested(op.lt, signature, date_code(overlay.signed_before))]
    if overlay.signed_from is not None:
        parts.append(tested(op.ge, signature, date_code(overlay.signed_from)))
    if overlay.first_anniversary is not None:
        parts.append(tested(op.ge, names.facts[YEAR].value, 2))
        parts.append(tested(op.ge, names.items[YEAR_START].value, date_code(overlay.first_anniversary)))
    if overlay.when is not None:
        parts.append(condition(overlay.when, names))
    return frames.lift(truth(all_of(frames, parts)))
