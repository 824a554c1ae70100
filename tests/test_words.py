"""The words that users read are data: both languages say the same keys with the same blanks, each key once."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

import pytest

from engine.words import LANGUAGES, read_words

KINDS = ("reports", "errors")


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"twice: {sorted(key for key in keys if keys.count(key) > 1)}"
    return dict(pairs)


def texts(entry: Any) -> list[str]:
    """The templates of an entry: itself, or those of its parts."""
    return [entry] if isinstance(entry, str) else [entry[part] for part in sorted(entry)]


def blanks(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_key_stands_twice(root: Path, kind: str, lang: str) -> None:
    written = (root / "engine" / "words" / lang / f"{kind}.json").read_text(encoding="utf-8")
    groups = json.loads(written, object_pairs_hook=once)
    keys = [key for group in groups.values() for key in group]
    assert sorted(keys) == sorted(read_words(kind, lang))


@pytest.mark.parametrize("kind", KINDS)
def test_both_languages_say_the_same_keys_with_the_same_blanks(kind: str) -> None:
    first, second = (read_words(kind, lang) for lang in LANGUAGES)
    assert list(first) == list(second)
    for key, entry in first.items():
        assert {*map(frozenset, map(blanks, texts(entry)))} == {*map(frozenset, map(blanks, texts(second[key])))}, key


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_text_says_something_without_stray_spaces(kind: str, lang: str) -> None:
    for key, entry in read_words(kind, lang).items():
        for text in texts(entry):
            assert text.strip(), key
