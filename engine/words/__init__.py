"""Messages: the words that users read, as JSON data, one folder a language; labels of rules and facts are not here.

``reports.json`` has the words of the pages, ``errors.json`` those of each error code: what is wrong (``message``) and
what would be right (``expected``). Both are in groups, for people to find their way; a key stands in one group only.
Templates have the values that are filled in between braces.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

LANGUAGES = ("fr", "en")

_FOLDER = Path(__file__).parent


@cache
def read_words(kind: str, lang: str) -> Mapping[str, Any]:
    """The words of one kind (``reports``, ``errors``) in one language, by key; read once, when first needed."""
    groups = json.loads((_FOLDER / lang / f"{kind}.json").read_text(encoding="utf-8"))
    return {key: entry for group in groups.values() for key, entry in group.items()}
