"""The words that users read are data: both languages say the same keys with the same blanks, each key once."""

from __future__ import annotations

import ast
import json
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rooms import nodes

from engine.comparison.edits.edit import KINDS as EDITED
from engine.comparison.edits.edit import WEIGHTS
from engine.comparison.effects import behaviour
from engine.language.operators import COMPARISONS
from engine.language.types import UNITS
from engine.policy import misfits
from engine.policy.model import IF_UNMET
from engine.proof import defects
from engine.proof.solving import Status
from engine.suite import coverage
from engine.words import LANGUAGES, read_words

KINDS = ("reports", "errors", "web")

# The members of families that reports ask for by names made of these.
NEVER = (
    *("applies", "case", "row", "step", "rule", "derogation", "value", "overlay", "warning"),
    *("verdict-met", "verdict-not-met"),
)
ORDERS = {row.name for row in COMPARISONS.values() if row.threshold}
MEMBERS = {
    "column": {
        "convention",
        "digest",
        "consistency",
        "unmet",
        "warned",
        "missing",
        "can_be",
        *("readings", "rights", "assumptions"),
    },
    "coverage_kind": {*coverage.KINDS},
    "deep_code": {"gap", "overlap", *NEVER},
    "outcome": {"decided", "no-convention"},
    "severity": {"error", "warning"},
    "property_status": {status.value for status in Status},
    "deep_status": {defects.SHOWN, defects.PROVED, defects.SUPERSEDED, defects.UNDECIDED},
    "diff_change": {"added", "removed", "moved", "added_any", "removed_any", "added_all", "removed_all"},
    "diff_count": {*WEIGHTS},
    "diff_duration": {"years", "months", "days"},
    "diff_item": {"added", "removed"},
    "diff_kind": {*EDITED},
    "effect": {"gain", "loss", "opened", "settled", "other"},
    "limit": ORDERS,
    "limit_day": ORDERS,
    "fewer_of": {"patients", "patients_par_etp", "points", "ETP", "years", "days"},
    "rule": {*misfits.RULES},
    "called": {*UNITS, *COMPARISONS, "all", "any", "add", "subtract", "multiply", "otherwise"}
    - {"patients", "not_in", "known"},
    "forms": {"or", "object", "array", "string", "integer", "number", "boolean"},
    "if_unmet": {*IF_UNMET},
    "item_status": {
        behaviour.PROVED,
        behaviour.APART,
        behaviour.OFFSET,
        behaviour.UNDECIDED,
        behaviour.THROUGH,
        behaviour.BEYOND,
    },
    "cause_change": {"added", "removed", "changed"},
    "letter_stop": {
        *("verdict", "verdict_waits", "verdict_open", "reading", "doubtful", "not_due", "source", "nothing_missing"),
        *("objective_waits", "objective_open", "year", "payment_open", "no_payment", "nothing_overpaid"),
    },
    "more_of": {"patients", "patients_par_etp", "points", "ETP", "years", "days"},
    "origin": {"option", "folder", "package", "revision", "checkout"},
    "outside_aid": {"none", "unpublished"},
    "reason": {"row", "rule", "step", "derogation", "value", "unpublished"},
    "sheet": {"decisions", "refused", "reasons", "rules", "choice", "left_out"},
    "sheet_column": {
        *("file", "row", "cell", "column", "code", "message", "result", "value", "reason", "text"),
        *("rules", "id", "from", "before", "digest"),
    },
    "side": {"yes", "no"},
    "unchanged": {"known", "known_so_far", "undetermined", "undetermined_so_far"},
    "wish_of": {"at_least", "at_most", "more", "less", "later", "earlier"},
    "types": {"number", "number_alone", "enum", "boolean", "date", "verdict"},
}


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"twice: {sorted(key for key in keys if keys.count(key) > 1)}"
    return dict(pairs)


def texts(entry: Any) -> list[str]:
    """The templates of an entry: itself, or its forms; one or none may be said without a number."""
    return [entry] if isinstance(entry, str) else list(entry.values())


def blanks(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_key_stands_twice(root: Path, kind: str, lang: str) -> None:
    written = (root / "engine" / "words" / lang / f"{kind}.json").read_text(encoding="utf-8")
    groups = json.loads(written, object_pairs_hook=once)
    keys = [key for group in groups.values() for key in group]
    assert sorted(keys) == sorted(set(keys))


@pytest.mark.parametrize("kind", KINDS)
def test_both_languages_say_the_same_keys_in_the_same_forms_with_the_same_blanks(kind: str) -> None:
    first, second = (read_words(kind, lang) for lang in LANGUAGES)
    assert list(first) == list(second)
    for key, entry in first.items():
        assert type(entry) is type(second[key]), key
        if isinstance(entry, dict):
            assert list(entry) == list(second[key]), key
        assert [blanks(text) for text in texts(entry)] == [blanks(text) for text in texts(second[key])], key


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_text_says_something(kind: str, lang: str) -> None:
    for key, entry in read_words(kind, lang).items():
        for text in texts(entry):
            assert text.strip(), key


def calls(root: Path) -> Iterator[tuple[str, ast.expr, str]]:
    """Each call in the reports and commands: what is called, its first argument, of heads each, its place."""
    for path in [*(root / "engine" / "report").glob("*.py"), *(root / "engine" / "cli").glob("*.py")]:
        for node in nodes(path):
            if isinstance(node, ast.Call) and node.args:
                called = ast.unparse(node.func)
                for argument in node.args if called.endswith("say.heads") else node.args[:1]:
                    yield called, argument, f"{path.name}:{node.lineno}"


def test_every_word_that_is_asked_for_by_name_exists(root: Path) -> None:
    words = read_words("reports", "en")
    asked = [
        (argument.value, place)
        for called, argument, place in calls(root)
        if isinstance(argument, ast.Constant) and called.endswith(("say", "say.count", "say.heads"))
    ]
    assert len(asked) > 100
    assert [(key, place) for key, place in asked if key not in words] == []


def test_every_family_that_is_asked_for_by_a_computed_name_is_known_here(root: Path) -> None:
    computed = {
        str(argument.values[0].value).rstrip(".")
        for called, argument, _ in calls(root)
        if "say" in called
        and isinstance(argument, ast.JoinedStr)
        and isinstance(argument.values[0], ast.Constant)
        and str(argument.values[0].value).endswith(".")
    }
    assert computed <= set(MEMBERS)


def test_every_word_is_said(root: Path) -> None:
    named = {
        node.value for path in (root / "engine").rglob("*.py") for node in nodes(path) if isinstance(node, ast.Constant)
    }
    looked_for = {
        argument.value
        for called, argument, _ in calls(root)
        if called.endswith("find") and isinstance(argument, ast.Constant)
    }
    families = looked_for | set(MEMBERS)
    dead = [key for key in read_words("reports", "en") if key not in named and key.partition(".")[0] not in families]
    assert dead == []


@pytest.mark.parametrize("family", MEMBERS)
def test_a_family_has_a_word_for_each_of_its_members(family: str) -> None:
    members = {key.removeprefix(f"{family}.") for key in read_words("reports", "en") if key.startswith(f"{family}.")}
    assert members == MEMBERS[family]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_form_for_one_shows_its_count_since_nothing_takes_it_too_in_french(lang: str) -> None:
    words = read_words("reports", lang)
    assert [
        key for key, forms in words.items() if isinstance(forms, dict) and re.search(r"\b1\b", forms.get("one", ""))
    ] == []
