"""One case at a time and whole columns give the same results, statuses and verdicts, cell by cell."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from column_agreement import differences
from conftest import Effort
from each_operator import TABLES, ids
from frames import frame_of
from random_cases import random_facts
from term_agreement import Encoded

from engine.bulk import expressions, outputs
from engine.bulk.frame import evaluate_frame
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.language.algebra import Column
from engine.language.columns import date_plus, years_between
from engine.language.operators import OPERATORS, Operator
from engine.language.values import add_months, full_years
from engine.policy.reading import load_registry
from engine.policy.registry import Registry
from engine.suite.running import PolicyCase

SEED = 65
CASES = 20_000
SETS = 4


def drawn(session: Session, count: int) -> list[Facts]:
    """Seeded cases spread over the conventions."""
    conventions = list(session.registry.conventions.values())
    rows = []
    for number in range(count):
        rng = random.Random(SEED * 1_000_003 + number)
        convention = conventions[number % len(conventions)]
        last = convention.signed_before or dt.date(2026, 12, 31)
        vocabulary = session.registry.vocabulary
        rows.append(random_facts(rng, vocabulary, convention.beneficiary, convention.signed_from, last))
    return rows


def readings(session: Session, seed: int) -> dict[str, str]:
    """A side in every open question; the default everywhere for seed 0."""
    rng = random.Random(seed)
    choices: dict[str, str] = {}
    for convention in session.registry.conventions.values():
        for id_, question in convention.interpretations.items():
            choices.setdefault(id_, rng.choice(list(question.choices)) if seed else question.default)
    return choices


@pytest.mark.sweep(seed=SETS, usual=1)
def test_bulk_agrees_with_one_case_on_seeded_random_cases(session: Session, seed: int, effort: Effort) -> None:
    rows = drawn(session, effort.of(CASES, part=80))[seed::SETS]
    wrong = list(differences(session, rows, readings(session, seed)))
    assert not wrong, "\n".join(wrong[:20])


def test_bulk_agrees_with_one_case_on_every_policy_test(
    session: Session, policy_cases: list[PolicyCase], effort: Effort
) -> None:
    rows = [case.facts for case in effort.share(policy_cases, part=20)]
    wrong = list(differences(session, rows, readings(session, 0)))
    assert not wrong, "\n".join(wrong[:20])


def test_rows_of_a_table_and_remarks_that_are_more_than_the_bits_of_a_number_agree_too(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expressions, "WORD", 3)
    monkeypatch.setattr(outputs, "WORD", 3)
    again, texts = Session(session.registry), len(session.registry.conventions)
    wrong = list(differences(again, drawn(again, 10 * texts)[::texts], readings(again, 0)))
    again.close()
    assert not wrong, "\n".join(wrong[:20])


@pytest.fixture(scope="module")
def example(root: Path) -> Registry:
    return load_registry(root / "tests" / "fixtures" / "every_operator")


@pytest.fixture(scope="module")
def rows(example: Registry, effort: Effort) -> list[Facts]:
    return drawn(Session(example), effort.of(2000))


def test_bulk_agrees_with_one_case_on_every_operator(example: Registry, rows: list[Facts]) -> None:
    session = Session(example)
    wrong = list(differences(session, rows, readings(session, 0)))
    session.close()
    assert not wrong, "\n".join(wrong[:20])


def broken(row: Operator) -> Operator:
    """The same row with a wrong meaning for a column: turned round, unknown read as false, or twice as large."""

    def comparison(frames: Any, *arguments: Any) -> Any:
        holds = row.column(frames, *arguments)
        return not holds if isinstance(holds, bool) else None if holds is None else ~holds

    def connective(frames: Any, parts: Any) -> Any:
        return row.column(frames, [bool(p) if p is None or isinstance(p, bool) else p.fill_null(False) for p in parts])

    def expression(frames: Any, parts: Any, options: Any) -> Column:
        if row.name in ("highest", "first_known"):
            return parts[-1]  # type: ignore[no-any-return]
        column: Column = row.column(frames, parts, options)
        if row.name == "date_plus":
            return replace(column, value=column.value.dt.offset_by("1d"))
        wrong = (lambda value: value + 1) if row.family == "date" else (lambda value: value * 2)
        return replace(column, value=None if column.value is None else wrong(column.value))

    meanings: Mapping[str, Callable[..., Any]] = {"comparison": comparison, "connective": connective}
    return replace(row, column=meanings.get(row.family, expression))


@pytest.mark.turns(name=tuple(map(ids, OPERATORS)), every=4)
def test_a_column_meaning_that_is_broken_on_purpose_is_caught(
    name: str, example: Registry, rows: list[Facts], monkeypatch: pytest.MonkeyPatch
) -> None:
    (row,) = (each for each in OPERATORS if ids(each) == name)
    session = Session(example)
    monkeypatch.setitem(TABLES[row.family], row.name, broken(row))  # type: ignore[arg-type]
    try:
        found = next(differences(session, rows, readings(session, 0)), None)
    finally:
        session.close()
    assert found is not None


def test_a_lazy_frame_stays_lazy_and_gives_the_same_rows(small: Session) -> None:
    frame = frame_of(drawn(small, 200), small.registry.vocabulary)
    eager = evaluate_frame(frame, small, criteria=True)
    lazy = evaluate_frame(frame.lazy(), small, criteria=True)
    assert type(lazy).__name__ == "LazyFrame"
    assert lazy.collect().sort(eager.columns).equals(eager.sort(eager.columns))


def test_columns_that_are_not_facts_are_kept_and_the_order_too(small: Session) -> None:
    frame = frame_of(drawn(small, 50), small.registry.vocabulary).with_row_index("mon_numero")
    result = evaluate_frame(frame, small)
    assert result["mon_numero"].to_list() == list(range(50))


def test_a_row_before_the_first_convention_is_undetermined(session: Session) -> None:
    facts: Facts = {"beneficiaire": "medecin_liberal", "contrat.date_signature": dt.date(2018, 1, 1)}
    row = evaluate_frame(frame_of([facts], session.registry.vocabulary), session).row(0, named=True)
    assert (row["convention"], row["digest"]) == ("avant_le_dispositif", None)
    assert row["eligibilite.status"] == "undetermined"


@pytest.mark.parametrize(("first", "span"), [(dt.date(1900, 1, 1), 73_000), (dt.date(2023, 12, 20), 90)])
def test_dates_move_alike_in_columns_and_for_one_case(first: dt.date, span: int) -> None:
    """Many days are worked out row by row, few are looked up, also where a sorted column is read for some rows only."""
    rng = random.Random(29)
    days = [first + dt.timedelta(days=rng.randrange(span)) for _ in range(3000)]
    if span > 1000:
        days += [dt.date(year, 2, day) for year in (1900, 1996, 2000, 2023, 2024) for day in (27, 28)]
        days += [dt.date(year, 2, 29) for year in (1996, 2000, 2024)] + [dt.date(2023, m, 31) for m in (1, 3, 5, 12)]
    days.sort()
    ends = [rng.choice(days) for _ in days]
    d, e = Column(pl.col("d")), Column(pl.col("e"))
    moved = {
        "months": date_plus(pl, [d, Column(13)], ["months"]).value,
        "years": date_plus(pl, [d, Column(pl.col("n"))], ["years"]).value,
        "days": date_plus(pl, [d, Column(15)], ["days"]).value,
        "age": years_between(pl, [d, e], []).value,
    }
    given = {"d": days, "e": ends, "n": [rng.randrange(-15, 15) for _ in days], "told": [d.day % 3 > 0 for d in days]}
    frame = pl.DataFrame(given).with_columns(pl.col("d").set_sorted())
    out = frame.select("n", *(pl.when("told").then(value).alias(name) for name, value in moved.items()))
    right = {
        "months": [add_months(d, 13) for d in days],
        "years": [add_months(d, 12 * n) for d, n in zip(days, out["n"], strict=True)],
        "days": [d + dt.timedelta(days=15) for d in days],
        "age": [full_years(d, e) for d, e in zip(days, ends, strict=True)],
    }
    for name, values in right.items():
        assert out[name].to_list() == [v if told else None for v, told in zip(values, given["told"], strict=True)]
        assert frame.select(moved[name]).to_series().to_list() == values


BOUNDED = """quantities:
  - id: limite
    label: {fr: Limite, en: Limit}
    unit: patients
    applies_when: {fact: medecin.optam, is: true}
    cite: [{source: texte}]
    value: 900
tables:
  - id: prime
    label: {fr: Prime, en: Bonus}
    unit: EUR
    cite: [{source: texte}]
    inputs: {nombre: {fact: patientele.mt_depart}}
    rows:
      - {nombre: {from: {ref: limite}}, then: 1}
      - {nombre: {before: 900}, then: 2}
"""


@pytest.mark.parametrize("optam", [True, False, None])
@pytest.mark.parametrize("count", [899, None])
def test_a_bound_that_is_not_applicable_is_met_by_no_input_not_even_an_unknown_one(
    tmp_path: Path, root: Path, optam: bool | None, count: int | None
) -> None:
    shutil.copytree(root / "tests/fixtures/small_policies/nouvelle", tmp_path / "nouvelle")
    (tmp_path / "nouvelle" / "bornes.yaml").write_text(BOUNDED, encoding="utf-8")
    session = Session(load_registry(tmp_path))
    given = {"medecin.optam": optam, "patientele.mt_depart": count}
    facts: Facts = {"beneficiaire": "medecin_liberal", "contrat.date_signature": dt.date(2024, 9, 2)}
    facts |= {name: value for name, value in given.items() if value is not None}
    row = evaluate_frame(frame_of([facts], session.registry.vocabulary), session, items=("prime",)).to_dicts()[0]
    result = session.decide(facts).results["prime"]
    assert (row["prime.status"], row.get("prime", row.get("prime.centimes"))) == (
        result.status,
        None if result.number is None else 100 * result.number,
    )
    assert [*Encoded(session).differences(facts, session.choices(session.settled(facts).convention))] == []
    if count is None and optam is False:
        assert result.value == 2
