"""Looser cases: an encoding comes in, the same where items further away may be anything goes out.

What no value of those items lets be, no case lets be: a proof that needs only what is near is found at once, where the
solver would lose itself among all that lies behind. A case found so may be none, and shows nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from engine.language import term_days
from engine.language.logic import Sort, Term, cone
from engine.language.symbolic import Symbolic, on_scale
from engine.language.term_bank import TermBank
from engine.language.term_days import Day
from engine.language.types import Type
from engine.proof.encoding import Encoding
from engine.proof.layers import Layer


def loosened(
    encoding: Encoding, ids: Iterable[str], depth: int, fact: str | None = None
) -> tuple[Encoding, list[Term]]:
    """The encoding where items further than ``depth`` behind the items ``ids`` are free, and what holds of those.

    What depends on ``fact`` stays as it is. Where it decides which overlays are in force, two cases that differ in it
    alone may read two versions of an item, and each version is free for itself.
    """
    wanted, rules, layers = tuple(ids), dict[Term, None](), []
    apart = fact is not None and not _symbols_of(encoding, fact).isdisjoint(cone(encoding.overlays))
    versions: dict[tuple[str, Symbolic | None], int] = {}
    for layer in encoding.layers:
        given = {}
        for id_ in _border(layer, wanted, depth, fact):
            type_ = layer.step(id_).type
            if type_ is not None:
                version = versions.setdefault((id_, layer.answer(id_) if apart else None), len(versions))
                given[id_], more = free_answer(encoding.bank, f"any:{id_}:{type_}:{version}", type_)
                rules.update(dict.fromkeys(more))
        layers.append(layer.over(layer.names.space, layer.when, given))
    return replace(encoding, layers=tuple(layers)), list(rules)


def _symbols_of(encoding: Encoding, fact: str) -> set[Term]:
    """What a fact is made of; nothing where it is not open."""
    found = encoding.space.open_facts.get(fact)
    return set() if found is None else {each.symbol for each in (found.present, *found.parts)}


def _border(layer: Layer, ids: Collection[str], depth: int, fact: str | None) -> list[str]:
    """The items first met behind ``ids`` that are too far away and do not depend on the fact."""
    kept = edge = {id_ for id_ in ids if id_ in layer}
    for _ in range(depth):
        edge = {read for id_ in edge for read in layer.reads(id_).items}
        kept = kept | edge
    kept = kept | _depending(layer, fact)
    border, met, waiting = dict[str, None](), set[str](), list(ids)
    while waiting:
        id_ = waiting.pop()
        if id_ not in met and id_ in layer:
            met.add(id_)
            if id_ in kept:
                waiting += layer.reads(id_).items
            else:
                border[id_] = None
    return list(border)


def _depending(layer: Layer, fact: str | None) -> set[str]:
    found: set[str] = set()
    for step in layer.plan.steps:
        reads = layer.reads(step.item.id)
        if fact in reads.facts or not found.isdisjoint(reads.items):
            found.add(step.item.id)
    return found


def free_answer(bank: TermBank, name: str, type_: Type) -> tuple[Symbolic, list[Term]]:
    """Any answer of a type, in symbols of this name, and what always holds of them."""
    if type_.ordered:
        left = [bank.symbol(f"{name}:{place}", Sort.TRUTH) for place in range(len(type_.values) + 1)]
        return on_scale(bank, left, type_.values), [bank.either(*left)]
    undetermined, absent = (bank.symbol(f"{name}:{state}", Sort.TRUTH) for state in ("undetermined", "absent"))
    apart = bank.negate(bank.both(undetermined, absent))
    if type_.kind == "date":
        day = Day(*(bank.symbol(f"{name}:{part}", Sort.WHOLE) for part in ("year", "month", "day")))
        return Symbolic(undetermined, absent, day), [apart, term_days.exists(bank, day)]
    if type_.kind == "number" and type_.scale is not None:
        units = bank.number(bank.symbol(f"{name}:value", Sort.WHOLE))
        return Symbolic(undetermined, absent, bank.over(units, bank.exact(10**type_.scale))), [apart]
    symbol = bank.symbol(f"{name}:value", {"number": Sort.NUMBER, "boolean": Sort.TRUTH}.get(type_.kind, Sort.WORD))
    words = [bank.same(symbol, bank.word(word)) for word in type_.values] if symbol.sort is Sort.WORD else [bank.true]
    return Symbolic(undetermined, absent, symbol), [apart, bank.either(*words)]
