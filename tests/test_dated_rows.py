"""A row of a table holds from its day until the next of the same cells: decided, checked, shown and compared so."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from command import avenant
from small_rules import rewrite

from engine.errors import Location
from engine.evaluation.facts import read_case
from engine.evaluation.session import Session
from engine.language.expressions import FactRef
from engine.language.reading import Home
from engine.policy.items import table_row
from engine.policy.loader import parse
from engine.policy.model import DecisionTable
from engine.policy.reading import load_registry
from engine.suite.variants import MutationSetting, variants

ROW = "- {option: demi_etp, annee: 1, then: 19000,"
ADDED = '      - {option: demi_etp, annee: 1, from: "2026-01-01", then: 19500, cite: [{source: ameli_2024}]}\n'


@pytest.fixture(scope="module")
def changed(policies: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The policies for doctors with one line more: half time in the first year from 2026 on."""
    folder = tmp_path_factory.mktemp("changed") / "policies"
    for name in ("2019_avenant7", "2023_reglement_arbitral", "2024_convention"):
        shutil.copytree(policies / name, folder / name)
    funding = folder / "2024_convention" / "funding.yaml"
    lines = funding.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if ROW in line)
    funding.write_text("".join([*lines[: place + 1], ADDED, *lines[place + 1 :]]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def session(changed: Path) -> Session:
    return Session(load_registry(changed))


@pytest.mark.parametrize(("signed", "amount"), [("2025-12-31", 19000), ("2026-01-01", 19500), ("2027-05-01", 19500)])
def test_a_contract_has_the_row_of_the_day_of_its_signature(session: Session, signed: str, amount: int) -> None:
    case = {"contrat": {"date_signature": signed, "option": "demi_etp", "annee": 1}}
    decision = session.decide(read_case(case, session.registry.vocabulary))
    assert decision.results["aide.bareme"].value == amount


def test_one_added_line_is_sound(changed: Path) -> None:
    """But for its source, which is older than the line and is told."""
    result = avenant("check", "--policies", str(changed))
    assert (result.exit_code, result.output.count(": warning: "), result.output.count("\n")) == (0, 1, 1)
    assert "funding.yaml" in result.output
    assert "citation-older" in result.output


def test_it_is_shown_as_one_value_over_time(changed: Path) -> None:
    said = avenant("show", "aide.bareme", "--policies", str(changed), "--lang", "fr", "--format", "markdown").stdout
    assert "19 000 € jusqu'au 31/12/2025, 19 500 € ensuite" in " ".join(said.split())


def test_the_comparison_names_the_added_line_and_says_both_values(changed: Path, policies: Path) -> None:
    said = avenant("diff", str(policies / "2024_convention"), str(changed / "2024_convention"), "--lang", "fr").stdout
    assert "19 000 € jusqu'au 31/12/2025, 19 500 € ensuite" in " ".join(said.split())
    assert said.count("aide.bareme") == 1


def test_two_rows_of_the_same_cells_and_day_overlap(changed: Path, tmp_path: Path) -> None:
    shutil.copytree(changed / "2024_convention", tmp_path / "2024_convention")
    rewrite(tmp_path / "2024_convention" / "funding.yaml", ADDED, ADDED + ADDED.replace("19500", "19600"))
    result = avenant("check", "--policies", str(tmp_path))
    assert result.exit_code == 1
    assert "row-overlap" in result.output


def test_a_day_is_moved_by_one_as_any_threshold_is_but_for_that_of_a_first_value() -> None:
    row = table_row(parse(b"{from: '2026-01-01', then: 5, cite: []}", "x.yaml").root(), Home(""))
    setting = MutationSetting(step=lambda ref: Decimal(1), choices={}, silent=frozenset())
    whole = DecisionTable({"annee": FactRef("contrat.annee", row.at)}, (row,)), DecisionTable({}, (row, row))
    days = [[change.after for change, _ in variants(each, setting) if change.kind == "threshold"] for each in whole]
    assert days == [["2025-12-31", "2026-01-02"]] * 2


def test_an_input_may_be_called_as_a_part_of_a_row_is() -> None:
    row = table_row(parse(b"{at: 3, start: 4, then: 5}", "x.yaml").root(), Home(""))
    assert ([*row.cells], row.at, row.start) == (["at", "start"], Location("x.yaml", 1, 1), None)
