"""The quick way through JSON and the way of YAML read the same, or the quick one leaves the text to the other."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import CHARACTERS
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputFault
from engine.policy import loader
from engine.policy.loader import MAX_DEPTH, MAX_DIGITS
from engine.policy.syntax import plain_json

TEXTS = st.text(CHARACTERS, max_size=6) | st.sampled_from(["null", "yes", "2024-06-22", "1"])
LEAVES = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | TEXTS
DATA = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4))
SIGNS = st.sampled_from(list('{}[],:"\\ 0e-.x\t\x7fé\u202e'))


def _long_way(monkeypatch: pytest.MonkeyPatch, text: str) -> Any:
    with monkeypatch.context() as patched:
        patched.setattr(loader, "plain_json", lambda *given: None)
        return loader.parse(text.encode(), "body.json").data


@given(data=st.data())
def test_both_ways_read_the_same_or_the_quick_one_gives_way(data: st.DataObject) -> None:
    text = json.dumps({"a": data.draw(DATA)}, ensure_ascii=False, indent=data.draw(st.sampled_from([None, 1])))
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(text) - 1))
        text = text[:place] + data.draw(SIGNS) + text[place + 1 :]
    quick = plain_json(text.replace("\t", " "), MAX_DEPTH, MAX_DIGITS)
    if quick is not None:
        with pytest.MonkeyPatch.context() as monkeypatch:
            assert _long_way(monkeypatch, text) == quick
            assert repr(_long_way(monkeypatch, text)) == repr(quick)


UNUSUAL = (
    *('{"a": 1, "a": 1}', '{"a": null}', '{"a": 1e3}', '{"a": NaN}', '{"a": "\\u001b"}', '{"a": "\x7f"}', "{a: 1}"),
    *('{"a": ' + "9" * 19 + "}", "[" * 41 + "]" * 41, '{"a": 1} {}', '{"a": "' + "x" * 262_144 + '"}'),
)


@pytest.mark.parametrize("text", UNUSUAL)
def test_what_is_unusual_is_left_to_the_way_that_tells_where(text: str) -> None:
    assert plain_json(text, MAX_DEPTH, MAX_DIGITS) is None


def test_the_usual_is_read_the_quick_way_and_its_places_are_found_when_asked_for() -> None:
    text = '{"a": [1, 2.50, true, "é"],\n "b": {"c": {}}}'
    assert plain_json(text, MAX_DEPTH, MAX_DIGITS) is not None
    document = loader.parse(text.encode(), "case.json")
    assert (document.at(("b", "c")).line, document.key_at(("b",)).column) == (2, 2)
    assert document.part("b").at(("c",)) == document.at(("b", "c"))


def test_a_fault_of_the_long_way_is_told_as_ever() -> None:
    with pytest.raises(InputFault, match="yaml-duplicate-key"):
        loader.parse(b'{"a": 1, "a": 2}', "case.json")
