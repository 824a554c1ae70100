"""Comparisons for commands and programs: their formats, one object, or annotations of GitHub.

The shape of the object is schemas/diff.schema.json; parts of rules stand in it in the words of the rule language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.comparison.edits.edit import WEIGHTS, Edit, Value
from engine.comparison.edits.same import ranging
from engine.comparison.effects.behaviour import Behaviour
from engine.errors import Location
from engine.escaping import flowing
from engine.language import expressions as tree
from engine.language.operators import CONNECTIVES, EXPRESSIONS
from engine.policy.entries import WithoutRules
from engine.policy.model import Convention, DatedValue, Derogation, Interpretation, Item, Overlay, Row, Rule, Source
from engine.report.behaviour_page import effects_object
from engine.report.diff_page import Diff, edits_shown, page, tables
from engine.report.edit_words import Speaker, inline, speaker
from engine.report.formats import formats, markdown
from engine.report.objects import as_json, each_as_json, named
from engine.report.say import Say
from engine.report.values import money
from engine.report.whom import Whom


def written(value: Value | tree.Citation | tuple[tree.Expression, ...], unit: str | None = None) -> Any:
    """The value as JSON: euros of a whole value as text with two decimals, nodes as the rule language writes them.

    Of a thing with an id, the id; of a row or a dated value, its value.
    """
    match value:
        case None | bool():
            return value
        case int() | Decimal():
            return int(value) if value == int(value) else float(value)
        case str():
            return value
        case dt.date():
            return value.isoformat()
        case tree.Citation():
            return {"source": value.source, "at": value.locator}
        case tuple():
            return [written(each) for each in value]
        case Mapping():
            return dict(value)
        case Row() | DatedValue():
            return written(value.then if isinstance(value, Row) else value.value, unit)
        case Item() | Overlay() | Interpretation() | Source() | WithoutRules():
            return value.id
        case Rule():
            return {"id": value.id, "when": written(value.when), "then": written(value.then)}
        case Derogation():
            return {"id": value.id, "when": written(value.when)}
        case tree.Cell():
            return value.data(written)
        case tree.Literal() if (
            unit == "EUR" and isinstance(value.value, int | Decimal) and not isinstance(value.value, bool)
        ):
            return money(Fraction(value.value))
    return _node(value)


def _node(node: Any) -> Any:
    match node:
        case tree.Literal(value):
            return written(value)
        case tree.FactRef(name):
            return {"fact": name}
        case tree.ItemRef(id_):
            return {"ref": id_}
        case tree.Unpublished(_, supplied):
            return {"unpublished": {"supplied_by": [ref.name for ref in supplied]}}
        case tree.Cases(branches, otherwise):
            cases = [{"when": written(when), "then": written(then)} for when, then in branches]
            return {"cases": cases} | ({} if otherwise is None else {"otherwise": written(otherwise)})
        case tree.Scale(steps):
            return {
                "scale": [
                    {"then": s.name} | ({} if s.reached_when is None else {"reached_when": written(s.reached_when)})
                    for s in steps
                ]
            }
        case tree.ByOutcome(outcome, values):
            return {"by_outcome": outcome.id, "values": {name: written(each) for name, each in values}}
        case tree.Apply():
            return _apply(node)
        case _:
            return _condition(node)


def _apply(node: tree.Apply) -> Any:
    operands = [written(each) for each in node.operands]
    row = EXPRESSIONS[node.operator]
    if row.keys:
        options = [written(each) for each in node.options]
        return {row.name: dict(zip((*row.keys, *row.options), (*operands, *options), strict=True))}
    if row.tags:
        operands[-1] = {node.options[0]: operands[-1]}
    return {row.name: operands}


def _condition(node: Any) -> Any:
    match node:
        case tree.Compare(operator, left, right):
            return {**_node(left), operator: written(right)}
        case tree.Chosen(interpretation, choice):
            return {"interpretation": interpretation, "is": choice}
        case tree.VerdictIs(criterion, verdicts):
            return {"criterion": criterion.id, "verdict": _one(sorted(verdicts))}
        case tree.Connect(operator, parts):
            ranged = ranging(node)
            if ranged is not None:
                name = "any_criterion" if operator == "any" else "every_criterion"
                return {name: _one(sorted(ranged))}
            inner = [written(part) for part in parts]
            return {operator: inner[0] if CONNECTIVES[operator].operands == "one" else inner}


def _one(values: list[str]) -> Any:
    return values[0] if len(values) == 1 else values


def data(diff: Diff, say: Say) -> Any:
    """The comparison as one object, every edit and effect included."""
    a, b = diff.sides
    comparisons = [_comparison(speaker(each, diff.sides, say)) for each in diff.found]
    return {
        "before": {"name": a.name, "conventions": list(a.conventions)},
        "after": {"name": b.name, "conventions": list(b.conventions)},
        "counts": {weight: sum(each["counts"][weight] for each in comparisons) for weight in WEIGHTS},
        "comparisons": comparisons,
        **({} if diff.effects is None else effects_object(diff.effects, say)),
    }


def _comparison(spoken: Speaker) -> dict[str, Any]:
    comparison = spoken.comparison
    return {
        "before": _side(comparison.before, spoken.say),
        "after": _side(comparison.after, spoken.say),
        "counts": {weight: len(comparison.of_weight([weight])) for weight in WEIGHTS},
        "edits": [_edit(spoken, edit) for edit in comparison.edits],
    }


def _side(convention: Convention | None, say: Say) -> dict[str, str] | None:
    return None if convention is None else as_json(convention, say, "id", "label", "digest")


def _edit(spoken: Speaker, edit: Edit) -> dict[str, Any]:
    return {
        **as_json(edit, spoken.say, "item", "kind", "change", "part"),
        "path": [{"kind": kind, "name": name} for kind, name in edit.path],
        **as_json(edit, spoken.say, "where", "weight", "unit"),
        "before": written(edit.before, edit.value_unit),
        "after": written(edit.after, edit.value_unit),
        "cite_before": each_as_json(edit.cite_before, spoken.say, "source", "at=locator"),
        "cite_after": each_as_json(edit.cite_after, spoken.say, "source", "at=locator"),
        "at_before": _location(edit.at_before),
        "at_after": _location(edit.at_after),
        "text": sentence(spoken, edit),
        **({"also": [_edit(spoken, each) for each in edit.also]} if edit.also else {}),
    }


def _location(at: Location | None) -> dict[str, Any] | None:
    return None if at is None else named(at, "file", "line", "column")


def sentence(spoken: Speaker, edit: Edit) -> str:
    """The edit on one line, without citations and places."""
    said = spoken.said(edit)
    before, after = (inline(side, spoken.say) for side in (said.before, said.after))
    if edit.part == "item":
        told, held = spoken.say(f"diff_item.{edit.change}"), before or after
        return spoken.say.pair(told, held) if held and spoken.in_full else told
    values = " → ".join(dict.fromkeys(each for each in (before, after) if each))
    return spoken.say.pair(said.where, values) if said.where else values


def github(diff: Diff, say: Say) -> str:
    """A workflow command for each edit that is shown, at its newer place, then one for each result that changes.

    A warning where only the older place is left, and for each effect.
    """
    names = tuple(side.name for side in diff.sides)
    lines: list[str] = []
    for comparison in diff.found:
        spoken = speaker(comparison, diff.sides, say)
        lines.extend(
            _annotation(spoken, each, names) for edit in edits_shown(comparison, diff.full) for each in edit.everywhere
        )
    if diff.effects is not None:
        lines.extend(_effect_lines(diff, diff.effects.found, say))
    return "".join(f"{line}\n" for line in lines)


FORMATS = formats(page, data, markdown=lambda diff, say: markdown(tables(diff, say)), github=github)


def _annotation(spoken: Speaker, edit: Edit, revisions: Sequence[str]) -> str:
    gone = edit.at_after is None or edit.change == "removed"
    at = (edit.at_before or edit.at_after) if gone else edit.at_after
    return _command("warning" if gone else "notice", at, revisions, spoken.name(edit), sentence(spoken, edit))


def _command(kind: str, at: Location | None, revisions: Sequence[str], title: str, text: str) -> str:
    """A workflow command; its file stands without the revision that it was read from, as in the checkout."""
    properties = {"title": title}
    if at is not None:
        within = (at.file.removeprefix(f"{name}:") for name in revisions if at.file.startswith(f"{name}:"))
        properties = {"file": next(within, at.file), "line": str(at.line), "col": str(at.column), "title": title}
    said = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{kind} {said}::{_data(text)}"


def _effect_lines(diff: Diff, behaviours: Sequence[Behaviour], say: Say) -> Iterator[str]:
    """A warning for each result that changes, at the edit of its first cause that has a place."""
    edits = [each for comparison in diff.found for edit in comparison.edits for each in reversed(edit.everywhere)]
    places = {edit.item: edit.at_after or edit.at_before for edit in edits}
    names = tuple(side.name for side in diff.sides)
    for behaviour in behaviours:
        whom = Whom(behaviour, say)
        for effect in behaviour.effects:
            at = next((places[cause.id] for cause in effect.causes if places.get(cause.id)), None)
            told = say.pair(whom.who(effect), whom.step(effect))
            yield _command("warning", at, names, whom.label(effect.result), told)


def _data(text: str) -> str:
    return flowing(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
