"""Composes what changes between two versions for whom: a comparison comes in, a page and a JSON object go out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.comparison.effects.behaviour import Behaviour, Effect
from engine.comparison.effects.describe import Restriction
from engine.comparison.effects.effects import APART, FOUND, PROVED, THROUGH, Status
from engine.comparison.effects.measures import Portfolio
from engine.comparison.effects.twins import STOPPED
from engine.evaluation.decision import FIXED_RESULTS
from engine.language.types import Type
from engine.language.values import Absent, Value
from engine.report.objects import exact_object, facts_object
from engine.report.page import Block, Heading, Paragraph, Tree
from engine.report.portfolio_page import portfolio_blocks, portfolio_object
from engine.report.say import Say
from engine.report.values import Json, to_json
from engine.report.whom import Whom

# What a page shows of one result, or of all criteria; an object holds all.
MAX_SHOWN = 8
MAX_CRITERIA = 6
MAX_OPENED = 2
MAX_NAMED = 12
MAX_FACTS = 6
TONES = {"gain": "good", "loss": "bad"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What a change does, by convention; ``files`` names witnesses by number of the effect, ``portfolio`` measures."""

    found: Sequence[Behaviour]
    files: Sequence[Mapping[int, str]]
    portfolio: Portfolio | None = None

    @property
    def some(self) -> bool:
        """Whether a result changes."""
        return any(each.effects for each in self.found)


def effects_blocks(effects: Effects, say: Say) -> Iterator[Block]:
    """The comparison of each convention in which something changed, then those in which nothing did."""
    moved = [
        (each, names)
        for each, names in zip(effects.found, effects.files, strict=True)
        if each.statuses or each.first is None
    ]
    same = [say.label(each.b.convention) for each in effects.found if not each.statuses and each.first is not None]
    if not moved:
        yield Heading(say("behaviour"))
    for each, names in moved:
        yield from behaviour_blocks(each, names, say)
    if same:
        yield Paragraph(say("behaviour_untouched", labels=say.listed(same)))
    if effects.portfolio is not None:
        yield from portfolio_blocks(effects.portfolio, effects.found, say)


def effects_object(effects: Effects, say: Say) -> dict[str, Any]:
    """The same as keys of the object of a comparison."""
    behaviours = zip(effects.found, effects.files, strict=True)
    data: dict[str, Any] = {"behaviour": [behaviour_object(each, names, say) for each, names in behaviours]}
    return data if effects.portfolio is None else {**data, "portfolio": portfolio_object(effects.portfolio)}


def behaviour_blocks(behaviour: Behaviour, files: Mapping[int, str], say: Say) -> Iterator[Block]:
    """Every result that changes, the most consequential first; ``files`` names witnesses by number of the effect."""
    labels = dict.fromkeys(say.label(side.convention) for side in (behaviour.a, behaviour.b))
    yield Heading(say("behaviour_of", label=" → ".join(labels)))
    if behaviour.first is None:
        yield Paragraph(say("behaviour_apart"))
        return
    yield Paragraph(_compared(behaviour, say))
    if behaviour.forced:
        yield Paragraph(say("behaviour_forced"))
    if not behaviour.effects:
        proved = all(status.status in (PROVED, APART) for status in behaviour.statuses)
        yield Paragraph(say("behaviour_same" if proved else "behaviour_none_found"), "good" if proved else "")
    yield from _results(behaviour, files, say)
    yield from _criteria(behaviour, files, say)
    yield from _statuses(behaviour, say)
    if behaviour.unconfirmed:
        yield Paragraph(say("unconfirmed", count=behaviour.unconfirmed), "bad")


def _compared(behaviour: Behaviour, say: Say) -> str:
    start = say.scalar(behaviour.first)
    end = None if behaviour.last is None else say.scalar(behaviour.last)
    window = say("window_from" if end is None else "window_between", start=start, end=end)
    a, b = behaviour.a.convention.id, behaviour.b.convention.id
    return say("behaviour_days", a=a, b=b, window=window, cases=behaviour.cases, seed=behaviour.seed)


def _results(behaviour: Behaviour, files: Mapping[int, str], say: Say) -> Iterator[Block]:
    whom = Whom(behaviour, say)
    follows: dict[str, None] = {}
    for id_ in (STOPPED, *FIXED_RESULTS):
        mine = [(i, e) for i, e in enumerate(behaviour.effects) if e.result == id_]
        follows.update(dict.fromkeys(e.result for _, e in mine if e.follows))
        own = [(i, effect) for i, effect in mine if not effect.follows]
        if own:
            yield Heading(whom.label(id_), level=3)
            yield from _grouped(own, behaviour, files, whom, MAX_SHOWN)
    if follows:
        names = ", ".join(whom.label(id_) for id_ in follows)
        yield Paragraph(say("consequences", names=names))


def _criteria(behaviour: Behaviour, files: Mapping[int, str], say: Say) -> Iterator[Block]:
    mine = [(i, e) for i, e in enumerate(behaviour.effects) if e.result not in (STOPPED, *FIXED_RESULTS)]
    if mine:
        yield Heading(say("criteria_changes"), level=3)
        yield from _grouped(mine, behaviour, files, Whom(behaviour, say), MAX_CRITERIA)


def _grouped(
    effects: Sequence[tuple[int, Effect]], behaviour: Behaviour, files: Mapping[int, str], whom: Whom, most: int
) -> Iterator[Block]:
    """One entry for each step with its causes: the plainest of its situations, and how many more there are."""
    say = whom.say
    groups: dict[object, list[tuple[int, Effect]]] = {}
    for number, effect in effects:
        key = (effect.result, str(effect.before), str(effect.after), tuple((c.kind, c.id) for c in effect.causes))
        groups.setdefault(key, []).append((number, effect))
    lines: list[tuple[int, str]] = []
    shown: dict[str, int] = {}
    hidden = 0
    for group in groups.values():
        number, effect = group[0]
        shown[effect.kind] = shown.get(effect.kind, 0) + 1
        cap = most if effect.kind in TONES else MAX_OPENED
        if shown[effect.kind] > cap:
            hidden += len(group)
            continue
        lines.extend(_entry(number, effect, len(group) - 1, files, whom))
    yield Tree(tuple(lines))
    hidden += sum(behaviour.more.get(id_, 0) for id_ in {effect.result for _, effect in effects})
    if hidden:
        yield Paragraph(say.count("more_effects", hidden))


def _entry(number: int, effect: Effect, others: int, files: Mapping[int, str], whom: Whom) -> Iterator[tuple[int, str]]:
    say = whom.say
    subject = "" if effect.result in (STOPPED, *FIXED_RESULTS) else whom.label(effect.result) + say("colon")
    yield 0, say.pair(say(f"effect.{effect.kind}"), subject + say.pair(whom.who(effect), whom.step(effect)))
    causes = say.count("causes", len(effect.causes))
    yield 1, say.pair(causes, say.listed(whom.cause(cause) for cause in effect.causes))
    if number in files or effect.box is None:
        yield 1, say.pair(say("witness"), files[number] if number in files else whom.facts(effect, MAX_FACTS))
    if others:
        yield 1, say.count("more_situations", others)


def _statuses(behaviour: Behaviour, say: Say) -> Iterator[Block]:
    """What is known of the changed items that no effect above tells of."""
    whom = Whom(behaviour, say)
    groups: dict[str, list[Status]] = {}
    for status in behaviour.statuses:
        if status.status != FOUND:
            groups.setdefault(status.status, []).append(status)
    if not groups:
        return
    yield Heading(say("known_of_items"), level=3)
    lines = []
    for name, members in groups.items():
        said = say(f"item_status.{name}", bound=members[0].bound, seed=members[0].seed)
        lines.append((0, say.head(said[:1].upper() + said[1:])))
        if len(members) > MAX_NAMED or name in (APART, THROUGH):
            lines.append((1, say("elements", count=len(members))))
        else:
            lines.append((1, ", ".join(whom.item(status.item) for status in members)))
    yield Tree(tuple(lines))


def behaviour_object(behaviour: Behaviour, files: Mapping[int, str], say: Say) -> dict[str, Any]:
    """The comparison as one JSON object, with every effect and its case."""
    whom = Whom(behaviour, say)
    return {
        "a": behaviour.a.convention.id,
        "b": behaviour.b.convention.id,
        "signed": {
            "from": None if behaviour.first is None else behaviour.first.isoformat(),
            "to": None if behaviour.last is None else behaviour.last.isoformat(),
        },
        "forced": behaviour.forced,
        "cases": behaviour.cases,
        "seed": behaviour.seed,
        "effects": [_effect(effect, files.get(i), whom) for i, effect in enumerate(behaviour.effects)],
        "more": dict(behaviour.more),
        "unconfirmed": behaviour.unconfirmed,
        "items": [
            {"item": s.item, "change": s.change, "status": s.status, "bound": s.bound, "seed": s.seed}
            for s in behaviour.statuses
        ],
    }


def _effect(effect: Effect, file: str | None, whom: Whom) -> dict[str, Any]:
    types = whom.types
    return {
        "result": effect.result,
        "effect": effect.kind,
        "before": value_object(effect.before, types.get(effect.result)),
        "after": value_object(effect.after, types.get(effect.result)),
        "text": whom.say.pair(whom.who(effect), whom.step(effect)),
        "causes": [{"kind": cause.kind, "id": cause.id} for cause in effect.causes],
        "follows": effect.follows,
        "where": None if effect.box is None else [_restriction(each, types) for each in effect.box.restrictions],
        "cases": effect.seen,
        "witness": {
            "file": file,
            "facts": facts_object(effect.witness.facts, whom.say),
            "interpret": dict(effect.witness.interpret),
            "overlays": list(effect.witness.overlays),
        },
    }


def value_object(value: Value | None, type_: Type | None) -> dict[str, Json]:
    """A value with its status; a ratio with its exact fraction."""
    if isinstance(value, Absent) or value is None:
        return {"status": "not_applicable" if value is None else value.value, "value": None}
    return {"status": "known", "value": to_json(value, type_), **exact_object(value, type_)}


def _restriction(each: Restriction, types: Mapping[str, Type | None]) -> dict[str, Any]:
    type_ = types.get(each.name)
    data: dict[str, Any] = {each.kind: each.name}
    if each.ranged:
        ends = (("from", each.low), ("to", each.high))
        data.update((name, value_object(end, type_)["value"]) for name, end in ends if end is not None)
    elif each.pairs:
        data["values"] = [
            value_object(a, type_)["value"] if a == b else [value_object(v, type_)["value"] for v in (a, b)]
            for a, b in each.pairs
        ]
    if each.absent:
        data["or"] = [absent.value for absent in each.absent]
    if not each.exact:
        data["exact"] = False
    return data
