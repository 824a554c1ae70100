"""The fault that is likely behind a text that is no YAML: what a parser says comes in, a code goes out."""

from __future__ import annotations

# What the parsers say, in the order in which it is looked for, and the code of the fault that is likely behind it.
_SYNTAX = (
    ("mapping values are not allowed", "yaml-colon"),
    ("could not find expected ':'", "yaml-colon"),
    ("cannot start any token", "yaml-sign"),
    ("',' or", "yaml-open"),
    ("unexpected end of stream", "yaml-open"),
    ("escape", "yaml-escape"),
    ("expected key", "yaml-indentation"),
    ("'-' indicator", "yaml-indentation"),
    ("<block end>", "yaml-indentation"),
    ("block sequence entries", "yaml-indentation"),
    ("<document start>", "yaml-indentation"),
)


def syntax_code(said: str) -> str:
    """The code for what a parser says; ``yaml-syntax``, which repeats its words, where they are not known."""
    return next((code for words, code in _SYNTAX if words in said), "yaml-syntax")
