"""docs/errors.md: the codes of messages and the fixtures that cause them come in, one entry for each code goes out."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.policy.loader import load
from engine.words import read_words

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = Path("tests/fixtures")
HEAD = """# Messages

Generated from engine/words/ and from the fixtures of the tests (`make docs`).

A message reads `file:line:column: code: what is wrong. Expected: what would be right. Did you mean …?`, in French or
in English (`--lang`). All faults of an input are told at once, sorted by place. The codes are stable: scripts may rely
on them, and not on the words. Exit status 1 means that an input is at fault, 2 that the command was called wrongly.
A warning says so before its words; it changes the exit status of `avenant check --strict` only.

`<…>` stands for what the message fills in. Each example is what the command prints for the fixture named, with the line
that it points at.
"""

# For each code, what causes it and what to do.
SECTIONS: Mapping[str, Mapping[str, str]] = load(ROOT / "tools" / "errors.words.yaml", "errors.words.yaml").data


def errors_page() -> str:
    """The page, with one entry for each code."""
    return "\n".join([HEAD, *(line for title, advice in SECTIONS.items() for line in _section(title, advice))])


def _section(title: str, advice: Mapping[str, str]) -> Iterator[str]:
    yield f"## {title}\n"
    for code, text in advice.items():
        if code in read_words("errors", "en"):
            yield f"### {code}\n"
            yield from _words(code)
            yield f"{text}\n"
            yield from _example(code)


def _words(code: str) -> Iterator[str]:
    """The templates in both languages."""
    for lang, wanted in (("en", "Expected:"), ("fr", "Attendu :")):
        words = read_words("errors", lang)[code]
        line = f"- `{_readable(words['message'])}`"
        if "expected" in words:
            line += f". {wanted} `{_readable(words['expected'])}`"
        yield line
    yield ""


def _readable(template: str) -> str:
    """A template with ``<name>`` for what is filled in."""
    parts = string.Formatter().parse(template)
    return "".join(text + (f"<{name}>" if name else "") for text, name, *_ in parts)


def _example(code: str) -> Iterator[str]:
    """The first message of the code's fixture, with the line that it points at."""
    for golden, fixture in (
        (FIXTURES / "bad_policies" / code / "expected.en.txt", FIXTURES / "bad_policies" / code),
        (FIXTURES / "bad_cases" / f"{code}.en.txt", _case(code)),
        (FIXTURES / "bad_dossiers" / f"{code}.en.txt", FIXTURES / "bad_dossiers" / f"{code}.yaml"),
    ):
        if (ROOT / golden).exists():
            said = (ROOT / golden).read_text(encoding="utf-8").splitlines()
            line = next((line for line in said if f": {code}: " in line), said[-1])
            yield "```text"
            yield line
            yield from _pointed_at(line)
            yield "```\n"
            yield f"Example: {_link(fixture)}\n"
            return


def _case(code: str) -> Path:
    found = sorted((ROOT / FIXTURES / "bad_cases").glob(f"{code}.[yj]*"))
    return found[0].relative_to(ROOT) if found else FIXTURES / "bad_cases"


def _link(fixture: Path) -> str:
    """A link to the fixture, or to the test that makes it where it cannot be kept as text."""
    path = ROOT / fixture
    kept = path.is_file() or any(inner.is_dir() for inner in path.iterdir())
    shown, words = (fixture, "") if kept else (Path("tests/test_bad_policies.py"), "made by ")
    return f"{words}[{shown.as_posix()}](../{shown.as_posix()})"


def _pointed_at(message: str) -> Iterator[str]:
    """The line that a message names, and a mark under the column."""
    place = re.match(r"(\S+):([0-9]+):([0-9]+): ", message)
    if place and (ROOT / place[1]).is_file():
        line, column = int(place[2]), int(place[3])
        text = (ROOT / place[1]).read_text(encoding="utf-8").splitlines()[line - 1].replace("\t", " ")
        yield text
        yield " " * (column - 1) + "^"


if __name__ == "__main__":
    (ROOT / "docs" / "errors.md").write_text(errors_page(), encoding="utf-8")
