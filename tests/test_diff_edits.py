"""Whatever is edited in a convention is found as exactly what it is, and what means the same is no edit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from command import CONVENTIONS
from conftest import Effort, examples
from edited_rules import EDITS, Files, built, files_of, reworded, shuffled
from hypothesis import given
from hypothesis import strategies as st

from engine.comparison.edits.edit import Edit
from engine.comparison.edits.structure import edits
from engine.evaluation.session import Session
from engine.policy.items import KINDS
from engine.policy.model import Convention
from engine.policy.reading import load_vocabulary
from engine.suite.mutants import mutants

FACTS, _ = load_vocabulary()
SEEDS = st.integers(0, 2**32)


@cache
def standing(convention: str) -> Convention:
    return built(files_of(convention))


def found(convention: str, after: Files, comment: str = "") -> list[Edit]:
    """What was edited in a convention."""
    return list(edits(standing(convention), built(after, comment), FACTS))


def said(edit: Edit) -> tuple[str, str, str, str]:
    return edit.item, edit.change, edit.part, edit.weight


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
@given(seed=SEEDS, convention=st.sampled_from(CONVENTIONS))
@examples(15, least=1)
def test_an_edit_is_reported_as_exactly_what_it_is(edit: object, seed: int, convention: str) -> None:
    random = Random(seed)
    after = files_of(convention)
    try:
        expected = edit(random, after)  # type: ignore[operator]
    except IndexError:  # the convention has nothing of the kind
        return
    assert [said(each) for each in found(convention, after)] == [expected]


@given(seed=SEEDS, convention=st.sampled_from(CONVENTIONS))
@examples(40, least=2)
def test_several_edits_are_found_among_reordering_and_comments(seed: int, convention: str) -> None:
    random = Random(seed)
    after = files_of(convention)
    expected: list[tuple[str, str, str, str]] = []
    for edit in random.sample(EDITS, 4):
        trial = {name: shuffled(random, data) for name, data in after.items()}
        try:
            one = edit(random, trial)
        except IndexError:
            continue
        if one[0].removesuffix("_renomme") not in {item.removesuffix("_renomme") for item, *_ in expected}:
            after, expected = trial, [*expected, one]
    after = {name: shuffled(random, data) for name, data in after.items()}
    assert Counter(map(said, found(convention, after, "# une remarque\n"))) == Counter(expected)


@given(seed=SEEDS, convention=st.sampled_from(CONVENTIONS))
@examples(40, least=2)
def test_order_comments_and_wording_are_no_edit(seed: int, convention: str) -> None:
    random = Random(seed)
    after = {name: shuffled(random, data) for name, data in files_of(convention).items()}
    for data in after.values():
        for kind in KINDS:
            if kind in data and kind != "outcomes":
                data[kind] = reworded(random, data[kind])
    assert found(convention, after, "# une remarque\n\n") == []


def test_every_slip_of_the_pen_is_one_edit_of_a_rule(session: Session, effort: Effort) -> None:
    conventions = session.registry.conventions
    silent = []
    texts = dict(effort.share([*conventions.items()], part=3))
    for mutant in effort.share(list(mutants(replace(session.registry, conventions=texts), {})), part=80):
        changed = edits(conventions[mutant.convention.id], mutant.convention, FACTS)
        if not changed:
            silent.append((mutant.subject, mutant.change.kind, mutant.change.before, mutant.change.after))
        else:
            assert {edit.weight for edit in changed} == {"rule"}, (mutant.subject, mutant.change)
            turned = (mutant.change.kind, mutant.change.before) == ("operator", "not")  # all below it is turned round
            assert turned or len(changed) == 1, (mutant.subject, mutant.change)
            assert changed[0].item in (mutant.subject, mutant.convention.id)
    # A row that reaches into another of the same value changes no value of the table.
    assert silent == [("aide.bareme", "threshold", "2", "1")] * len(silent)
    assert len(silent) <= 4


def test_undoing_an_edit_is_the_edit_the_other_way_round(session: Session) -> None:
    opposite = {"added": "removed", "removed": "added", "changed": "changed", "moved": "moved"}
    conventions = session.registry.conventions
    for a, b in (("2019_avenant7", "2023_reglement_arbitral"), ("2023_reglement_arbitral", "2024_convention")):
        there = edits(conventions[a], conventions[b], FACTS)
        back = edits(conventions[b], conventions[a], FACTS)
        assert Counter(
            (e.item, opposite[e.change], e.part, e.weight) for e in there if e.kind != "convention"
        ) == Counter((e.item, e.change, e.part, e.weight) for e in back if e.kind != "convention")


def test_a_convention_is_the_same_as_itself(session: Session) -> None:
    for convention in session.registry.conventions.values():
        assert edits(convention, convention, FACTS) == ()
