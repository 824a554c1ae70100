"""Shows texts from outside: keys, labels, file names and cells come in, text that only says what it says goes out.

A control character can move the cursor, set a title or begin a line of a log; what follows from a text must be its
letters alone. Each target has its own function: a terminal or log, markdown, a cell of a spreadsheet.
"""

from __future__ import annotations

import re

# The patterns are compiled at their first need: to compile all of them takes a tenth of a start.
# Control characters, lone surrogates, breaks of line and paragraph, and marks that turn the order of the letters.
UNSAFE = "[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
_BREAKS = "[ \t]*[\n\r\x0b\x0c\x85\u2028\u2029][\\s]*|\t"
# What a continuous-integration log takes for a command: "::error::" at the start of a line, where a long word may be
# broken off too, and "##[error]" anywhere.
_COMMAND = r":(?=:)|##(?=\[)"
_NAMES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e"}

_MARKDOWN = r"[\\`*_\[\]<|~$]|&(?=#?\w+;)"
_START = r"(?=[#>]|[+-]\s|-+\Z)|\d+(?=[.)](?:\s|\Z))"
# What GitHub links or tells someone of by itself, in any text: addresses, people, issues.
_LINKED = r"(?i)@(?=\w)|#(?=\d)|\b(?:https?|ftp|mailto|xmpp)(?=:)|\bwww(?=\.)"
_APART = "\u2060"  # word joiner: takes no room, and keeps two characters from being read as one sign

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
_FORMULA = ("=", "+", "-", "@")


def on_one_line(text: str) -> str:
    r"""A text whose control characters are written out, for a terminal or a log.

    >>> on_one_line("a\nb\x1b[2J")
    'a\\nb\\e[2J'
    """
    if not text.isprintable():
        text = re.sub(UNSAFE, _written_out, text)
    return re.sub(_COMMAND, lambda found: found[0] + " ", text) if "::" in text or "##[" in text else text


def shortened(text: str, most: int) -> str:
    """No more of a text than that many characters, and a sign that there is more."""
    return text if len(text) <= most else text[:most] + "…"


def flowing(text: str) -> str:
    r"""A text of a page, where a break of line is a space.

    >>> flowing("Deux\n  lignes")
    'Deux lignes'
    """
    return on_one_line(text if text.isprintable() else re.sub(_BREAKS, " ", text))


def in_markdown(text: str) -> str:
    r"""A text of a page in GitHub's markdown, with no heading, link, image, comment or mention of its own.

    >>> in_markdown("![x](http://a.b) <!-- @me")
    '!\\[x\\](http\u2060://a.b) \\<!-- @\u2060me'
    """
    return _unlinked(re.sub(_MARKDOWN, r"\\\g<0>", flowing(text).strip()))


def on_markdown_line(text: str) -> str:
    r"""The same at the start of a line, where more characters are signs.

    >>> on_markdown_line("1. one")
    '1\\. one'
    """
    text = in_markdown(text)
    start = re.match(_START, text)
    return text if start is None else f"{start[0]}\\{text[start.end() :]}"


def in_summary(text: str) -> str:
    """A text of a page as a line of HTML inside markdown."""
    return _unlinked(flowing(text).translate(_ENTITIES))


def in_html(text: str) -> str:
    """A text of a page as HTML, inside an attribute too."""
    return on_one_line(text).translate(_ENTITIES)


def _unlinked(text: str) -> str:
    return re.sub(_LINKED, r"\g<0>" + _APART, text)


def in_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula, on one line.

    >>> in_cell("=1+1"), in_cell("Option")
    ("'=1+1", 'Option')
    """
    return ("'" if text.startswith(("\t", "\r")) or text.lstrip().startswith(_FORMULA) else "") + " ".join(text.split())


def in_json(text: str) -> str:
    """JSON whose texts have no character left that a terminal obeys."""
    if text.isascii() or text.isprintable():
        return text
    return re.sub(UNSAFE, lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", text)


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    return _NAMES.get(found[0]) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
