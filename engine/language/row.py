"""What a row of the operator table says of one operator: everything, so that no other place names operators by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from functools import cache
from importlib import import_module
from typing import Any

from engine.language.types import Type
from engine.records import dataclass

Meaning = Callable[..., Any]
Typing = Callable[[Sequence[Type], Sequence[Any]], Type | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """One row.

    ``family``: comparison, connective, arithmetic, date or choice.
    ``scalar``, ``column`` and ``term``: the meaning for one case, for a column, and for all cases at once.
    ``phrase``: the words of a report; of a comparison with ``{0}`` for what is compared and ``{1}`` for the operand,
    the list, or the first of a pair whose second is ``{2}``. ``meaning``: what editors and docs say; ``takes``: what
    docs say that it takes.
    ``typing``: the result's type from the operands' types and the options, or None where they do not fit.
    ``absence``: what absent operands do before ``scalar`` is asked: ``propagate`` (undetermined, then not applicable),
    ``skip`` (not applicable operands are left out) or ``own`` (``scalar`` sees them). ``partial``: not applicable for
    some operands that are all given.

    ``operands``: ``one``, ``pair``, ``list`` (any number; after a comparison, of literals) or ``flag`` (true
    or false). ``unordered``: their order does not count. ``chain``: the first that is given decides.
    ``settled_by``: values of one part of a connective, or of one operand, that settle the whole.
    ``keys``: where the operands are written under names instead of in a list. ``options``: fixed words beside them,
    each with its values and the neighbours of each (none listed: a number). ``tags``: the last operand is written under
    one of these names, which is the option. ``ranked``: the options are the steps of the operands' scale, low to high.

    ``threshold``: orders numbers or dates, so that tests must reach both sides. ``neighbour``: what a small fault would
    write instead. ``alone``: what says the same of a list of one. ``between``: what a
    formula writes between its operands.
    """

    name: str
    family: str
    scalar: Meaning
    column: Meaning
    term: Meaning
    phrase: Mapping[str, str]
    meaning: Mapping[str, str]
    takes: str
    typing: Typing | None = None
    absence: str = "own"
    partial: bool = False
    operands: str = "list"
    unordered: bool = False
    chain: bool = False
    settled_by: tuple[bool | int, ...] = ()
    keys: tuple[str, ...] = ()
    options: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    ranked: bool = False
    threshold: bool = False
    neighbour: str | None = None
    alone: str | None = None
    between: Mapping[str, str] | None = None

    def gathered(self, values: Sequence[Any]) -> Any:
        """The operands of a comparison as its meaning takes them: a value, a set, or a pair in order."""
        if self.operands in ("one", "flag"):
            return values[0]
        return frozenset(values) if self.unordered else tuple(values)

    def takes_so_many(self, count: int) -> bool:
        """Whether so many operands fit."""
        return self.operands == "list" or count == {"one": 1, "flag": 1, "pair": 2}[self.operands]

    def said(self, lang: str, left: str, operands: Sequence[str]) -> str:
        """A comparison in words; the members of a list stand side by side."""
        texts = [beside(operands)] if self.operands == "list" else operands
        return self.phrase[lang].format(left, *texts)


def beside(texts: Sequence[str]) -> str:
    """Values side by side, told apart from the commas that some hold themselves."""
    return (" / " if any(", " in each for each in texts) else ", ").join(texts)


class Later:
    """A module of this room, loaded when it is first called: who decides one case needs no columns and no terms."""

    def __init__(self, name: str) -> None:
        self._name = f"{__package__}.{name}"

    def __getattr__(self, name: str) -> Meaning:
        found = cache(lambda: getattr(import_module(self._name), name))
        return lambda *given: found()(*given)


def meant(scalar: Meaning, column: Meaning, term: Meaning) -> dict[str, Any]:
    """What an operator means for one case, for a column, and for all cases at once."""
    return {"scalar": scalar, "column": column, "term": term}


def text(fr: str, en: str) -> Mapping[str, str]:
    """Words in both languages."""
    return {"fr": fr, "en": en}
