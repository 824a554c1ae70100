"""Effects of a change in words: whom they concern, from what to what and why; and their cases as files and a suite.

The labels are those of facts and items; an item is named as the later version names it.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from engine.comparison.effects.behaviour import Behaviour
from engine.comparison.effects.definitions import OVERLAY, READING, WINDOW, Cause
from engine.comparison.effects.situations import FACT
from engine.comparison.effects.witness import STOPPED, Effect
from engine.escaping import flowing
from engine.exchange.rules_text import case_text, comment, lines_of
from engine.language.expressions import Text
from engine.language.facts import BENEFICIARY
from engine.language.row import beside
from engine.language.types import Type
from engine.language.values import UNDETERMINED, Absent, Value
from engine.policy.model import YEAR_START
from engine.policy.overlays import year_start_item
from engine.policy.registry import Registry
from engine.proof.whom import Extent
from engine.report.say import Say
from engine.report.values import NAMING_UNITS, lowered

MAX_VALUES = 4
SAYS_LITTLE = 4


class Whom:
    """Phrases in one language about one comparison."""

    def __init__(self, behaviour: Behaviour, say: Say) -> None:
        self.say = say
        self.headline = behaviour.results.ids
        self.changes = {status.item: status.change for status in behaviour.statuses}
        sides = behaviour.meeting.sides[::-1]  # the later text names an id, else the older, else any other of theirs
        others = (text for side in sides for text in side.session.registry.conventions.values())
        texts = [*(side.convention for side in sides), *others][::-1]
        self.items = {YEAR_START: year_start_item(texts[-1])}
        self.items |= {id_: item for text in texts for id_, item in text.items.items()}
        self.overlays = {overlay.id: overlay.label for text in texts for overlay in text.overlays}
        self.types = {
            id_: type_
            for side in reversed(sides)
            for id_, type_ in side.session.plan(side.convention, ()).types.items()
            if type_ is not None
        }
        self.values: dict[str, dict[str, Text]] = {}  # labels of values by item, wherever a convention gives one
        for id_, item in (pair for text in texts for pair in text.items.items()):
            self.values.setdefault(id_, {}).update(item.value_labels)

    def item(self, id_: str) -> str:
        """An item by its label, and its id for who writes rules."""
        return self.say.written(self.label(id_), id_) if id_ in self.items else self.label(id_)

    def label(self, id_: str) -> str:
        """An item by its label alone."""
        found = self.items.get(id_)
        return self.say("evaluation") if id_ == STOPPED else id_ if found is None else self.say.label(found)

    def value(self, id_: str, value: Value | None) -> str:
        """A value of a result in words; the code of a defect where the evaluation stops."""
        if id_ == STOPPED or (isinstance(value, str) and "-" in value):
            told = self.say.find("outcome", str(value))
            return self.say("stopped_on", code=value) if told is None else told
        if value is None:
            return self.say.value("not_applicable")
        return self.say.scalar(value, self.types.get(id_), self.values.get(id_))

    def step(self, effect: Effect) -> str:
        return f"{self.value(effect.result, effect.before)} → {self.value(effect.result, effect.after)}"

    def who(self, effect: Effect) -> str:
        """Whom the change concerns, as far as the inputs of the edited item tell."""
        taken = effect.interpret.items()
        said = [self.say("under_reading", id=id_, choice=choice) for id_, choice in taken]
        if effect.situation is None:
            return self.say.listed(said) if said else self.say("in_certain_cases")
        absent = []
        for (kind, name), extent in effect.situation.extents.items():
            if kind == FACT and extent.values == (UNDETERMINED,):
                absent.append(lowered(self.say.facts([name])))
            else:
                said.append(self._input(kind == FACT, name, extent))
        if absent:
            said.append(self.say("without", names=", ".join(absent)))
        if any(cause.kind == OVERLAY for cause in effect.causes):
            said.append(self.say("reached_on_one_side"))
        return self.say.listed(said) if said else self.say("everyone")

    def cause(self, cause: Cause) -> str:
        """A cause with what happened to it."""
        if cause.kind == READING:
            return f"{self.say('cause_reading')} {cause.id}"
        if cause.kind == OVERLAY:
            label = self.overlays.get(cause.id)
            return f"{self.say('cause_overlay')} {cause.id if label is None else label[self.say.lang]}"
        if cause.kind == WINDOW:
            return self.say.pair(self.say("cause_window"), cause.id)
        change = self.changes.get(cause.id)
        return self.item(cause.id) + (f", {self.say(f'cause_change.{change}')}" if change else "")

    def facts(self, effect: Effect, most: int) -> str:
        """The first facts of a witness, for a change that no few words tell of."""
        facts = [(name, value) for name, value in effect.facts.items() if name != BENEFICIARY]
        said = [self.say.stated(name, value) for name, value in facts[:most]]
        return self.say.listed(said) + (" …" if len(facts) > most else "")

    def _input(self, is_fact: bool, name: str, extent: Extent) -> str:
        """A fact or an item with what it may be; what many values say is said by the few that are left."""
        fact = self.say.registry.vocabulary.facts[name] if is_fact else None
        type_ = self.types.get(name) if fact is None else fact.type
        label = self.label(name) if fact is None else self.say.label(fact)

        def said(value: Any) -> str:
            return self.value(name, value) if fact is None else self.say.fact(name, value)

        if not extent.values:
            if fact is not None and extent.low is None and extent.high == fact.minimum:
                extent = replace(extent, low=extent.high)
            return self.say.pair(label, self._range(extent, said, type_))
        values = [value for value in extent.values if fact is None or not isinstance(value, Absent)]
        rest = [value for value in (() if type_ is None else type_.values) if value not in values]
        if rest and len(rest) < len(values) and (fact is None or len(values) > MAX_VALUES):
            return self.say.pair(label, self.say("other_than", values=beside([*map(said, rest)])))
        names = [said(value) for value in values]
        bare = fact is not None and len(fact.type.values) > 2 and all(len(each) > SAYS_LITTLE for each in names)
        return beside(names) if bare else self.say.pair(label, beside(names))

    def _range(self, extent: Extent, said: Callable[[Any], str], type_: Type | None) -> str:
        if extent.low is None and extent.high is None:
            return self.say("is_given")
        if extent.low is None or extent.high is None:
            key = "range_to" if extent.low is None else "range_from"
            return self.say(
                key, low=extent.low is not None and said(extent.low), high=extent.high is not None and said(extent.high)
            )
        if extent.low == extent.high:
            return said(extent.low)
        plain = None if type_ is not None and type_.unit in NAMING_UNITS else type_
        return self.say("from_to", least=self.say.scalar(extent.low, plain), most=said(extent.high))


MARK = "avenant diff"
SUITE = "witnesses_test.yaml"


# Where to find a version: what first makes it, if anything must, and the option that reads it.
VersionPlace = tuple[str, str]


def witness_text(effect: Effect, whom: Whom, places: tuple[VersionPlace, VersionPlace]) -> str:
    """A case file that ``avenant evaluate`` takes, with what it shows, why, and the two commands, as comments."""
    say = whom.say
    said = say(
        "case_shows",
        result=whom.item(effect.result),
        before=whom.value(effect.result, effect.before),
        after=whom.value(effect.result, effect.after),
    )
    lines = [say.pair(MARK, said), *(say.pair(say.count("causes", 1), whom.cause(cause)) for cause in effect.causes)]
    readings = "".join(f" --interpret {id_}={choice}" for id_, choice in effect.interpret.items())
    for key, (made, option) in zip(("witness_file_before", "witness_file_after"), places, strict=True):
        command = f"{made}avenant evaluate {shlex.quote(str(effect.file))} {option}{readings}"
        lines.append(say.pair(say(key), command))
    return case_text(effect.facts, *lines)


def suite_text(behaviours: Iterable[Behaviour], say: Say) -> str:
    """A suite of policy tests: what the later version says of each witness, by which the change is kept in mind."""
    title, cases = "", []
    for behaviour in behaviours:
        whom = Whom(behaviour, say)
        ids = dict.fromkeys(side.convention.id for side in behaviour.meeting.sides)
        if behaviour.effects and not title:
            title = say("suite_of_witnesses", what=" → ".join(ids))
        for number, effect in enumerate(behaviour.effects, 1):
            if effect.result != STOPPED:
                name = f"{whom.label(effect.result)}, {say.pair(whom.who(effect), whom.step(effect))} ({number})"
                read = {"interpret": dict(effect.interpret)} if effect.interpret else {}
                expected = effect.after.value if isinstance(effect.after, Absent) else effect.after
                head = {"name": flowing(name), "convention": behaviour.meeting.newer.convention.id}
                cases.append({**head, "given": dict(effect.facts), **read, "expect": {effect.result: expected}})
    lines = lines_of({"suite": flowing(title), "base": {}, "cases": cases})
    return "\n".join([comment(say.pair(MARK, title)), *lines]) + "\n"


def place_of(registry: Registry) -> VersionPlace:
    """The policies folder that was read; a revision has to be checked out beside the repository first."""
    revision, sign, folder = registry.root.as_posix().partition(":")
    if registry.origin != "revision" or not sign:
        return "", f"--policies {shlex.quote(registry.root.as_posix())}"
    beside = f"../rules-{revision.replace('/', '-')}"
    made = f"git worktree add {shlex.quote(beside)} {shlex.quote(revision)} && "
    return made, f"--policies {shlex.quote(f'{beside}/{folder}')}"


def commands_of(behaviour: Behaviour, places: tuple[VersionPlace, VersionPlace]) -> tuple[VersionPlace, VersionPlace]:
    """How to see each version: by forcing the convention, or by reading its folder."""
    if behaviour.meeting.forced:
        first, second = (f"--convention {side.convention.id}" for side in behaviour.meeting.sides)
        return ("", first), ("", second)
    return places
