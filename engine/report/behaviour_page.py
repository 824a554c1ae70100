"""What changes between two versions, for whom and for a portfolio: effects come in, a page and a JSON object go out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from engine.comparison.effects.behaviour import APART, FOUND, THROUGH, Behaviour
from engine.comparison.effects.witness import STOPPED, Effect
from engine.language.types import Type
from engine.language.values import Absent
from engine.policy.model import CONSISTENCY
from engine.proof.whom import Extent
from engine.report.objects import as_json, facts_object, value_object
from engine.report.page import Block, Heading, Paragraph, Table, Tree, section
from engine.report.say import Say
from engine.report.values import money, to_json
from engine.report.whom import Whom

if TYPE_CHECKING:
    from engine.comparison.effects.portfolio import Portfolio  # which needs a library of frames

# What a page shows of one result, or of all criteria; an object holds all.
MAX_SHOWN = 8
MAX_CRITERIA = 6
MAX_NAMED = 12
MAX_FACTS = 6
ONLY_COUNTED = (f"item_status.{APART}", f"item_status.{THROUGH}")  # however few


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """What a change does, by convention, and what it does to a portfolio."""

    found: Sequence[Behaviour]
    portfolio: Portfolio | None = None

    @property
    def some(self) -> bool:
        return any(each.effects for each in self.found)


def effects_blocks(effects: Effects, edited: Collection[str], say: Say) -> Iterator[Block]:
    """The comparison of each convention in which something changed, then the edited ones in which no rule did."""
    moved = [e for e in effects.found if e.statuses or e.effects or e.undecided or e.meeting.moved]
    still = [each.meeting.newer.convention for each in effects.found if each not in moved]
    same = [say.label(each) for each in still if each.id in edited]
    if same and not moved:
        yield Heading(say("behaviour"))
    for each in moved:
        yield from behaviour_blocks(each, say)
    if same:
        yield Paragraph(say("behaviour_untouched", labels=say.listed(same)))
    if effects.portfolio is not None:
        yield from portfolio_blocks(effects.portfolio, effects.found, say)


def effects_object(effects: Effects, say: Say) -> dict[str, Any]:
    data: dict[str, Any] = {"behaviour": [behaviour_object(each, say) for each in effects.found]}
    return data if effects.portfolio is None else {**data, "portfolio": portfolio_object(effects.portfolio, say)}


def behaviour_blocks(behaviour: Behaviour, say: Say) -> Iterator[Block]:
    """Every result that changes, the most consequential first."""
    labels = dict.fromkeys(say.label(side.convention) for side in behaviour.meeting.sides)
    yield Heading(say("behaviour_of", label=" → ".join(labels)))
    sides, first, last = behaviour.meeting.sides, behaviour.meeting.first, behaviour.meeting.last
    key = "window_from" if last is None else "window_between"
    window = say(key, start=say.scalar(first), end=say.scalar(last))
    a, b = (each.convention.id if say.notes is None else say.label(each.convention) for each in sides)
    yield Paragraph(say("behaviour_days", a=a, b=b, window=window))
    forced, moved = behaviour.meeting.forced, behaviour.meeting.moved
    for key, so in (("behaviour_forced", forced), ("behaviour_moved", moved), ("behaviour_kinds", forced or moved)):
        if so:
            yield Paragraph(say(key))
    if not behaviour.effects:
        yield Paragraph(say("behaviour_none_found" if behaviour.undecided else "behaviour_same"), "good")
    whom = Whom(behaviour, say)
    main = (STOPPED, *behaviour.results.ids)
    for id_ in main:
        if mine := [each for each in behaviour.effects if each.result == id_]:
            yield Heading(whom.label(id_), level=3)
            yield from _grouped(mine, whom, MAX_SHOWN)
    yield from _criteria([each for each in behaviour.effects if each.result not in main], whom)
    yield from _statuses(behaviour, whom)


def _criteria(effects: Sequence[Effect], whom: Whom) -> Iterator[Block]:
    """Effects on criteria, but those that follow from others and those that only say that facts do not go together."""
    say, doubts = whom.say, {id_ for id_, item in whom.items.items() if item.kind == CONSISTENCY}
    mine = [effect for effect in effects if effect.result not in doubts]
    own = [effect for effect in mine if effect.follows is None]
    if own:
        yield Heading(say("criteria_changes"), level=3)
        yield from _grouped(own, whom, MAX_CRITERIA)
    if len(own) < len(mine):
        names = dict.fromkeys(whom.label(effect.result) for effect in mine if effect.follows is not None)
        yield Paragraph(say("consequences", names=", ".join(names)))


def _grouped(effects: Sequence[Effect], whom: Whom, most: int) -> Iterator[Block]:
    """An entry for each change, up to so many of each kind, and how many more there are."""
    lines: list[tuple[int, str]] = []
    shown: dict[str, int] = {}
    for effect in effects:
        shown[effect.kind] = shown.get(effect.kind, 0) + 1
        if shown[effect.kind] <= most:
            lines.extend(_entry(effect, whom))
    yield Tree(tuple(lines))
    hidden = sum(max(0, count - most) for count in shown.values())
    if hidden:
        yield Paragraph(whom.say.count("more_effects", hidden))


def _entry(effect: Effect, whom: Whom) -> Iterator[tuple[int, str]]:
    say = whom.say
    criterion = effect.result not in (STOPPED, *whom.headline)
    subject = whom.label(effect.result) + say("colon") if criterion else ""
    yield 0, say.pair(say(f"effect.{effect.kind}"), subject + say.pair(whom.who(effect), whom.step(effect)))
    causes = say.count("causes", len(effect.causes))
    yield 1, say.pair(causes, say.listed(whom.cause(cause) for cause in effect.causes))
    if effect.follows is not None:
        yield 1, say.pair(say("consequence_of"), whom.label(effect.follows))
    if effect.file or effect.situation is None:
        yield 1, say.pair(say("witness"), effect.file or whom.facts(effect, MAX_FACTS))


def _statuses(behaviour: Behaviour, whom: Whom) -> Iterator[Block]:
    """What is known of the changed items that no effect above tells of."""
    say = whom.say
    groups: dict[str, list[str]] = {}
    for status in behaviour.statuses:
        if status.status != FOUND:
            groups.setdefault(f"item_status.{status.status}", []).append(status.item)
    many = {key for key, ids in groups.items() if len(ids) > MAX_NAMED or key in ONLY_COUNTED}
    groups |= {"results_undecided": [*behaviour.undecided], "read_in_a_circle": [*behaviour.cut]}
    lines = []
    for key, ids in groups.items():
        if ids:
            lines.append((0, say.head(say.capital(say(key, effort=say.scalar(behaviour.effort))))))
            lines.append((1, say.count("elements", len(ids)) if key in many else ", ".join(map(whom.item, ids))))
    yield from section(Heading(say("known_of_items"), level=3), Tree(tuple(lines)))


def behaviour_object(behaviour: Behaviour, say: Say) -> dict[str, Any]:
    """The comparison as one JSON object, with every effect and its case."""
    whom = Whom(behaviour, say)
    return {
        **as_json(behaviour.meeting, say, "a=older.convention.id b=newer.convention.id"),
        "signed": as_json(behaviour.meeting, say, "from=first to=last"),
        **as_json(behaviour.meeting, say, "forced moved"),
        "effort": behaviour.effort,
        "effects": [_effect(effect, whom) for effect in behaviour.effects],
        **as_json(behaviour, say, "items=statuses undecided cut"),
    }


def _effect(effect: Effect, whom: Whom) -> dict[str, Any]:
    types = whom.types
    return {
        "result": effect.result,
        "effect": effect.kind,
        "before": value_object(effect.before, types.get(effect.result), whom.say),
        "after": value_object(effect.after, types.get(effect.result), whom.say),
        "text": whom.say.pair(whom.who(effect), whom.step(effect)),
        **as_json(effect, whom.say, "causes follows"),
        "where": None
        if effect.situation is None
        else [_extent(*named_, each, types.get(named_[1])) for named_, each in effect.situation.extents.items()],
        "witness": {
            "file": effect.file,
            "facts": facts_object(effect.facts, whom.say),
            "interpret": dict(effect.interpret),
            "overlays": list(effect.overlays[-1]),
        },
    }


def _extent(kind: str, name: str, extent: Extent, type_: Type | None) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "from": to_json(extent.low, type_),
        "to": to_json(extent.high, type_),
        "values": [to_json(value, type_) for value in extent.values if not isinstance(value, Absent)],
        "or": [value.value for value in extent.values if isinstance(value, Absent)],
    }
    return {kind: name, **{key: part for key, part in parts.items() if part not in (None, [])}}


MAX_CAUSES = 8


def portfolio_blocks(measured: Portfolio, found: Sequence[Behaviour], say: Say) -> Iterator[Block]:
    """Rows by eligibility, euros before and after, deciles of the difference, and the first causes."""
    whom = Whom(found[0], say)
    counts = as_json(measured, say, "rows changed refused apart")
    yield Heading(say("portfolio"))
    yield Paragraph(say("portfolio_rows", **{key: say.scalar(count) for key, count in counts.items()}))
    verdict = say.registry.results.verdict or ""
    verdicts = tuple(
        (" → ".join(dict.fromkeys(whom.value(verdict, each) for each in pair)), say.scalar(count))
        for pair, count in measured.verdicts.items()
    )
    yield Table(say.heads("portfolio_verdicts", "portfolio_count"), verdicts)
    heads = say.heads("portfolio_due", "portfolio_before", "portfolio_after", "portfolio_difference")
    money_ = (measured.before, measured.after, measured.after - measured.before)
    yield Table(heads, ((say.scalar(measured.known), *(_euros(cents, say) for cents in money_)),))
    gains = (say.count("portfolio_gain", measured.gained), say.count("portfolio_loss", measured.lost))
    open_ = say("portfolio_open", before=say.scalar(measured.open_before), after=say.scalar(measured.open_after))
    yield Paragraph(say.listed([*gains, open_]))
    if measured.deciles:
        told = [f"D{i} {_euros(v, say)}" if i else f"min {_euros(v, say)}" for i, v in enumerate(measured.deciles)]
        yield Paragraph(say.pair(say("portfolio_deciles"), say.listed(told)))
    if measured.causes:
        yield Paragraph(say("portfolio_causes", count=say.scalar(measured.sampled)))
        lines = []
        for id_, count in list(measured.causes.items())[:MAX_CAUSES]:  # by the label of the text in which it changed
            own = next((each for each in found if any(status.item == id_ for status in each.statuses)), found[0])
            lines.append((0, f"{say.scalar(count)} × {Whom(own, say).item(id_)}"))
        yield Tree(tuple(lines))


def _euros(cents: int, say: Say) -> str:
    return say.euros(Fraction(cents, 100))


def portfolio_object(measured: Portfolio, say: Say) -> dict[str, Any]:
    """The measures as one JSON object; money as text with two decimals."""
    cents = (measured.before, measured.after, measured.after - measured.before, *measured.deciles)
    euros = [money(Fraction(each, 100)) for each in cents]
    return {
        **as_json(measured, say, "rows refused apart changed"),
        "verdicts": [
            {"before": before, "after": after, "rows": count} for (before, after), count in measured.verdicts.items()
        ],
        "due": {
            "rows": measured.known,
            "before": euros[0],
            "after": euros[1],
            "difference": euros[2],
            **as_json(measured, say, "gained lost open_before open_after"),
            "deciles": euros[3:],
        },
        "causes": dict(measured.causes),
        "sampled": measured.sampled,
    }
