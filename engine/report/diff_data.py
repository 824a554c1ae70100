"""Comparisons for commands and programs: their formats, one object, or annotations of GitHub.

The shape of the object is schemas/diff.schema.json.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from engine.comparison.edits.edit import WEIGHTS, Edit
from engine.comparison.effects.behaviour import Behaviour
from engine.errors import Location
from engine.escaping import flowing
from engine.language.expressions import Citation
from engine.policy.model import Convention
from engine.report.behaviour_page import effects_object
from engine.report.diff_page import Diff, page, shown, tables
from engine.report.edit_words import Speaker, inline, speaker
from engine.report.formats import formats
from engine.report.markdown import markdown
from engine.report.objects import named
from engine.report.say import Say
from engine.report.whom import Whom
from engine.report.written import written


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
    if convention is None:
        return None
    return {"id": convention.id, "label": say.label(convention), "digest": convention.digest}


def _edit(spoken: Speaker, edit: Edit) -> dict[str, Any]:
    return {
        **named(edit, "item", "kind", "change", "part"),
        "path": [{"kind": kind, "name": name} for kind, name in edit.path],
        **named(edit, "where", "weight", "unit"),
        "before": written(edit.before, edit.value_unit),
        "after": written(edit.after, edit.value_unit),
        "cite_before": _citations(edit.cite_before),
        "cite_after": _citations(edit.cite_after),
        "at_before": _location(edit.at_before),
        "at_after": _location(edit.at_after),
        "text": sentence(spoken, edit),
    }


def _citations(cite: Iterable[Citation]) -> list[dict[str, str | None]]:
    return [{"source": each.source, "at": each.locator} for each in cite]


def _location(at: Location | None) -> dict[str, Any] | None:
    return None if at is None else named(at, "file", "line", "column")


def sentence(spoken: Speaker, edit: Edit) -> str:
    """The edit on one line, without citations and places."""
    said = spoken.said(edit)
    if edit.part == "item":
        return spoken.say(f"diff_item.{edit.change}")
    before, after = (inline(side, spoken.say) for side in (said.before, said.after))
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
        lines.extend(_annotation(spoken, edit, names) for edit in shown(comparison, diff.full))
    if diff.effects is not None:
        lines.extend(_effect_lines(diff, diff.effects.found, say))
    return "".join(f"{line}\n" for line in lines)


FORMATS = formats(page, data, markdown=lambda diff, say: markdown(tables(diff, say)), github=github)


def _annotation(spoken: Speaker, edit: Edit, revisions: Sequence[str]) -> str:
    gone = edit.at_after is None or edit.change == "removed"
    at = (edit.at_before or edit.at_after) if gone else edit.at_after
    assert at is not None, "an edit is somewhere"
    file = _in_the_tree(at, revisions)
    properties = {"file": file, "line": str(at.line), "col": str(at.column), "title": spoken.name(edit)}
    said = ",".join(f"{key}={_property(text)}" for key, text in properties.items())
    return f"::{'warning' if gone else 'notice'} {said}::{_data(sentence(spoken, edit))}"


def _in_the_tree(at: Location, revisions: Sequence[str]) -> str:
    """The file without the revision that it was read from: an annotation stands on a file of the checkout."""
    return next((at.file.removeprefix(f"{name}:") for name in revisions if at.file.startswith(f"{name}:")), at.file)


def _effect_lines(diff: Diff, behaviours: Sequence[Behaviour], say: Say) -> Iterator[str]:
    """A warning for each result that changes, at the edit of its first cause that has a place."""
    places = {edit.item: edit.at_after or edit.at_before for each in diff.found for edit in each.edits}
    names = tuple(side.name for side in diff.sides)
    for behaviour in behaviours:
        whom = Whom(behaviour, say)
        for effect in behaviour.effects:
            at = next((places[cause.id] for cause in effect.causes if places.get(cause.id)), None)
            file = "" if at is None else _property(_in_the_tree(at, names))
            where = "" if at is None else f"file={file},line={at.line},col={at.column},"
            title = _property(whom.label(effect.result))
            yield f"::warning {where}title={title}::{_data(say.pair(whom.who(effect), whom.step(effect)))}"


def _data(text: str) -> str:
    return flowing(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
