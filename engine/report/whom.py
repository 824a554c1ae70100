"""Says in words whom a change concerns, from what to what and why: effects come in, phrases go out.

The labels are those of facts and items; an item is named as the later version names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from engine.comparison.effects.attribution import OVERLAY, READING, Cause
from engine.comparison.effects.behaviour import Behaviour, Effect
from engine.comparison.effects.describe import Restriction
from engine.comparison.effects.joint import Pair
from engine.comparison.effects.twins import STOPPED
from engine.language.expressions import Text
from engine.language.facts import BENEFICIARY
from engine.language.types import Type
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Absent, Value
from engine.policy.model import Item
from engine.report.say import Say

MAX_VALUES = 4
SAYS_LITTLE = 4


class Whom:
    """Phrases in one language about one comparison."""

    def __init__(self, behaviour: Behaviour, say: Say) -> None:
        self.say = say
        self.items: dict[str, Item] = {}
        self.types: dict[str, Type | None] = {}
        for side in (behaviour.b, behaviour.a):
            own = [side.convention, *side.session.registry.conventions.values()]
            for convention in own:
                for id_, item in convention.items.items():
                    self.items.setdefault(id_, item)
            for id_, type_ in side.session.program(side.convention, ()).plan.types.items():
                if self.types.get(id_) is None:
                    self.types[id_] = type_
        self.values = _value_labels(behaviour)
        self.changes = {status.item: status.change for status in behaviour.statuses}
        self.overlays: dict[str, Text] = {
            overlay.id: overlay.label
            for side in (behaviour.a, behaviour.b)
            for convention in side.session.registry.conventions.values()
            for overlay in convention.overlays
        }

    def item(self, id_: str) -> str:
        """An item by its label and id."""
        if id_ == STOPPED:
            return self.say("evaluation")
        found = self.items.get(id_)
        return id_ if found is None else f"{self.say.label(found)} ({id_})"

    def label(self, id_: str) -> str:
        """An item by its label alone."""
        found = self.items.get(id_)
        return self.say("evaluation") if id_ == STOPPED else id_ if found is None else self.say.label(found)

    def value(self, id_: str, value: Value | None) -> str:
        """A value of a result in words; the code of a defect where the evaluation stops."""
        if id_ == STOPPED or (isinstance(value, str) and "-" in value):
            return self.say("decided") if value == "decided" else self.say("stopped_on", code=value)
        if value is None:
            return self.say.value("not_applicable")
        if isinstance(value, Absent):
            return self.say.value(value.value)
        if isinstance(value, str):
            label = self.values.get((id_, value))
            return self.say.value(value) if label is None else label[self.say.lang]
        return self.say.scalar(value, self.types.get(id_))

    def step(self, effect: Effect) -> str:
        """From what to what."""
        return f"{self.value(effect.result, effect.before)} → {self.value(effect.result, effect.after)}"

    def who(self, effect: Effect) -> str:
        """Whom the change concerns, as far as few words can tell."""
        if effect.box is None or not effect.box.restrictions:
            readings = list(self._readings(effect))
            return self.say.listed(readings) if readings else self.say("in_certain_cases")
        said = [*self._readings(effect)]
        absent = []
        for each in effect.box.restrictions:
            if each.kind == "fact" and each.only_absent:
                absent.append(_lowered(self.say.facts([each.name])))
            elif each.kind == "fact":
                said.append(self._fact(each))
            elif each.kind == "item":
                said.append(self._item(each, effect.inputs.get(each.name)))
        if absent:
            said.append(self.say("without", names=", ".join(absent)))
        return self.say.listed(part for part in said if part)

    def cause(self, cause: Cause) -> str:
        """A cause with what happened to it."""
        if cause.kind == READING:
            return f"{self.say('cause_reading')} {cause.id}"
        if cause.kind == OVERLAY:
            label = self.overlays.get(cause.id)
            return f"{self.say('cause_overlay')} {cause.id if label is None else label[self.say.lang]}"
        change = self.changes.get(cause.id)
        return self.item(cause.id) + (f", {self.say(f'cause_change.{change}')}" if change else "")

    def facts(self, effect: Effect, most: int) -> str:
        """The first facts of a witness, for a change that no few words tell of."""
        facts = [(name, value) for name, value in effect.witness.facts.items() if name != BENEFICIARY]
        said = [self.say.pair(self.say.facts([name]), self.say.fact(name, value)) for name, value in facts[:most]]
        return self.say.listed(said) + (" …" if len(facts) > most else "")

    def _readings(self, effect: Effect) -> Iterator[str]:
        for id_, choice in effect.witness.interpret.items():
            yield self.say("under_reading", id=id_, choice=choice)

    def _fact(self, each: Restriction) -> str:
        fact = self.say.registry.vocabulary.facts[each.name]
        label = self.say.label(fact) + self.say("colon")
        if each.ranged:
            return label + self._range(each)
        known = [a for a, b in each.pairs if a == b and a is not None and not isinstance(a, Absent)]
        names = [self.say.fact(each.name, value) for value in known]
        rest = [value for value in fact.type.values if value not in known]
        if len(names) > MAX_VALUES and len(rest) < len(names):
            others = [self.say.fact(each.name, value) for value in rest]
            names = [self.say("other_than", values=", ".join(others))]
        elif all(len(name) > SAYS_LITTLE for name in names) and len(fact.type.values) > 2:
            label = ""  # such values say themselves of what they are
        if each.absent:
            names.append(self.say("or_not_given"))
        return label + ", ".join(names)

    def _range(self, each: Restriction) -> str:
        fact = self.say.registry.vocabulary.facts[each.name]
        ends = (each.low, each.high)
        if each.high is not None and each.low is None and each.high == fact.minimum:
            ends = (each.high, each.high)
        low, high = (None if end is None else self._number(each.name, end) for end in ends)
        if not each.exact or (low is None and high is None):
            said = self.say("is_given")
        elif low is None or high is None:
            said = self.say("range_to" if low is None else "range_from", low=low, high=high)
        else:
            said = low if low == high else self.say("range_between", low=self._bare(each), high=high)
        return said + (f" {self.say('or_not_given')}" if each.absent else "")

    def _number(self, name: str, value: Value) -> str:
        assert not isinstance(value, Absent)
        return self.say.fact(name, value)

    def _bare(self, each: Restriction) -> str:
        """The lower end without its unit, which the upper end names."""
        assert each.low is not None
        assert not isinstance(each.low, Absent)
        type_ = self.say.registry.vocabulary.facts[each.name].type
        plain = Type("number") if type_.unit in ("patients", "ETP") else type_
        return self.say.scalar(each.low, plain)

    def _item(self, each: Restriction, actual: Pair | None) -> str:
        label = self.label(each.name) + self.say("colon")
        if actual is not None and actual[0] != actual[1] and None not in actual:
            if all(isinstance(value, int | Fraction) for value in actual):
                return ""  # a number that changed is told by the cause
            return label + " → ".join(self.value(each.name, value) for value in actual)
        if each.ranged:
            return ""
        same = list(dict.fromkeys(a if a is not None else b for a, b in each.pairs if a == b or None in (a, b)))
        kept = [value for value in (*same, *each.absent) if value is not UNDETERMINED and value is not NOT_APPLICABLE]
        type_ = self.types.get(each.name)
        rest = [value for value in (type_.values if type_ is not None else ()) if value not in kept]
        if kept and rest and len(rest) < len(kept):
            others = ", ".join(self.value(each.name, value) for value in rest)
            return label + self.say("other_than", values=others)
        shown: Sequence[Value | None] = kept or list(each.absent) or same
        return label + ", ".join(self.value(each.name, value) for value in shown[:MAX_VALUES])


def _lowered(label: str) -> str:
    return label if label[1:2].isdigit() else label[:1].lower() + label[1:]


def _value_labels(behaviour: Behaviour) -> Mapping[tuple[str, str], Text]:
    """The labels of the values of items, wherever a convention gives one."""
    found: dict[tuple[str, str], Text] = {}
    for side in (behaviour.b, behaviour.a):
        for convention in (side.convention, *side.session.registry.conventions.values()):
            for id_, item in convention.items.items():
                for value, label in item.value_labels.items():
                    found.setdefault((id_, value), label)
    return found
