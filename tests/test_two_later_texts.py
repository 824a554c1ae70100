"""Two later texts change one contract: each item reads what its own text says, or the check refuses."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from command import FIXTURES, ROOT, avenant

from engine.bulk.frame import evaluate_frame
from engine.errors import InputFault
from engine.evaluation.session import Session
from engine.policy.model import Convention
from engine.policy.reading import load_registry

OLD = """quantities:
  - {id: aide, label: {fr: Aide, en: Aid}, unit: EUR, value: {ref: tarif}}
  - {id: prime, label: {fr: Prime, en: Bonus}, unit: EUR, value: {ref: tarif}}
parameters:
  - id: tarif
    label: {fr: Tarif, en: Rate}
    unit: EUR
    cite: [{source: texte, at: article 1}]
    values: [{from: "2020-01-01", value: 1000}]
"""
NEW = """parameters:
  - id: base
    label: {fr: Base, en: Basis}
    unit: EUR
    cite: [{source: texte, at: %(at)s}]
    values: [{from: "%(day)s", value: %(value)s}]
quantities:
  - {id: %(item)s.%(text)s, label: {fr: Aide nouvelle, en: New aid}, unit: EUR, value: {ref: base}}
overlays:
  - id: lot
    label: {fr: Aide relevée, en: Aid raised}
    cite: [{source: texte, at: article 2}]
    signed: {before: "2024-06-22"}
    replace: {%(item)s: %(item)s.%(text)s}
"""
CIRCLE = """quantities:
  - id: %(item)s.%(text)s
    label: {fr: Aide nouvelle, en: New aid}
    unit: EUR
    value: {add: [{ref: %(other)s}, 1]}
overlays:
  - id: lot
    label: {fr: Aide relevée, en: Aid raised}
    cite: [{source: texte, at: article 2}]
    signed: {before: "2024-06-22"}
    when: {fact: contrat.%(fact)s, known: true}
    replace: {%(item)s: %(item)s.%(text)s}
"""

DAYS = {"nouveau": "2024-06-22", "dernier": "2025-06-22"}


def texts(folder: Path, *later: tuple[int, str]) -> Path:
    """An older text, and two that replace an item of its contracts by one that reads a basis of their own."""
    shutil.copytree(ROOT / FIXTURES / "overlaid_properties", folder)
    (folder / "ancien" / "regles.yaml").write_text(OLD, encoding="utf-8")
    for (text, day), (value, item) in zip(DAYS.items(), later, strict=True):
        said = {"text": text, "day": day, "value": value, "item": item, "at": f"article {value}"}
        (folder / text / "transitional.yaml").write_text(NEW % said, encoding="utf-8")
    return folder


def test_an_item_that_two_texts_replace_reads_what_the_later_one_says(tmp_path: Path) -> None:
    policies = texts(tmp_path / "policies", (10, "aide"), (20, "aide"))
    assert avenant("check", "--policies", str(policies)).exit_code == 0
    rules = Session(load_registry(policies))
    facts = {"contrat.date_signature": dt.date(2021, 1, 1), "contrat.annee": 6, "beneficiaire": "medecin_liberal"}
    assert rules.decide(facts).results["aide"].value == 20
    rules.close()


def test_a_running_contract_cites_the_value_that_it_uses_of_a_lent_parameter(tmp_path: Path) -> None:
    policies = tmp_path / "policies"
    shutil.copytree(ROOT / FIXTURES / "overlaid_properties", policies)
    rules, lent = policies / "nouveau" / "transitional.yaml", '{from: "2024-06-22", value: 2000}'
    later = ', {from: "2025-01-01", value: 2100, cite: [{source: texte, at: article 9}]}'
    rules.write_text(rules.read_text(encoding="utf-8").replace(lent, lent + later), encoding="utf-8")
    assert avenant("check", "--policies", str(policies)).exit_code == 0
    found = Session(load_registry(policies))
    facts = {"beneficiaire": "medecin_liberal", "contrat.date_signature": dt.date(2021, 9, 1)}
    years = (found.decide({**facts, "contrat.annee": year}).results["tarif"] for year in (4, 5))
    told = [(each.value, [cite.locator for cite in each.cite], each.because[0].id) for each in years]
    assert told == [(2000, ["article 1"], "2024-06-22"), (2100, ["article 9"], "2025-01-01")]
    found.close()


@pytest.mark.parametrize(("basis", "status"), [(10, 0), (20, 1)])
def test_two_items_that_read_one_name_with_two_meanings_are_refused(tmp_path: Path, basis: int, status: int) -> None:
    policies = texts(tmp_path / "policies", (10, "aide"), (basis, "prime"))
    told = avenant("check", "--policies", str(policies), "--lang", "en")
    assert told.exit_code == status
    assert ("overlay-mismatch" in told.stderr) == (status == 1)
    assert ("'base': nouveau / dernier" in told.stderr) == (status == 1)


def test_columns_follow_texts_that_put_two_items_in_opposite_orders(tmp_path: Path) -> None:
    policies = texts(tmp_path / "policies", (10, "aide"), (20, "prime"))
    facts = "date_avenant_65_ans", "date_avenant_prorogation"
    for text, item, other, fact in zip(DAYS, ("aide", "prime"), ("prime", "aide"), facts, strict=True):
        said = CIRCLE % {"text": text, "item": item, "other": other, "fact": fact}
        (policies / text / "transitional.yaml").write_text(said, encoding="utf-8")
    rules, day = Session(load_registry(policies)), dt.date(2025, 7, 1)
    amended = {
        f"contrat.{fact}": days for fact, days in zip(facts, ([day, None, None], [None, day, None]), strict=True)
    }
    rows = pl.DataFrame({"contrat.date_signature": [dt.date(2021, 1, 1)] * 3, **amended})
    made = evaluate_frame(rows, rules, items=["aide", "prime"])
    assert made["aide.centimes"].to_list() == [100_100, 100_000, 100_000]
    assert made["prime.centimes"].to_list() == [100_000, 100_100, 100_000]
    rules.close()


def test_what_reads_an_item_that_is_gone_is_at_fault_also_in_a_plan_that_takes_over_the_one_before(
    small: Session,
) -> None:
    registry, told = small.registry, set()
    for convention in registry.conventions.values():
        small.plan(convention, ())
        for gone in convention.items:
            rest = replace(convention, items={id_: item for id_, item in convention.items.items() if id_ != gone})
            others = replace(registry, conventions={**registry.conventions, convention.id: rest})
            found = [faults_of(Session(others, before), rest) for before in (small, None)]
            assert found[0] == found[1], gone
            told |= {bool(found[0])}
    assert told == {True, False}


def faults_of(session: Session, convention: Convention) -> set[str]:
    """What is wrong with the plan of a convention, wherever the order of its items tells it."""
    try:
        session.plan(convention, ())
    except InputFault as fault:
        return {problem.line() for problem in fault.problems}
    return set()
