"""`avenant textconv` gives git a text in which only a change of what the rules say is a change, and never stops git."""

from __future__ import annotations

import json
import shlex
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from command import ROOT, avenant, refused
from conftest import CHARACTERS
from hypothesis import given
from hypothesis import strategies as st
from scratch import Scratch, scratch

from engine.policy import loader
from engine.policy.items import KINDS
from engine.report.item_text import item_text

CONVENTION = "2024_convention"
FUNDING = f"policies/{CONVENTION}/funding.yaml"
FILES = sorted((ROOT / "policies").glob("*/*.yaml"))


@pytest.fixture
def repository(tmp_path: Path) -> Scratch:
    made = scratch(tmp_path, CONVENTION)
    made.write(".gitattributes", (ROOT / ".gitattributes").read_text(encoding="utf-8"))
    made.commit("Show rules by item")
    command = shlex.join([sys.executable, "-c", "from engine.cli import main; main()", "textconv"])
    made.git("config", "diff.avenant.textconv", command)
    return made


def changed(diff: str) -> list[str]:
    """The lines that a diff takes away and adds."""
    lines = diff.splitlines()
    return [line for line in lines if line[:1] in "+-" and not line.startswith(("+++", "---"))]


def text(file: str | Path) -> str:
    result = avenant("textconv", str(file))
    assert result.exit_code == 0
    return result.stdout


def test_git_shows_a_changed_amount_as_one_line_under_its_item(repository: Scratch) -> None:
    repository.edit(FUNDING, "{option: demi_etp, annee: 1, then: 19000,", "{option: demi_etp, annee: 1, then: 19500,")
    diff = repository.git("diff", "-U0")
    cite = 'cite: [{{source: ameli_juin_2024, at: "mi-temps, 1re année"}}]'
    row = f"    - {{{{annee: 1, option: demi_etp, then: {{}}, {cite}}}}}"
    assert changed(diff) == ["-" + row.format(19000), "+" + row.format(19500)]
    assert "@@ table aide.bareme" in diff


def test_git_shows_nothing_where_only_comments_order_and_layout_change(repository: Scratch) -> None:
    lines = (repository.top / FUNDING).read_text(encoding="utf-8").split("\n")
    rows = [number for number, line in enumerate(lines) if line.startswith("      - {option: ")]
    lines[rows[0]], lines[rows[-1]] = lines[rows[-1]], lines[rows[0]]
    quantities = lines.index("quantities:")
    payments = lines.index("payments:")
    moved = [*lines[:2], "  # A remark.", *lines[2:quantities], *lines[payments:], "", *lines[quantities:payments]]
    told = "\n".join(moved).replace("then: 14000, cite", "then: 14000.0,   cite").replace("unit: EUR", 'unit: "EUR"')
    repository.write(FUNDING, told)
    assert repository.git("diff", "--no-textconv") != ""
    assert changed(repository.git("diff")) == []


def test_git_goes_on_where_a_file_cannot_be_read_as_rules(repository: Scratch) -> None:
    repository.write(FUNDING, "tables: [\n  a comma, too many: \x07\n")
    assert "+tables: [" in changed(repository.git("diff"))
    (repository.top / FUNDING).write_bytes(b"\xff\xfe caf\xe9\n")
    repository.git("diff")
    (repository.top / FUNDING).unlink()
    assert all(line.startswith("-") for line in changed(repository.git("diff")))
    assert "-table aide.bareme" in changed(repository.git("diff"))


def test_the_log_of_one_item_can_be_followed(repository: Scratch) -> None:
    repository.edit(FUNDING, "{option: demi_etp, annee: 1, then: 19000,", "{option: demi_etp, annee: 1, then: 19500,")
    repository.commit("Raise")
    assert "+    - {annee: 1, option: demi_etp, then: 19500" in repository.git("log", "-p", "-1", "--textconv")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_id_and_every_word_of_a_rule_file_is_in_its_text(path: Path) -> None:
    said = text(path)
    data = loader.load(path).data
    flowing = " ".join(said.split())  # a long text is folded
    for word in words(data):
        plain = " ".join(word.split())
        assert plain in flowing or json.dumps(plain, ensure_ascii=False) in flowing, word
    heads = [line.split(" ")[-1] for line in said.splitlines() if line and not line.startswith(" ")]
    if path.name != "convention.yaml":
        lists = [*(part for key, part in data.items() if key != "change"), *data.get("change", {}).values()]
        ids = [entry["id"] for entries in lists for entry in entries]
        assert heads == sorted(ids)


def words(data: Any) -> list[str]:
    """Every text, number and key that the data holds."""
    if isinstance(data, dict):
        return [word for part in data.values() for word in words(part)]
    if isinstance(data, list):
        return [word for part in data for word in words(part)]
    if isinstance(data, bool):
        return ["true" if data else "false"]
    return [f"{data.normalize():f}" if isinstance(data, Decimal) else str(data)]


def test_the_order_of_alternatives_does_not_count_and_that_of_first_known_does() -> None:
    def criterion(connective: str, *facts: str) -> str | None:
        parts = [{"fact": fact, "is": True} for fact in facts]
        return item_text({"criteria": [{"id": "c", "met_when": {connective: parts}}]})

    assert criterion("any", "m.a", "m.b") == criterion("any", "m.b", "m.a")
    assert criterion("first_known", "m.a", "m.b") != criterion("first_known", "m.b", "m.a")
    assert criterion("any", "m.a", "m.b") != criterion("all", "m.a", "m.b")


def test_a_text_that_looks_like_a_number_is_not_taken_for_one() -> None:
    def parameter(value: object) -> str | None:
        return item_text({"parameters": [{"id": "p", "values": [{"from": "2024-01-01", "value": value}]}]})

    assert parameter(7) == parameter(Decimal("7.0"))
    assert len({parameter(7), parameter("7"), parameter(True), parameter("true"), parameter("sept")}) == 5


keys = st.sampled_from(
    ["id", "fact", "is", "all", "rows", "values", "cite", "source", "at", "then", "fr", "unpublished"]
)
leaves = st.none() | st.booleans() | st.integers() | st.text(CHARACTERS, max_size=5)
trees = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3))


@given(st.dictionaries(st.sampled_from([*KINDS, "signed", "sources", "interpretations"]), trees) | trees)
def test_no_shape_of_data_stops_it(data: object) -> None:
    assert item_text(data) is None or isinstance(item_text(data), str)


@given(
    st.dictionaries(st.sampled_from([*KINDS]), st.lists(st.dictionaries(keys, trees, max_size=4), max_size=3)),
    st.sampled_from(["a", "b"]),
)
def test_no_shape_of_an_item_stops_it(data: dict[str, list[dict[str, Any]]], id_: str) -> None:
    items = {key: [{**entry, "id": id_} for entry in entries] for key, entries in data.items()}
    assert item_text(items) is not None


@pytest.mark.parametrize("content", [b"", b"\xff", b"suite: a\n", b"- 1\n", b"criteria: [{label: a}]\n", b"# x" * 3])
def test_what_is_no_rule_file_is_written_as_it_is(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    result = avenant("textconv", str(path))
    assert (result.exit_code, result.stdout_bytes) == (0, content)


def test_a_file_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    assert "file-unreadable" in refused(avenant("textconv", str(tmp_path / "nothing.yaml")))
