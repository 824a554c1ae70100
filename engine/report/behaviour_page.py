"""Composes what changes between two versions for whom: a comparison comes in, a page and a JSON object go out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.comparison.effects.behaviour import Behaviour, Effect
from engine.comparison.effects.describe import Restriction
from engine.comparison.effects.effects import APART, FOUND, PROVED, THROUGH, Status
from engine.comparison.effects.twins import STOPPED
from engine.evaluation.decision import FIXED_RESULTS
from engine.language.types import Type
from engine.language.values import Absent, Value
from engine.report.messages import words
from engine.report.page import Block, Heading, Page, Paragraph, Tree
from engine.report.values import Json, exact_text, scalar_text, to_json
from engine.report.whom import Whom

# What a page shows of one result, or of all criteria; an object holds all.
MAX_SHOWN = 8
MAX_CRITERIA = 6
MAX_OPENED = 2
MAX_NAMED = 12
MAX_FACTS = 6
TONES = {"gain": "good", "loss": "bad"}


def behaviour_page(behaviour: Behaviour, files: Mapping[int, str], lang: str) -> Page:
    """Every result that changes, the most consequential first; ``files`` names witnesses by number of the effect."""
    text = words(lang)
    labels = dict.fromkeys(side.convention.label[lang] for side in (behaviour.a, behaviour.b))
    blocks: list[Block] = [Heading(text["behaviour_of"].format(label=" → ".join(labels)))]
    if behaviour.first is None:
        return (*blocks, Paragraph(text["behaviour_apart"]))
    blocks.append(Paragraph(_compared(behaviour, lang)))
    if behaviour.forced:
        blocks.append(Paragraph(text["behaviour_forced"]))
    if not behaviour.effects:
        proved = all(status.status in (PROVED, APART) for status in behaviour.statuses)
        blocks.append(Paragraph(text["behaviour_same" if proved else "behaviour_none_found"], "good" if proved else ""))
    blocks.extend(_results(behaviour, files, lang))
    blocks.extend(_criteria(behaviour, files, lang))
    blocks.extend(_statuses(behaviour, lang))
    if behaviour.unconfirmed:
        blocks.append(Paragraph(text["unconfirmed"].format(count=behaviour.unconfirmed), "bad"))
    return tuple(blocks)


def behaviours_page(found: Sequence[Behaviour], files: Sequence[Mapping[int, str]], lang: str) -> Page:
    """The comparison of each convention in which something changed, then those in which nothing did."""
    text = words(lang)
    moved = [(each, names) for each, names in zip(found, files, strict=True) if each.statuses or each.first is None]
    blocks: list[Block] = [block for each, names in moved for block in behaviour_page(each, names, lang)]
    same = [each.b.convention.label[lang] for each in found if not each.statuses and each.first is not None]
    if not blocks:
        blocks.append(Heading(text["behaviour"]))
    if same:
        blocks.append(Paragraph(text["behaviour_untouched"].format(labels=text["semicolon"].join(same))))
    return tuple(blocks)


def _compared(behaviour: Behaviour, lang: str) -> str:
    text = words(lang)
    start = scalar_text(behaviour.first, None, lang)
    end = None if behaviour.last is None else scalar_text(behaviour.last, None, lang)
    window = text["window_from" if end is None else "window_between"].format(start=start, end=end)
    a, b = behaviour.a.convention.id, behaviour.b.convention.id
    return text["behaviour_days"].format(a=a, b=b, window=window, cases=behaviour.cases, seed=behaviour.seed)


def _results(behaviour: Behaviour, files: Mapping[int, str], lang: str) -> Iterator[Block]:
    whom = Whom(behaviour, lang)
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
        yield Paragraph(words(lang)["consequences"].format(names=names))


def _criteria(behaviour: Behaviour, files: Mapping[int, str], lang: str) -> Iterator[Block]:
    mine = [(i, e) for i, e in enumerate(behaviour.effects) if e.result not in (STOPPED, *FIXED_RESULTS)]
    if mine:
        yield Heading(words(lang)["criteria_changes"], level=3)
        yield from _grouped(mine, behaviour, files, Whom(behaviour, lang), MAX_CRITERIA)


def _grouped(
    effects: Sequence[tuple[int, Effect]], behaviour: Behaviour, files: Mapping[int, str], whom: Whom, most: int
) -> Iterator[Block]:
    """One entry for each step with its causes: the plainest of its situations, and how many more there are."""
    text = whom.text
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
        yield Paragraph(text["one_more_effect"] if hidden == 1 else text["more_effects"].format(count=hidden))


def _entry(number: int, effect: Effect, others: int, files: Mapping[int, str], whom: Whom) -> Iterator[tuple[int, str]]:
    text = whom.text
    subject = "" if effect.result in (STOPPED, *FIXED_RESULTS) else whom.label(effect.result) + text["colon"]
    head = (
        f"{text[f'effect_{effect.kind}']}{text['colon']}{subject}{whom.who(effect)}{text['colon']}{whom.step(effect)}"
    )
    yield 0, head
    causes = text["cause" if len(effect.causes) == 1 else "causes"]
    yield 1, causes + text["colon"] + text["semicolon"].join(whom.cause(cause) for cause in effect.causes)
    if number in files:
        yield 1, text["witness"] + text["colon"] + files[number]
    elif effect.box is None:
        yield 1, text["witness"] + text["colon"] + whom.facts(effect, MAX_FACTS)
    if others:
        yield 1, text["one_more_situation"] if others == 1 else text["more_situations"].format(count=others)


def _statuses(behaviour: Behaviour, lang: str) -> Iterator[Block]:
    """What is known of the changed items that no effect above tells of."""
    text, whom = words(lang), Whom(behaviour, lang)
    groups: dict[str, list[Status]] = {}
    for status in behaviour.statuses:
        if status.status != FOUND:
            groups.setdefault(status.status, []).append(status)
    if not groups:
        return
    yield Heading(text["known_of_items"], level=3)
    lines = []
    for name, members in groups.items():
        said = text[f"change_{name}"].format(bound=members[0].bound, seed=members[0].seed)
        lines.append((0, said[:1].upper() + said[1:] + text["colon"].rstrip()))
        if len(members) > MAX_NAMED or name in (APART, THROUGH):
            lines.append((1, text["elements"].format(count=len(members))))
        else:
            lines.append((1, ", ".join(whom.item(status.item) for status in members)))
    yield Tree(tuple(lines))


def behaviour_object(behaviour: Behaviour, files: Mapping[int, str], lang: str) -> dict[str, Any]:
    """The comparison as one JSON object, with every effect and its case."""
    whom = Whom(behaviour, lang)
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
        "text": f"{whom.who(effect)}{whom.text['colon']}{whom.step(effect)}",
        "causes": [{"kind": cause.kind, "id": cause.id} for cause in effect.causes],
        "follows": effect.follows,
        "where": None if effect.box is None else [_restriction(each, types) for each in effect.box.restrictions],
        "cases": effect.seen,
        "witness": {
            "file": file,
            "facts": {
                name: to_json(value, whom.vocabulary.facts[name].type) for name, value in effect.witness.facts.items()
            },
            "interpret": dict(effect.witness.interpret),
            "overlays": list(effect.witness.overlays),
        },
    }


def value_object(value: Value | None, type_: Type | None) -> dict[str, Json]:
    """A value with its status; a ratio with its exact fraction."""
    if isinstance(value, Absent) or value is None:
        return {"status": "not_applicable" if value is None else value.value, "value": None}
    found: dict[str, Json] = {"status": "known", "value": to_json(value, type_)}
    exact = exact_text(value, type_)
    return found if exact is None else {**found, "exact": exact}


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
