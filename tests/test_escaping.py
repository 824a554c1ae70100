"""Whatever a key, a label, a file name or a cell says, it only says it: no target takes it for something to obey."""

from __future__ import annotations

import difflib
import json
import random
import re
from pathlib import Path

import pytest
from command import ROOT, avenant, codes_in, refused
from small_rules import SMALL

from engine.errors import MAX_FAULTS, Location, Problem
from engine.escaping import (
    UNSAFE,
    flowing,
    in_cell,
    in_html,
    in_json,
    in_markdown,
    in_summary,
    on_markdown_line,
    on_one_line,
)
from engine.policy.loader import parse
from engine.policy.reading import load_schema
from engine.policy.schema import shape, shape_problems
from engine.report.formats import coloured, markdown, plain
from engine.report.page import Fold, Heading, Paragraph, Table, Tree

NASTY = (
    "a\nb",
    "a\r\n::error file=x,title=PWN::owned",
    "x ::warning::y",
    "##[error]x",
    "\x1b]0;title\x07\x1b[2Jx",
    "\x1b]8;;http://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "\x9b2Jx",
    "a\u2028b",
    "\u202egnp.exe",
    "Tiny\n\n<!--",
    "# heading",
    "## heading",
    "1. one",
    "- item",
    "> quote",
    "---",
    "[click](http://evil.example)",
    "![x](http://evil.example/pixel.png)",
    "[a]: http://evil.example",
    "http://evil.example www.evil.example me@evil.example",
    "@someone #12",
    "<img src=x onerror=alert(1)>",
    "</details>",
    "| a | b |",
    "`code` *b* _i_ ~s~ $x$ &lt;",
    "    indented",
    "\\<!--",
    "=cmd|'/C calc'!A0",
    "\udcff",
)


@pytest.mark.parametrize("text", NASTY)
def test_a_message_is_one_line_that_only_says_what_it_says(text: str) -> None:
    line = Problem(Location(text, 1, 2), "unknown-fact", {"name": text}, text).line()
    assert not re.search(UNSAFE, line)
    assert "::" not in line.replace(f"{on_one_line(text)}:1:2:", "", 1)
    assert "##[" not in line


@pytest.mark.parametrize("text", NASTY)
def test_a_page_on_a_terminal_holds_no_character_that_the_terminal_obeys(text: str) -> None:
    page = (
        Heading(text, 1),
        Paragraph(text),
        Table((text, "b"), ((text, "c"),)),
        Tree(((0, text),)),
        Fold(text, (Paragraph(text),)),
    )
    for width in (20, 100):
        said = plain(page, width)
        assert not re.search(UNSAFE, said.replace("\n", ""))
        assert not re.search(r"(?m)^\s*::", said)
        without_colours = re.sub(r"\x1b\[[0-9;]*m", "", coloured(page, width))
        assert not re.search(UNSAFE, without_colours.replace("\n", ""))


@pytest.mark.parametrize("text", NASTY)
def test_markdown_has_no_more_lines_and_no_sign_of_its_own(text: str) -> None:
    page = (Heading(text, 1), Paragraph(text), Table(("a", text), (("b", text),)), Tree(((0, text),)))
    assert markdown(page).count("\n") == markdown((Heading("x", 1), Paragraph("x"), page[2], Tree(((0, "x"),)))).count(
        "\n"
    )
    shown = on_markdown_line(text)
    assert not re.search(r"(?<!\\)(?:\\\\)*[<\[\]|`*_~$]", shown)
    assert not re.match(r"\s|[#>]|[-+]\s|-+\Z|\d+[.)]\s", shown)
    assert not re.search(r"@\w|#\d|https?:|www\.", shown)
    assert "<" not in in_summary(text)


def test_the_comment_of_a_pull_request_is_not_hidden_by_a_label() -> None:
    said = markdown((Heading("Tiny\n\n<!--"), Paragraph("For whom the result changes")))
    assert "\n<!--" not in said
    assert "## Tiny \\<!--\n\nFor whom" in said


@pytest.mark.parametrize("text", NASTY)
def test_html_and_json_keep_a_text_inside_its_place(text: str) -> None:
    assert not set('<>"').intersection(in_html(text))
    dumped = in_json(json.dumps({text: text}, ensure_ascii=False))
    assert not re.search(UNSAFE, dumped)
    assert json.loads(dumped) == {text: text}


@pytest.mark.parametrize("text", NASTY)
def test_a_cell_is_no_formula(text: str) -> None:
    assert not in_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert "\n" not in in_cell(text)


def test_plain_texts_stay_as_they_are() -> None:
    for text in ("Éligibilité : oui, à 50 %", "mt_p30", "2024-09-02", "€19,000.00", "a (b), c"):
        assert on_one_line(text) == flowing(text) == in_html(text) == in_cell(text) == text
    assert on_markdown_line("2024-09-02 (a), 12.5") == "2024-09-02 (a), 12.5"
    assert in_markdown("1. one") == "1. one"


# What is read


@pytest.mark.parametrize(
    "content",
    [
        '"zz\\e]0;PWN\\a": 1',
        '"a\\nb": 1',
        'a: "\\e[2J"',
        'a: "\\x9b2J"',
        'a: ["\\u202eb"]',
        '{"a": "\\u0007"}',
        '{"\\n::error::x": 1}',
    ],
)
def test_an_escaped_control_character_is_refused_with_its_place(content: str) -> None:
    name = "case.json" if content.startswith("{") else "case.yaml"
    with pytest.raises(Exception) as told:
        parse(content.encode(), name)
    assert [problem.code for problem in told.value.problems] == ["yaml-character"]  # type: ignore[attr-defined]
    assert told.value.problems[0].location.line == 1  # type: ignore[attr-defined]


def test_a_value_may_have_lines() -> None:
    assert parse(b"a: |\n  one\n  two\n", "a.yaml").data == {"a": "one\ntwo\n"}


@pytest.mark.parametrize("end", ["\\n", "\\r", "\\u2028"])
def test_an_id_that_ends_with_a_line_break_is_refused(end: str, small_copy: Path) -> None:
    for path in sorted(small_copy.glob("*/*.yaml")):
        text = path.read_text(encoding="utf-8")
        path.write_text(
            re.sub(r"- id: ([a-z_.]+)$", lambda id_: f'- id: "{id_[1]}{end}"', text, count=1, flags=re.MULTILINE),
            encoding="utf-8",
        )
    said = refused(avenant("check", "--policies", str(small_copy), "--lang", "en"))
    assert re.search(": (wrong-value|yaml-character): ", said)


def test_each_pattern_of_each_schema_refuses_a_closing_line_break() -> None:
    schema = {"type": "object", "additionalProperties": {"type": "string", "pattern": "^(?!(then)$)[a-z]+$"}}
    wanted = shape(schema)
    assert [p.code for p in shape_problems(parse(b'a: "ab\\n"', "a.yaml"), wanted)] == ["wrong-value"]
    assert [p.code for p in shape_problems(parse(b"a: then", "a.yaml"), wanted)] == ["wrong-value"]
    assert shape_problems(parse(b"a: thens", "a.yaml"), wanted) == []
    assert load_schema("ruleset")["definitions"]["id"]["pattern"].endswith("$")


# What is bounded


def flood(count: int) -> str:
    return 'contrat: {date_signature: "2024-09-02"}\nmedecin:\n' + "".join(f"  secteur{i}: 1\n" for i in range(count))


def test_a_case_with_thousands_of_unknown_facts_is_refused_by_its_first_hundred(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(flood(3_000), encoding="utf-8")
    said = refused(avenant("evaluate", str(tmp_path / "case.yaml"), "--policies", str(SMALL), "--lang", "en"))
    *first, last = codes_in(said)
    assert (len(first), last) == (MAX_FAULTS, "too-many-faults")
    assert said.splitlines()[-1].startswith(f"{tmp_path}/case.yaml:{MAX_FAULTS + 3}:3: ")


def test_no_likeness_is_looked_for_once_the_faults_that_are_told_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, close_matches = [], difflib.get_close_matches
    monkeypatch.setattr(difflib, "get_close_matches", lambda *a, **k: looked.append(a) or close_matches(*a, **k))
    (tmp_path / "case.yaml").write_text(flood(1_000), encoding="utf-8")
    refused(avenant("evaluate", str(tmp_path / "case.yaml"), "--policies", str(SMALL)))
    assert 0 < len(looked) <= MAX_FAULTS + 1


def test_random_texts_are_shown_safely_everywhere() -> None:
    rng = random.Random(1)
    signs = "ab \n\r\t\x1b\x07\x9b\u2028\u202e\ud800:#[]()<>!@`*_~$&|\\-+=.1w/"
    for _ in range(3_000):
        text = "".join(rng.choices(signs, k=rng.randrange(12)))
        for show in (on_one_line, flowing, in_markdown, in_summary, in_html):
            shown = show(text)
            assert not re.search(UNSAFE, shown), (show, text)
            assert "::" not in shown.replace("\u2060", ""), (show, text)
            assert show(shown) if shown else True
        assert not re.search(r"(?<!\\)(?:\\\\)*[<\[\]|`*_~$]", in_markdown(text)), text


def test_wrong_usage_is_told_with_what_was_typed_written_out() -> None:
    said = avenant("compare", str(ROOT / "examples/2024_gp_half_time_five_years.yaml"), "a\u202e\x1b[2J")
    assert said.exit_code == 2
    assert "a\\u202e\\e[2J" in said.output
    assert "\x1b" not in said.output
