"""Messages: the words that users read, as JSON data, one folder a language; labels of rules and facts are not here.

``reports.json`` has the words of the pages, ``errors.json`` those of each error code: what is wrong (``message``) and
what would be right (``expected``), ``letters.json`` what each field of a letter holds. Groups help people to find their
way; a key stands in one of them only. Templates have the values that are filled in between braces. A word that counts
has the forms ``one`` and ``other``, and ``zero`` where nothing reads differently. Any other mapping is a family: its
members are reached as ``family.member``.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("fr", "en")

_FOLDER = Path(__file__).parent
_FORMS = ({"zero", "one", "other"}, {"message", "expected"})


@cache
def read_words(kind: str, lang: str) -> Mapping[str, Any]:
    """The words of one kind (``reports``, ``errors``) in one language, by key; read once, when first needed."""
    return {key: entry for group in read_groups(kind, lang).values() for key, entry in _flat(group)}


def in_each_language(key: str, /, **values: object) -> dict[str, str]:
    """A text of the reports in every language, with its blanks filled; a value that is itself words is a mapping."""
    return {
        lang: read_words("reports", lang)[key].format_map(
            {name: value[lang] if isinstance(value, Mapping) else value for name, value in values.items()}
        )
        for lang in LANGUAGES
    }


def called(names: Container[str]) -> dict[str, str]:
    """Names of the rule language by what they are called in any language, or by people of other languages."""
    words = (entry for lang in LANGUAGES for entry in read_words("reports", lang).items())
    said = ((text, key.rpartition(".")[2]) for key, text in words if isinstance(text, str))
    return {each: name for text, name in said if name in names for each in text.split(", ")}


def either(texts: Iterable[str], lang: str) -> str:
    """Choices as a sentence has them: commas, and a word before the last; that word alone where one has a comma."""
    *several, last = texts
    word: str = read_words("reports", lang)["or_value"]
    sign = word if any(", " in each for each in (*several, last)) else ", "
    return word.join(filter(None, (sign.join(several), last)))


def read_groups(kind: str, lang: str) -> Mapping[str, Any]:
    """The words of one kind in one language as they stand, by group."""
    groups: Mapping[str, Any] = json.loads((_FOLDER / lang / f"{kind}.json").read_text(encoding="utf-8"))
    return groups


def _flat(group: Mapping[str, Any], family: str = "") -> Iterator[tuple[str, Any]]:
    for key, entry in group.items():
        if isinstance(entry, str) or any(set(entry) <= forms for forms in _FORMS):
            yield family + key, entry
        else:
            yield from _flat(entry, f"{family}{key}.")
