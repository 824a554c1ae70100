"""Properties of the language: Kleene logic, exact numbers, dates, and a reader that no text can break."""

from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from conftest import CHARACTERS, Effort, examples
from hypothesis import given
from hypothesis import strategies as st
from random_cases import ALWAYS, consistent, random_facts, set_aside

from engine.errors import InputFault
from engine.evaluation.session import Session
from engine.language import values as scalars
from engine.language.operators import EXPRESSIONS
from engine.language.values import NOT_APPLICABLE, add_months, full_years
from engine.policy.loader import parse
from engine.report.values import money

TRUTHS = st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=6)
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))
NUMBERS = st.fractions(min_value=-1000, max_value=1000, max_denominator=400)


def completions(parts: list[bool | None]) -> list[list[bool]]:
    done: list[list[bool]] = [[]]
    for part in parts:
        done = [[*row, value] for row in done for value in ([True, False] if part is None else [part])]
    return done


@given(TRUTHS)
def test_a_known_all_or_any_is_what_every_completion_gives(parts: list[bool | None]) -> None:
    for combine, whole in ((scalars.all_of, all), (scalars.any_of, any)):
        values = {whole(row) for row in completions(parts)}
        assert combine(parts) == (values.pop() if len(values) == 1 else None)


@given(TRUTHS)
def test_not_any_is_all_not(parts: list[bool | None]) -> None:
    negated = [scalars.negate([part]) for part in parts]
    assert scalars.negate([scalars.any_of(parts)]) == scalars.all_of(negated)


@given(TRUTHS)
def test_first_known_never_gives_what_a_later_part_says_against_an_earlier_one(parts: list[bool | None]) -> None:
    known = [part for part in parts if part is not None]
    assert scalars.first_condition(parts) == (known[0] if known else None)


@given(NUMBERS, st.sampled_from([1, 10, 100]), st.sampled_from(["down", "up", "half_up"]))
def test_rounding_gives_a_multiple_within_one_step(value: Fraction, per: int, mode: str) -> None:
    from decimal import Decimal

    to: Any = {1: 1, 10: Decimal("0.1"), 100: Decimal("0.01")}[per]
    result = scalars.rounded([value], (to, mode))
    assert isinstance(result, int | Fraction)
    assert (Fraction(result) * per).denominator == 1
    gap = Fraction(result) - value
    bounds = {"down": (-1, 0), "up": (0, 1), "half_up": (-Fraction(1, 2), Fraction(1, 2))}[mode]
    assert Fraction(bounds[0]) / per <= gap <= Fraction(bounds[1]) / per


@given(NUMBERS, NUMBERS, NUMBERS)
def test_a_product_with_a_ratio_is_as_exact_as_one_division_at_the_end(
    whole: Fraction, above: Fraction, below: Fraction
) -> None:
    rate = scalars.ratio([above, below], ())
    assert (rate is NOT_APPLICABLE) == (below <= 0)
    if rate is not NOT_APPLICABLE:
        assert EXPRESSIONS["multiply"].scalar([whole, rate], ()) == whole * above / below


@given(DAYS, st.integers(0, 180))
def test_adding_months_keeps_the_day_or_takes_the_last_of_the_month(day: dt.date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved.day < day.day and (moved + dt.timedelta(days=1)).day == 1)


@given(DAYS, DAYS)
def test_complete_years_are_the_most_whose_anniversary_has_come(start: dt.date, end: dt.date) -> None:
    years = full_years(start, end)
    assert add_months(start, 12 * years) <= end < add_months(start, 12 * (years + 1))


STEPS = (NOT_APPLICABLE, "bas", "moyen", "haut")


@given(st.lists(st.frozensets(st.sampled_from(STEPS), min_size=1), min_size=1, max_size=4))
def test_the_highest_step_can_be_what_some_choice_among_the_steps_left_makes_it(left: list[frozenset[Any]]) -> None:
    ways = {max(way, key=STEPS.index) for way in product(*left)}
    assert scalars.highest(left, STEPS[1:]) == ways


@given(st.integers(-(10**9), 10**9))
def test_money_has_two_decimals_and_loses_no_cent(cents: int) -> None:
    text = money(Fraction(cents, 100))
    whole, _, decimals = text.partition(".")
    assert len(decimals) == 2
    assert Fraction(text) == Fraction(cents, 100)
    assert whole.lstrip("-").isdigit()


def read_or_refused(content: bytes) -> bool:
    """Whether the text was read, or refused with the place of each fault; any other exception is a fault of ours."""
    try:
        return parse(content, "x.yaml").data is not None
    except InputFault as refusal:
        return all(problem.location.line > 0 for problem in refusal.problems)


@examples(400)
@given(st.text(CHARACTERS, max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert read_or_refused(text.encode("utf-8", "surrogatepass"))


@examples(200)
@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    assert read_or_refused(content)


YAMLISH = st.recursive(
    st.sampled_from(
        ["a", "1", "2.5", "true", "yes", "~", "2024-02-30", "&x 1", "*x", "!!str b", "'q'", "{", "[", "a: b"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: "[" + ", ".join(parts) + "]")
        | st.dictionaries(st.sampled_from("abc"), inner, max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs.items()) + "}"
        )
    ),
    max_leaves=12,
)


@examples(400)
@given(YAMLISH)
def test_what_looks_like_yaml_is_read_or_refused_with_a_place(text: str) -> None:
    assert read_or_refused(text.encode())


@pytest.mark.turns(start=range(0, 2000, 250), every=2)
def test_filling_a_missing_fact_never_changes_a_known_result(session: Session, start: int, effort: Effort) -> None:
    """Missing is never read as false or zero; facts whose absence is an answer are left as they are."""
    vocabulary = session.registry.vocabulary
    conventions = list(session.registry.conventions.values())
    for seed in range(start, start + effort.of(250, part=20)):
        convention = conventions[seed % len(conventions)]
        last = convention.signed_before or dt.date(2026, 12, 31)
        rng = random.Random(seed)
        full = consistent(random_facts(rng, vocabulary, convention.beneficiary, convention.signed_from, last))
        given = [n for n in full if not vocabulary.facts[n].absence_answers and n not in ALWAYS and n != "beneficiaire"]
        hidden = set(rng.sample(sorted(given), 6))
        less = {name: value for name, value in full.items() if name not in hidden}
        before, after = (session.decide(each, years=False) for each in (less, full))
        if before.overlays != after.overlays:
            continue
        aside = set_aside(session, full)
        for id_, result in before.results.items():
            if result.status != "undetermined" and id_ not in aside:
                assert (after.results[id_].status, after.results[id_].value) == (result.status, result.value), (
                    f"case {seed}: {id_} changes when {sorted(hidden)} are given"
                )
