"""Real conventions as plain data, and edits of that data that say what a comparison must find."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from engine.policy.build import build
from engine.policy.items import KINDS
from engine.policy.loader import load, parse
from engine.policy.model import Convention

POLICIES = Path(__file__).resolve().parent.parent / "policies"
HEAD = "convention.yaml"
ORDERING = {"at_least": "more_than", "more_than": "at_least", "at_most": "less_than", "less_than": "at_most"}
SHUFFLED = frozenset(
    {*KINDS, "derogations", "rows", "rules", "any", "all", "in", "not_in", "add", "multiply", "min", "max"}
    | {"highest", "cite", "choices", "warnings", "excluded", "verdict"}
)

Files = dict[str, Any]
Found = tuple[str, str, str, str]  # item, change, part, weight
Site = tuple[str, Any, Any, tuple[Any, ...]]  # item, container, key in it, path


@cache
def _read(convention: str) -> Files:
    return {path.name: load(path, path.name).data for path in sorted((POLICIES / convention).glob("*.yaml"))}


def files_of(convention: str) -> Files:
    """The data of every file of a convention, free to be changed."""
    return deepcopy(_read(convention))


def built(files: Files, comment: str = "") -> Convention:
    """The convention of these files, written as JSON under a comment and read again."""
    documents = {
        name: parse((comment + json.dumps(data, default=_number, ensure_ascii=False, indent=1)).encode(), name).root()
        for name, data in files.items()
    }
    convention, problems = build(documents[HEAD], [each for name, each in documents.items() if name != HEAD], "")
    assert not problems, problems
    return convention


def _number(value: object) -> float:
    assert isinstance(value, Decimal)
    return float(value)


def items(files: Files) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every item with its file and kind."""
    for name, data in files.items():
        for kind in KINDS:
            for item in data.get(kind, ()):
                yield name, kind, item


def sites(files: Files) -> Iterator[Site]:
    """Every place inside an item, the declared impossible combinations left out."""
    for _, _, item in items(files):
        yield from _inside(item["id"], item, ())


def _inside(item: str, data: Any, path: tuple[Any, ...]) -> Iterator[Site]:
    pairs = list(data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ())
    for key, value in pairs:
        if key != "excluded":
            yield item, data, key, path
            yield from _inside(item, value, (*path, key))


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def value_moved(random: Random, files: Files) -> Found:
    found = [
        site
        for site in sites(files)
        if site[2] in ("then", "value") and site[3][:1] in (("rows",), ("values",)) and _is_number(site[1][site[2]])
    ]
    item, data, key, _ = random.choice(found)
    data[key] += random.choice((-1, 1))
    return item, "changed", "value", "rule"


def _comparisons(files: Files) -> list[Site]:
    return [site for site in sites(files) if site[2] in ORDERING and ("fact" in site[1] or "ref" in site[1])]


def bound_moved(random: Random, files: Files) -> Found:
    item, data, key, _ = random.choice([site for site in _comparisons(files) if _is_number(site[1][site[2]])])
    data[key] += random.choice((-1, 1))
    return item, "changed", "bound", "rule"


def operator_flipped(random: Random, files: Files) -> Found:
    item, data, key, _ = random.choice(_comparisons(files))
    data[ORDERING[key]] = data.pop(key)
    return item, "changed", "operator", "rule"


def row_removed(random: Random, files: Files) -> Found:
    item, data, key, _ = random.choice(
        [site for site in sites(files) if site[2] == "rows" and len(site[1]["rows"]) > 1]
    )
    del data[key][random.randrange(len(data[key]))]
    return item, "removed", "row", "rule"


def condition_removed(random: Random, files: Files) -> Found:
    item, data, key, _ = random.choice([s for s in sites(files) if s[2] in ("any", "all") and len(s[1][s[2]]) > 1])
    del data[key][random.randrange(len(data[key]))]
    return item, "removed", "condition", "rule"


def derogation_removed(random: Random, files: Files) -> Found:
    item, data, key, _ = random.choice([site for site in sites(files) if site[2] == "derogations"])
    del data[key][random.randrange(len(data[key]))]
    return item, "removed", "derogation", "rule"


def label_changed(random: Random, files: Files) -> Found:
    _, _, item = random.choice(list(items(files)))
    item["label"][random.choice(("fr", "en"))] += " (revu)"
    return item["id"], "changed", "label", "label"


def note_removed(random: Random, files: Files) -> Found:
    item = random.choice([item for _, _, item in items(files) if "note" in item])
    del item["note"]
    return item["id"], "removed", "note", "label"


def citation_changed(random: Random, files: Files) -> Found:
    item = random.choice([item for _, _, item in items(files) if item.get("cite")])
    random.choice(item["cite"])["at"] = "ailleurs"
    return item["id"], "changed", "citation", "citation"


def default_changed(random: Random, files: Files) -> Found:
    question = random.choice(files[HEAD].get("interpretations", []))
    others = [choice["id"] for choice in question["choices"] if choice["id"] != question["default"]]
    question["default"] = random.choice(others)
    return question["id"], "changed", "default", "rule"


def choice_added(random: Random, files: Files) -> Found:
    question = random.choice(files[HEAD].get("interpretations", []))
    question["choices"].append({"id": "autre_lecture", "label": {"fr": "Autre", "en": "Other"}})
    return question["id"], "added", "choice", "rule"


def item_renamed(random: Random, files: Files) -> Found:
    _, _, item = random.choice(list(items(files)))
    old, new = item["id"], item["id"] + "_renomme"
    item["id"], item["aliases"] = new, [old]
    _rename(files, old, new)
    return new, "moved", "id", "rule"


def _rename(data: Any, old: str, new: str) -> None:
    if isinstance(data, dict):
        for key, value in data.items():
            if key in ("ref", "criterion", "by_outcome", "never_less", "never_more") and value == old:
                data[key] = new
            elif key == "replace":
                data[key] = {item: new if by == old else by for item, by in value.items()}
            else:
                _rename(value, old, new)
    elif isinstance(data, list):
        for value in data:
            _rename(value, old, new)


def item_moved(random: Random, files: Files) -> Found:
    """Criteria and outcomes stay: which file they are in means something."""
    places = [name for name in files if name != HEAD and "overlays" not in files[name]]
    kinds = ("parameters", "tables", "quantities", "payments", "obligations")
    found = [(name, kind, item) for name, kind, item in items(files) if kind in kinds and name in places]
    name, kind, item = random.choice([each for each in found if len(files[each[0]][each[1]]) > 1])
    files[name][kind].remove(item)
    files[random.choice([place for place in places if place != name])].setdefault(kind, []).append(item)
    return item["id"], "moved", "file", "label"


EDITS: tuple[Callable[[Random, Files], Found], ...] = (
    value_moved,
    bound_moved,
    operator_flipped,
    row_removed,
    condition_removed,
    derogation_removed,
    label_changed,
    note_removed,
    citation_changed,
    default_changed,
    choice_added,
    item_renamed,
    item_moved,
)


def shuffled(random: Random, data: Any, key: str = "") -> Any:
    """The same rules with keys, rows, items and members in another order."""
    if isinstance(data, dict):
        pairs = [(name, shuffled(random, value, name)) for name, value in data.items()]
        random.shuffle(pairs)
        return dict(pairs)
    if not isinstance(data, list):
        return data
    members = [shuffled(random, value) for value in data]
    if key in SHUFFLED:
        random.shuffle(members)
    return members


def reworded(random: Random, data: Any, key: str = "") -> Any:
    """The same rules with conditions written otherwise: lists of one, nested lists, ``in`` for ``is``."""
    if isinstance(data, list):
        return [reworded(random, value, "any" if key in ("any", "all") else "") for value in data]
    if not isinstance(data, dict):
        return data
    changed = {name: reworded(random, value, name) for name, value in data.items()}
    for long, short in (("in", "is"), ("not_in", "is_not")):
        literal = changed.get(short)
        compared = "fact" in changed or ("ref" in changed and literal not in ("met", "not_met"))
        if compared and isinstance(literal, str | int | bool) and random.random() < 0.3:
            changed[long] = [changed.pop(short)]
    for name in ("any", "all"):
        parts = changed.get(name)
        if isinstance(parts, list) and len(parts) > 2 and random.random() < 0.5:
            changed[name] = [parts[0], {name: parts[1:]}]
    wrapped = key in ("met_when", "applies_when", "unless", "done_when", "any")
    return {random.choice(("any", "all")): [changed]} if wrapped and random.random() < 0.3 else changed
