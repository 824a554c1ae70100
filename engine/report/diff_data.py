"""Comparisons for commands and programs: their formats, one object, or annotations of GitHub.

The shape of the object is schemas/diff.schema.json; parts of rules stand in it in the words of the rule language.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.comparison.edits.edit import WEIGHTS, Edit
from engine.comparison.edits.same import ranging
from engine.comparison.effects.behaviour import Behaviour
from engine.errors import Location
from engine.escaping import flowing
from engine.language import expressions as tree
from engine.language.operators import CONNECTIVES, EXPRESSIONS
from engine.language.row import Operator
from engine.policy.model import Derogation, Row, Rule
from engine.report.behaviour_page import effects_object
from engine.report.diff_page import Diff, edits_shown, page, tables
from engine.report.edit_words import Speaker, inline, speaker
from engine.report.formats import formats, markdown
from engine.report.objects import as_json, each_as_json
from engine.report.say import Say
from engine.report.values import money
from engine.report.whom import Whom

SIDES = ("before", "after")


def rule_data(value: Any, unit: str | None = None) -> Any:
    """The value as JSON: euros of a whole value as text with two decimals, nodes as the rule language writes them.

    Of a thing with an id, the id; of a row or a dated value, its value.
    """
    match value:
        case None | bool() | str():
            return value
        case int() | Decimal():
            return int(value) if value == int(value) else float(value)
        case dt.date():
            return value.isoformat()
        case tuple():
            return [rule_data(each) for each in value]
        case Mapping():
            return dict(value)
        case Row(then=given):
            return rule_data(given, unit)
        case tree.Literal(value=given):
            euros = unit == "EUR" and isinstance(given, int | Decimal) and not isinstance(given, bool)
            return money(Fraction(given)) if euros else rule_data(given)
    return _NODES[type(value)](value) if type(value) in _NODES else value.id


# How the rule language writes each kind of node, and the parts of rules that have more than an id.
_NODES: Mapping[type, Callable[[Any], Any]] = {
    tree.Citation: lambda cite: {"source": cite.source, "at": cite.locator},
    tree.Cell: lambda cell: cell.data(rule_data),
    tree.FactRef: lambda ref: {"fact": ref.name},
    tree.ItemRef: lambda ref: {"ref": ref.id},
    tree.Unpublished: lambda node: {"unpublished": {"supplied_by": [ref.name for ref in node.supplied_by]}},
    tree.Apply: lambda node: _apply(node, EXPRESSIONS[node.operator]),
    tree.Cases: lambda node: (
        {"cases": [{"when": rule_data(when), "then": rule_data(then)} for when, then in node.branches]}
        | _given("otherwise", node.otherwise)
    ),
    tree.Scale: lambda node: {"scale": [{"then": s.name} | _given("reached_when", s.reached_when) for s in node.steps]},
    tree.ByOutcome: lambda node: {"by_outcome": node.outcome.id, "values": {n: rule_data(v) for n, v in node.values}},
    tree.Compare: lambda node: {**rule_data(node.left), node.operator: rule_data(node.right)},
    tree.Chosen: lambda node: {"interpretation": node.interpretation, "is": node.choice},
    tree.VerdictIs: lambda node: {"criterion": node.criterion.id, "verdict": _one(sorted(node.verdicts))},
    tree.Connect: lambda node: _connect(node, ranging(node)),
    Rule: lambda rule: {"id": rule.id, "when": rule_data(rule.when), "then": rule_data(rule.then)},
    Derogation: lambda entry: {"id": entry.id, "when": rule_data(entry.when)},
}


def _given(key: str, node: Any) -> dict[str, Any]:
    return {} if node is None else {key: rule_data(node)}


def _apply(node: tree.Apply, row: Operator) -> Any:
    operands = rule_data(node.operands)
    if row.keys:
        return {row.name: dict(zip((*row.keys, *row.options), (*operands, *rule_data(node.options)), strict=True))}
    if row.tags:
        operands[-1] = {node.options[0]: operands[-1]}
    return {row.name: operands}


def _connect(node: tree.Connect, ranged: Collection[str] | None) -> Any:
    if ranged is not None:
        return {"any_criterion" if node.operator == "any" else "every_criterion": _one(sorted(ranged))}
    inner = rule_data(node.parts)
    return {node.operator: inner[0] if CONNECTIVES[node.operator].operands == "one" else inner}


def _one(values: list[str]) -> Any:
    return values[0] if len(values) == 1 else values


def data(diff: Diff, say: Say) -> Any:
    """The comparison as one object, every edit and effect included."""
    comparisons = [_comparison(speaker(each, diff.sides, say)) for each in diff.found]
    return {
        **{key: as_json(side, say, "name conventions") for key, side in zip(SIDES, diff.sides, strict=True)},
        "counts": {weight: sum(each["counts"][weight] for each in comparisons) for weight in WEIGHTS},
        "comparisons": comparisons,
        **({} if diff.effects is None else effects_object(diff.effects, say)),
    }


def _comparison(spoken: Speaker) -> dict[str, Any]:
    comparison, sides = spoken.comparison, (spoken.comparison.before, spoken.comparison.after)
    return {
        **{key: text and as_json(text, spoken.say, "id label digest") for key, text in zip(SIDES, sides, strict=True)},
        "counts": {weight: len(comparison.of_weight([weight])) for weight in WEIGHTS},
        "edits": [_edit(spoken, edit) for edit in comparison.edits],
    }


def _edit(spoken: Speaker, edit: Edit) -> dict[str, Any]:
    return {
        **as_json(edit, spoken.say, "item kind change part"),
        "path": [{"kind": kind, "name": name} for kind, name in edit.path],
        **as_json(edit, spoken.say, "where weight unit"),
        "before": rule_data(edit.before, edit.value_unit),
        "after": rule_data(edit.after, edit.value_unit),
        "cite_before": each_as_json(edit.cite_before, spoken.say, "source at=locator"),
        "cite_after": each_as_json(edit.cite_after, spoken.say, "source at=locator"),
        "at_before": edit.at_before and edit.at_before._asdict(),
        "at_after": edit.at_after and edit.at_after._asdict(),
        "text": edit_sentence(spoken, edit),
        **({"also": [_edit(spoken, each) for each in edit.also]} if edit.also else {}),
    }


def edit_sentence(spoken: Speaker, edit: Edit) -> str:
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
        for each in (each for edit in edits_shown(comparison, diff.full) for each in edit.everywhere):
            gone = each.at_after is None or each.change == "removed"
            at = (each.at_before or each.at_after) if gone else each.at_after
            kind = "warning" if gone else "notice"
            lines.append(_command(kind, at, names, spoken.name(each), edit_sentence(spoken, each)))
    if diff.effects is not None:
        lines.extend(_effect_lines(diff, diff.effects.found, say))
    return "".join(f"{line}\n" for line in lines)


FORMATS = formats(page, data, markdown=lambda diff, say: markdown(tables(diff, say)), github=github)


def _command(kind: str, at: Location | None, revisions: Sequence[str], title: str, text: str) -> str:
    """A workflow command; its file stands without the revision that it was read from, as in the checkout."""
    properties = {"title": title}
    if at is not None:
        within = (at.file.removeprefix(f"{name}:") for name in revisions if at.file.startswith(f"{name}:"))
        properties = {"file": next(within, at.file), "line": str(at.line), "col": str(at.column), "title": title}
    escaped = {key: _data(value).replace(":", "%3A").replace(",", "%2C") for key, value in properties.items()}
    return f"::{kind} {','.join(f'{key}={value}' for key, value in escaped.items())}::{_data(text)}"


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
