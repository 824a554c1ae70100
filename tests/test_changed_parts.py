"""Which parts of a convention changed: every slip of the pen in a rule is a change of that rule, and words are not."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.evaluation.session import Session
from engine.language.expressions import Connect
from engine.policy.model import Convention, Criterion, Item, Table
from engine.review.diff.changed import changed_parts
from engine.review.mutants import mutants

EACH = 150  # mutants drawn for each convention


@pytest.fixture(scope="module")
def convention(session: Session) -> Convention:
    return session.registry.conventions["2019_avenant7"]


def with_item(convention: Convention, id_: str, change: Callable[[Item], Item]) -> Convention:
    return replace(convention, items={**convention.items, id_: change(convention.items[id_])})


def test_every_slip_of_the_pen_is_a_rule_change_of_the_part_it_is_in(session: Session) -> None:
    registry = session.registry
    types = {id_: dict(session.program(each, ()).plan.types) for id_, each in registry.conventions.items()}
    drawn = random.Random(7)
    by_convention: dict[str, list[tuple[str, Convention]]] = {}
    for mutant in mutants(registry, types):
        by_convention.setdefault(mutant.convention.id, []).append((mutant.subject, mutant.convention))
    for id_, found in by_convention.items():
        before = registry.conventions[id_]
        for subject, after in drawn.sample(found, min(EACH, len(found))):
            parts = changed_parts(before, after)
            assert parts, subject
            assert {part.weight for part in parts} == {"rule"}, subject
            assert {part.item for part in parts} in ({subject}, {id_}), "in the item, or in the head of the convention"


def test_a_convention_equals_itself_and_is_wholly_new_where_there_was_none(session: Session) -> None:
    for convention in session.registry.conventions.values():
        assert changed_parts(convention, convention) == ()
        new = {part.item for part in changed_parts(None, convention) if part.weight == "rule"}
        assert new >= set(convention.items)


def test_each_changed_row_is_told_with_its_own_citations(convention: Convention) -> None:
    def without_citation(item: Item) -> Item:
        assert isinstance(item.body, Table)
        first, *others = item.body.rows
        return replace(
            item, cite=(), body=Table(item.body.inputs, (replace(first, cite=(), then=others[0].then), *others))
        )

    item = convention.items["aide.bareme"]
    assert isinstance(item.body, Table)
    (part,) = changed_parts(convention, with_item(convention, item.id, without_citation))
    assert (part.part, part.change, part.cite_after, part.at_after) == ("row", "changed", (), item.body.rows[0].at)


def test_a_row_that_goes_is_a_change_of_its_table(convention: Convention) -> None:
    def shorter(item: Item) -> Item:
        assert isinstance(item.body, Table)
        return replace(item, body=Table(item.body.inputs, item.body.rows[1:]))

    (part,) = changed_parts(convention, with_item(convention, "aide.bareme", shorter))
    assert (part.part, part.weight) == ("item", "rule")


def test_an_item_that_goes_is_told_where_it_stood(convention: Convention) -> None:
    gone = convention.items["exercice_regroupe"]
    kept = {id_: item for id_, item in convention.items.items() if id_ != gone.id}
    (part,) = changed_parts(convention, replace(convention, items=kept))
    assert (part.item, part.change, part.at_before, part.at_after) == (gone.id, "removed", gone.at, None)


def test_the_order_of_alternatives_is_no_change_and_that_of_first_known_is(convention: Convention) -> None:
    tops = [item.id for item in convention.items.values() if _is_any(item)]
    assert tops
    for id_ in tops:
        for operator, changes in (("any", False), ("all", False), ("first_known", True)):
            before = with_item(convention, id_, lambda item, operator=operator: _connected(item, operator, 1))
            after = with_item(convention, id_, lambda item, operator=operator: _connected(item, operator, -1))
            assert bool(changed_parts(before, after)) is changes, (id_, operator)


def _is_any(item: Item) -> bool:
    met = item.body.met_when if isinstance(item.body, Criterion) else None
    return isinstance(met, Connect) and met.operator == "any" and len(met.parts) > 1


def _connected(item: Item, operator: str, step: int) -> Item:
    """A criterion with another connective on top, and its parts in order or turned round."""
    assert isinstance(item.body, Criterion)
    assert isinstance(item.body.met_when, Connect)
    met = replace(item.body.met_when, operator=operator, parts=item.body.met_when.parts[::step])
    return replace(item, body=replace(item.body, met_when=met))


def test_words_weigh_less_than_citations_and_citations_less_than_rules(convention: Convention) -> None:
    id_ = "secteur_conventionnel"

    def weights(change: Callable[[Item], Item]) -> list[str]:
        return [part.weight for part in changed_parts(convention, with_item(convention, id_, change))]

    text = {"fr": "Autrement", "en": "Otherwise"}
    assert weights(lambda item: replace(item, label=text)) == ["label"]
    assert weights(lambda item: replace(item, note=text)) == []
    assert weights(lambda item: replace(item, cite=(*item.cite, *item.cite))) == ["citation"]
    assert weights(lambda item: replace(item, label=text, cite=())) == ["citation"]
    assert weights(lambda item: replace(item, label=text, cite=(), applies_when=item.body.met_when)) == ["rule"]  # type: ignore[union-attr]


def test_what_a_source_is_called_is_words_and_how_sure_it_is_is_not(convention: Convention) -> None:
    id_, source = next(iter(convention.sources.items()))

    def weights(**changes: str) -> list[str]:
        sources = {**convention.sources, id_: replace(source, **changes)}
        return [part.weight for part in changed_parts(convention, replace(convention, sources=sources))]

    assert weights(title="Autre titre") == ["label"]
    assert weights(kind="derived") == ["citation"]
    without = {key: each for key, each in convention.sources.items() if key != id_}
    assert [part.weight for part in changed_parts(convention, replace(convention, sources=without))] == ["citation"]
    assert [part.weight for part in changed_parts(replace(convention, sources=without), convention)] == ["citation"]


def test_the_name_of_a_convention_or_of_a_choice_is_words_and_its_default_is_a_rule(convention: Convention) -> None:
    text = {"fr": "Autrement", "en": "Otherwise"}
    assert [part.weight for part in changed_parts(convention, replace(convention, label=text))] == ["label"]
    id_, question = next(iter(convention.interpretations.items()))
    choices = dict.fromkeys(question.choices, text)
    other = next(choice for choice in question.choices if choice != question.default)
    for changes, weight in (({"choices": choices}, "label"), ({"default": other}, "rule")):
        asked = {**convention.interpretations, id_: replace(question, **changes)}  # type: ignore[arg-type]
        parts = changed_parts(convention, replace(convention, interpretations=asked))
        assert [(part.item, part.kind, part.weight) for part in parts] == [(id_, "interpretation", weight)]
