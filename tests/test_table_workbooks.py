"""Tables of the rules in a workbook: what is written, what comes back, also through LibreOffice."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from command import ROOT, avenant, refused

from engine.evaluation.session import Session
from engine.exchange.tables import COLUMNS, entries
from engine.exchange.workbooks import LONGEST_NAME, _name

CONVENTION = "2024_convention"
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the policies that no test writes to: it is read once."""
    return Path(shutil.copytree(ROOT / "policies", tmp_path_factory.mktemp("read") / "policies"))


@pytest.fixture(scope="module")
def every(read: Path) -> Path:
    """A workbook of all tables, which tests leave as it is."""
    return exported(read.parent, read)


@pytest.fixture
def scale(scales: Path, tmp_path: Path) -> Path:
    """A workbook of one table, to be changed."""
    return Path(shutil.copy(scales, tmp_path))


@pytest.fixture(scope="module")
def scales(read: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return exported(tmp_path_factory.mktemp("one"), read, "aide.bareme")


def table(command: str, *arguments: object, policies: Path) -> Result:
    return avenant("table", command, CONVENTION, *map(str, arguments), "--policies", str(policies), "--lang", "fr")


def exported(tmp_path: Path, policies: Path, *tables: str) -> Path:
    output = tmp_path / "bareme.xlsx"
    assert table("export", *tables, "-o", output, policies=policies).exit_code == 0
    return output


def test_each_table_has_a_sheet_with_its_header_frozen_and_all_but_values_sources_and_new_lines_locked(
    every: Path, session: Session
) -> None:
    book = openpyxl.load_workbook(every)
    found = entries(session.registry.by_id(CONVENTION))
    assert {sheet["A2"].value for sheet in book} == {entry.item.id for entry in found}
    assert sum(sheet.max_row - 1 for sheet in book) == len(found)
    for sheet in book:
        assert tuple(cell.value for cell in sheet[1]) == COLUMNS["fr"]
        assert sheet.freeze_panes == "A2"
        assert sheet.protection.sheet
        values = [cells[5] for cells in sheet.iter_rows(min_row=2)]
        assert all(not cell.protection.locked for cell in values if cell.value is not None)
        assert {type(cell.value) for cell in values} <= {int, float, type(None)}
        assert all(cell.protection.locked for cells in sheet.iter_rows(min_row=2) for cell in (*cells[:5], cells[7]))
        assert all(cells[6].value and not cells[6].protection.locked for cells in sheet.iter_rows(min_row=2))
        assert not any(sheet.column_dimensions[letter].protection.locked for letter in "ABCDEFGH")
        days = {type(cells[3].value) for cells in sheet.iter_rows(min_row=2)}
        assert days in ({dt.datetime}, {type(None)})


def changed(path: Path, sheet: str, cell: str, value: Any) -> Path:
    book = openpyxl.load_workbook(path)
    book[sheet][cell].value = value
    book.save(path)
    return path


def test_a_changed_amount_and_a_new_row_of_a_workbook_are_added_from_a_day_on(tmp_path: Path) -> None:
    copied = tmp_path / "policies"  # of one text, whose sound rules are all read again after what is written
    shutil.copytree(ROOT / "policies" / CONVENTION, copied / CONVENTION)
    path = exported(tmp_path, copied, "aide.bareme", "seuil.mt.p30")
    book = openpyxl.load_workbook(path)
    rows, values = book["aide.bareme"], book["seuil.mt.p30"]
    rows["F2"].value, rows["G2"].value = 19500, "ameli_2024, options et montants"
    cells = [None, None, "option: tiers_etp, annee: {from: 1}", None, None, 6500, "ameli_2024, options et montants"]
    for column, value in enumerate(cells, 1):
        rows.cell(rows.max_row + (column == 1), column).value = value
    for column, value in enumerate(
        ["seuil.mt.p30", None, None, dt.datetime(2028, 1, 1), "patients", 800, "ameli_juin_2024"], 1
    ):
        values.cell(3, column).value = value
    book.save(path)
    before = {file: file.read_text(encoding="utf-8") for file in copied.rglob("*.yaml")}
    result = table("import", path, "--from", "2027-01-01", policies=copied)
    assert result.exit_code == 0, result.stderr
    assert "ligne nouvelle, 6 500 €" in result.stdout.replace("\u202f", " ")
    added = []
    for file, text in before.items():
        lines = file.read_text(encoding="utf-8").splitlines()
        added += [line.strip() for line in lines if line not in text.splitlines()]
        assert [line for line in lines if line in text.splitlines()] == text.splitlines(), "nothing else moves"
    cite = "cite: [{source: ameli_2024, at: options et montants}]".replace(
        "options et montants", '"options et montants"'
    )
    assert sorted(added) == sorted(
        [
            f'- {{option: demi_etp, annee: 1, from: "2027-01-01", then: 19500, {cite}}}',
            f'- {{option: tiers_etp, annee: {{from: 1}}, from: "2027-01-01", then: 6500, {cite}}}',
            '- {from: "2028-01-01", value: 800, cite: [{source: ameli_juin_2024}]}',
        ]
    )


def test_a_workbook_that_comes_back_unchanged_changes_nothing(every: Path, read: Path) -> None:
    result = table("import", every, policies=read)
    assert result.exit_code == 0, result.stderr
    assert "Aucune valeur ne change" in result.stdout


def test_a_changed_value_is_shown_with_both_numbers(scale: Path, read: Path) -> None:
    result = table("import", changed(scale, "aide.bareme", "F2", 19500.5), policies=read)
    assert result.exit_code == 0, result.stderr
    assert "→ 19 500,50 €" in result.stdout.replace("\u202f", " ")


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("F3", "19.500.1", "exchange-number"),
        ("F3", None, "exchange-emptied"),
        ("F3", "=19000+500", "formula-unsaved"),
        ("E3", "patients", "exchange-read-only"),
        ("G3", "autre source", "unknown-source"),
        ("C3", "annee: 99", "exchange-row"),
        ("A1", "autre", "exchange-columns"),
    ],
)
def test_a_fault_is_told_by_sheet_and_row(cell: str, value: Any, code: str, scale: Path, read: Path) -> None:
    path = changed(scale, "aide.bareme", cell, value)
    told = refused(table("import", path, policies=read)).splitlines()[0]
    place, found, *_ = told.split(": ")
    assert found == code
    assert f"bareme.xlsx!aide.bareme:{cell[1:]}:" in place


@pytest.mark.parametrize("name", ["objectif.hausse_de_la_patientele_medecin_traitant", "a"])
def test_sheets_of_long_names_stay_apart(name: str) -> None:
    first = _name(name, set())
    second = _name(name, {first})
    assert first != second
    assert max(len(first), len(second)) <= LONGEST_NAME


def test_libreoffice_gives_back_the_same_values(tmp_path: Path, every: Path, read: Path) -> None:
    if OFFICE is None:
        return  # nothing here to open it with; every other test still reads the file
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [OFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "opened"), str(every)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    result = table("import", tmp_path / "opened" / "bareme.xlsx", policies=read)
    assert result.exit_code == 0, result.stderr
    assert "Aucune valeur ne change" in result.stdout


def test_a_workbook_that_is_not_there_is_missing(tmp_path: Path) -> None:
    said = avenant("table", "import", "2024_convention", str(tmp_path / "none.xlsx"))
    assert said.exit_code == 1
    assert f"{tmp_path / 'none.xlsx'}: file-missing: " in said.stderr


@pytest.mark.parametrize("ending", ["ods", "xls"])
def test_a_workbook_of_a_kind_that_is_not_read_is_told_with_those_that_are(ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"bareme.{ending}"
    file.write_bytes(b"PK\x03\x04")
    for command in (("import", "2024_convention", str(file)), ("export", "2024_convention", "-o", str(file))):
        said = avenant("table", *command, "--lang", "fr")
        assert said.exit_code == 2
        assert f"bareme.{ending}" in said.output
        assert ".csv, .xlsx" in said.output
    assert file.read_bytes() == b"PK\x03\x04"
