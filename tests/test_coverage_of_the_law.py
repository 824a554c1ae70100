"""Every statement of the documents has its row in policies/COVERAGE.md, and every item named there is tested."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest

from engine.errors import Location
from engine.evaluation.session import Session
from engine.language.facts import YEAR
from engine.policy.model import WITHHELD, Convention, Criterion, Item, Obligation, Outcome
from engine.policy.registry import Registry
from engine.suite.observed import Observed, observe
from engine.suite.running import PolicyCase, run_case

STATEMENTS = (
    *(f"S0.{n}" for n in range(1, 12)),
    *(f"S1.{n}" for n in range(1, 7)),
    *(f"S2.{n}" for n in range(1, 4)),
    *(f"S3.{n}" for n in range(1, 4)),
    *(f"S4.{n}" for n in range(1, 20)),
    *(f"L3-{n}" for n in (31, 34, 39, *range(51, 57))),
)
POLICIES = Path(__file__).resolve().parent.parent / "policies"


def rows() -> dict[str, dict[str, str]]:
    """The cells of each row by column, by statement."""
    found: dict[str, dict[str, str]] = {}
    columns: list[str] = []
    for line in (POLICIES / "COVERAGE.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and cells[0] == "id":
            columns = cells
        elif cells and re.fullmatch(r"S\d\.\d+|L3-\d+", cells[0]):
            found[cells[0]] = dict(zip(columns, cells, strict=True))
    return found


def named() -> Iterator[tuple[str, str]]:
    """Each item that a table names, with its convention."""
    seen: set[tuple[str, str]] = set()
    for cells in rows().values():
        for column, cell in cells.items():
            for id_ in re.findall(r"`([^`]+)`", cell):
                if (POLICIES / column).is_dir() and (column, id_) not in seen:
                    seen.add((column, id_))
                    yield column, id_


def ids_of(convention: Convention) -> set[str]:
    ids = {*convention.items, *convention.interpretations, *convention.derogations}
    ids |= {overlay.id for overlay in convention.overlays}
    for item in convention.items.values():
        if isinstance(item.body, Criterion):
            ids |= {derogation.id for derogation in item.body.derogations}
        if isinstance(item.body, Outcome):
            ids |= {rule.id for rule in item.body.rules}
    return ids


@pytest.fixture(scope="module")
def registry(session: Session) -> Registry:
    return session.registry


@pytest.fixture(scope="module")
def observed(session: Session, policy_cases: list[PolicyCase]) -> list[Observed]:
    found = observe(session, policy_cases)
    assert len(found) == len(policy_cases), "every policy test is decided by some convention"
    return found


def test_every_statement_has_a_row_with_its_items_or_the_reason_why_it_is_not_a_rule() -> None:
    found = rows()
    assert tuple(found) == STATEMENTS
    for id_, cells in found.items():
        told = list(cells.values())[2:]
        assert any("`" in cell for cell in told) or told[-1], f"{id_} names no item and gives no reason"


def test_every_item_named_in_the_table_exists(registry: Registry) -> None:
    missing = [f"{c}: {id_}" for c, id_ in named() if id_ not in ids_of(registry.conventions[c])]
    assert not missing


def without(convention: Convention, id_: str) -> Convention:
    """The convention with one item, derogation or overlay left out."""
    items = {key: trimmed(item, id_) for key, item in convention.items.items() if key != id_}
    overlays = tuple(overlay for overlay in convention.overlays if overlay.id != id_)
    derogations = {key: value for key, value in convention.derogations.items() if key != id_}
    return replace(convention, items=items, overlays=overlays, derogations=derogations)


def trimmed(item: Item, id_: str) -> Item:
    match item.body:
        case Criterion(_, derogations):
            return replace(item, body=replace(item.body, derogations=tuple(d for d in derogations if d.id != id_)))
        case Outcome(_, rules, _):
            return replace(item, body=replace(item.body, rules=tuple(r for r in rules if r.id != id_)))
        case _:
            return item


def touched(convention: Convention, id_: str) -> set[Location]:
    """The places of the items that the loss of ``id_`` changes: its own, that of its rule, or those it lays over."""
    items = [item for item in convention.items.values() if item.id == id_ or trimmed(item, id_) != item]
    for overlay in convention.overlays:
        if overlay.id == id_:
            items += [convention.items[by] for by in overlay.replace.values()]
    return {item.at for item in items}


def nearest_first(observed: list[Observed], places: set[Location], id_: str) -> Iterator[Observed]:
    """The tests that say something of such an item or name it, then those that look at it on the way, then the others.

    A derogation that a text lays over another stands in no item of its own: only a test that names it is near.
    """
    plans = {id(each.run.program): each.run.program.plan for each in observed}
    ids = {key: {step.item.id for step in plan.steps if step.item.at in places} for key, plan in plans.items()}

    def said(each: Observed) -> bool:
        named = id_ in each.case.entry.get("overlays", ()) or id_ in each.case.entry.get("derogation", {}).values()
        return named or not each.subjects.isdisjoint(ids[id(each.run.program)])

    def looked_at(each: Observed) -> bool:
        return not each.looked_at.isdisjoint(ids[id(each.run.program)])

    return chain(filter(said, observed), filter(looked_at, observed), observed)


@pytest.mark.turns(place=sorted(named()), every=4)
def test_a_policy_test_fails_when_an_item_named_in_the_table_is_deleted(
    place: tuple[str, str], session: Session, policy_cases: list[PolicyCase], observed: list[Observed]
) -> None:
    (convention, id_), registry = place, session.registry
    if id_ in registry.conventions[convention].interpretations:
        taken = {choice for case in policy_cases for choice in case.entry.get("interpret", {})}
        assert id_ in taken, "no policy test takes the other side"
        return
    broken = {**registry.conventions, convention: without(registry.conventions[convention], id_)}
    changed = Session(replace(registry, conventions=broken), session)
    places = touched(registry.conventions[convention], id_)
    likely = nearest_first(observed, places, id_)
    try:
        assert any(not run_case(changed, each.case).passed for each in likely), f"no policy test misses {id_}"
    finally:
        changed.close()


def test_every_duty_says_what_follows_where_it_is_not_met(registry: Registry) -> None:
    silent = [
        f"{convention.id}/{item.id}"
        for convention in registry.conventions.values()
        for item in convention.items.values()
        if isinstance(item.body, Obligation) and item.body.if_unmet is None
    ]
    assert not silent


def test_a_payment_is_withheld_where_a_duty_says_so(session: Session, policy_cases: list[PolicyCase]) -> None:
    """Where a duty is not met, as the tests of its text have it, neither the aid due nor any payment applies."""
    seen = set()
    for case in policy_cases:
        if "assistant.ancien_secretaire" not in case.facts or "interpret" in case.entry:
            continue
        decision = session.decide({YEAR: 3, **case.facts}, case.forced)
        items = decision.convention.items
        for line in decision.obligations:
            duty = items[line.id].body if line.id in items else None
            if isinstance(duty, Obligation) and duty.if_unmet in WITHHELD and line.status == "unmet":
                seen.add((case.convention, line.id))
                due = decision.results[decision.headline.due or ""]
                assert due.status == "not_applicable", (case.at, line.id)
                assert not decision.payments, (case.at, line.id)
    assert seen == {
        ("2019_avenant7", "secretariat.depart"),
        ("2019_avenant7", "secretariat.remplacement"),
        ("2023_reglement_arbitral", "secretariat.depart"),
        ("2023_reglement_arbitral", "secretariat.remplacement"),
        ("2024_convention", "secretariat.depart"),
    }


CONTRADICTIONS = range(1, 36)


def contradictions() -> list[list[str]]:
    """The rows of the table of what the sources say in two ways."""
    lines = (POLICIES / "COVERAGE.md").read_text(encoding="utf-8").splitlines()
    split = ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines)
    return [cells for cells in split if cells and re.fullmatch(r"C\d+b?", cells[0])]


def test_every_contradiction_of_the_sources_is_a_reading_or_is_shown_to_be_none() -> None:
    found = contradictions()
    assert {int(cells[0].strip("Cb")) for cells in found} == set(CONTRADICTIONS)
    assert len({cells[0] for cells in found}) == len(found)
    for id_, told, reading, default, conventions, none in found:
        assert told
        assert bool(reading) == bool(default) == bool(conventions), id_
        assert reading or none, id_


def test_every_reading_of_the_policies_stands_in_that_table_with_its_default(registry: Registry) -> None:
    told = {
        (convention, reading.strip("`"), default.strip("`"))
        for _, _, reading, default, conventions, _ in contradictions()
        for convention in conventions.split()
    }
    held = {
        (convention.id, id_, question.default)
        for convention in registry.conventions.values()
        for id_, question in convention.interpretations.items()
    }
    assert told == held


def test_every_statement_says_what_happens_where_it_is_not_met() -> None:
    assert not [statement for statement, cells in rows().items() if not cells["Not met"]]
