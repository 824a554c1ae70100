"""Writes a comparison for programs: the edits come in, one object or GitHub's annotations go out.

The shape of the object is schemas/diff.schema.json.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from engine.comparison.edits.edit import WEIGHTS, Comparison, Edit
from engine.comparison.effects.behaviour import Behaviour
from engine.comparison.sides import Side
from engine.errors import Location
from engine.escaping import flowing
from engine.language.expressions import Citation
from engine.policy.model import Convention
from engine.report.diff_page import shown
from engine.report.edit_words import Speaker, inline, speaker
from engine.report.messages import word
from engine.report.whom import Whom
from engine.report.written import written


def diff_object(a: Side, b: Side, found: Sequence[Comparison], lang: str) -> dict[str, Any]:
    """The comparison as one object, every edit included."""
    comparisons = [_comparison(speaker(each, a.registry, b.registry, lang)) for each in found]
    return {
        "before": {"name": a.name, "conventions": list(a.conventions)},
        "after": {"name": b.name, "conventions": list(b.conventions)},
        "counts": {weight: sum(each["counts"][weight] for each in comparisons) for weight in WEIGHTS},
        "comparisons": comparisons,
    }


def _comparison(spoken: Speaker) -> dict[str, Any]:
    comparison = spoken.comparison
    return {
        "before": _side(comparison.before, spoken.lang),
        "after": _side(comparison.after, spoken.lang),
        "counts": {weight: len(comparison.of_weight([weight])) for weight in WEIGHTS},
        "edits": [_edit(spoken, edit) for edit in comparison.edits],
    }


def _side(convention: Convention | None, lang: str) -> dict[str, str] | None:
    if convention is None:
        return None
    return {"id": convention.id, "label": convention.label[lang], "digest": convention.digest}


def _edit(spoken: Speaker, edit: Edit) -> dict[str, Any]:
    return {
        "item": edit.item,
        "kind": edit.kind,
        "change": edit.change,
        "part": edit.part,
        "path": [{"kind": kind, "name": name} for kind, name in edit.path],
        "where": edit.where,
        "weight": edit.weight,
        "unit": edit.unit,
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
    return None if at is None else {"file": at.file, "line": at.line, "column": at.column}


def sentence(spoken: Speaker, edit: Edit) -> str:
    """The edit on one line, without citations and places."""
    said, colon = spoken.said(edit), word("colon", spoken.lang)
    if edit.part == "item":
        return word(f"diff_item_{edit.change}", spoken.lang)
    before, after = (inline(side, spoken.lang) for side in (said.before, said.after))
    values = dict.fromkeys(each for each in (before, after) if each)
    return f"{said.where}{colon}{' → '.join(values)}" if said.where else " → ".join(values)


def annotation_lines(a: Side, b: Side, found: Sequence[Comparison], lang: str, full: bool = False) -> str:
    """A workflow command for each edit that is shown, at its newer place; a warning where only the older is left."""
    lines: list[str] = []
    for comparison in found:
        spoken = speaker(comparison, a.registry, b.registry, lang)
        lines.extend(_annotation(spoken, edit, (a.name, b.name)) for edit in shown(comparison, full))
    return "".join(f"{line}\n" for line in lines)


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


def effect_lines(a: Side, b: Side, found: Sequence[Comparison], behaviours: Sequence[Behaviour], lang: str) -> str:
    """A warning for each result that changes, at the edit of its first cause that has a place."""
    places = {edit.item: edit.at_after or edit.at_before for each in found for edit in each.edits}
    lines = []
    for behaviour in behaviours:
        whom = Whom(behaviour, lang)
        for effect in behaviour.effects:
            at = next((places[cause.id] for cause in effect.causes if places.get(cause.id)), None)
            title = _property(whom.label(effect.result))
            file = "" if at is None else _property(_in_the_tree(at, (a.name, b.name)))
            where = "" if at is None else f"file={file},line={at.line},col={at.column},"
            said = f"{whom.who(effect)}{whom.text['colon']}{whom.step(effect)}"
            lines.append(f"::warning {where}title={title}::{_data(said)}\n")
    return "".join(lines)


def _data(text: str) -> str:
    return flowing(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
