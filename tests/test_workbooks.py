"""Workbooks of cases: what a cell says by its type and format, what is refused, what comes back."""

from __future__ import annotations

import datetime as dt
import gzip
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from click.testing import Result
from command import CASES, avenant, refused
from small_rules import SMALL

from engine.bulk import workbook
from engine.bulk.job import Job
from engine.bulk.labels import Labels
from engine.errors import InputFault
from engine.evaluation.session import Session

HEADER = ("contrat.date_signature", "contrat.option", "medecin.specialite", "medecin.part_honoraires_cliniques")
GOOD = ("02/09/2024", "Mi-temps", "Chirurgie", 80)
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


def batch(source: Path, output: Path, *options: str) -> Result:
    return avenant("batch", str(source), "-o", str(output), "--lang", "fr", *options)


def taken(source: Path, output: Path, *options: str) -> Result:
    """As :func:`batch` under the small policies, for what depends on no rule."""
    return batch(source, output, "--policies", str(SMALL), *options)


def book(tmp_path: Path, *rows: tuple[Any, ...], header: tuple[str, ...] = HEADER) -> tuple[Path, Any, Any]:
    """A workbook to be changed and saved: its path, itself, its sheet."""
    made = openpyxl.Workbook()
    sheet = made.active
    assert sheet is not None
    for row in (header, *rows):
        sheet.append(row)
    return tmp_path / "in.xlsx", made, sheet


def saved(found: tuple[Path, Any, Any]) -> Path:
    found[1].save(found[0])
    return found[0]


def test_a_title_above_the_header_is_told_with_the_row_of_the_header(tmp_path: Path) -> None:
    given = book(tmp_path, (), HEADER, GOOD, header=("Contrats suivis en 2026",))
    given[2].merge_cells("A1:D1")
    said = refused(taken(saved(given), tmp_path / "out.csv"))
    assert "in.xlsx!Sheet:1:1: header-below: " in said
    assert "elles sont nommées à la ligne 3" in said


def test_a_column_without_a_name_between_the_others_is_told_by_its_letter(tmp_path: Path) -> None:
    given = book(tmp_path, GOOD)
    given[2].insert_cols(2)
    said = refused(taken(saved(given), tmp_path / "out.csv"))
    assert "in.xlsx!Sheet:1:2: column-unnamed: ces colonnes n'ont pas de nom : B." in said


def sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {
        sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(path, data_only=True)
    }


def refusals(output: Path) -> list[tuple[Any, ...]]:
    return sheets(output)["Refusées"][1:]


def test_the_workbook_of_the_example_is_decided_from_its_typed_cells(tmp_path: Path) -> None:
    output = tmp_path / "out.xlsx"
    assert batch(CASES / "contracts.xlsx", output).exit_code == 0
    header, row = sheets(output)["Décisions"]
    told = dict(zip(header, row, strict=True))
    assert told["Éligibilité à l'aide"] == "Éligible"
    assert told["Aide due pour l'année (€)"] == 19000
    assert told["patientele.percentile_mt"] == 55.25
    assert told["medecin.nouvellement_installe"] is False
    assert told["contrat.date_signature"].date().isoformat() == "2024-09-02"


def test_the_sheets_say_the_decisions_what_was_refused_why_and_under_which_rules(tmp_path: Path) -> None:
    bad = ("02/09/2024", "quart", "Chirurgie", 80)
    output = tmp_path / "out.xlsx"
    low = ("02/09/2024", "Mi-temps", "Chirurgie", "79,99")
    assert batch(saved(book(tmp_path, GOOD, low, bad)), output).exit_code == 0
    found = sheets(output)
    assert list(found) == ["Décisions", "Refusées", "Explications", "Règles"]
    assert [row[:4] for row in found["Refusées"][1:]] == [(str(tmp_path / "in.xlsx"), 4, "Sheet!B4", "contrat.option")]
    of_low = [row for row in found["Explications"] if row[1] == 3]
    assert of_low[0][3] == "Non éligible"
    assert "80 %" in of_low[1][2]
    assert of_low[1][3] == "non rempli"
    assert of_low[1][4].startswith("Chirurgie\N{NO-BREAK SPACE}; Part des honoraires cliniques")
    assert "79,99" in of_low[0][4]
    assert not any("19000" in str(cell) for row in of_low for cell in row)
    assert any("2024_convention" in row for row in found["Règles"])


def test_what_a_row_comes_to_stands_as_a_number_with_its_unit_beside_its_reasons(tmp_path: Path) -> None:
    output = tmp_path / "out.xlsx"
    assert (
        batch(
            saved(book(tmp_path, (*GOOD, 1, 1100), header=(*HEADER, "contrat.annee", "contrat.objectif_fa"))), output
        ).exit_code
        == 0
    )
    (_, *rows) = openpyxl.load_workbook(output)["Explications"].iter_rows()
    told = {row[2].value: (row[3].value, row[3].number_format) for row in rows}
    assert told["Maximum de l'année, avant vérification"] == (19000, '#,##0.00 "€"')
    assert told["Objectif de file active"] == (1100, "#,##0")


def test_a_day_outside_the_texts_is_a_row_with_what_is_known(tmp_path: Path) -> None:
    output = tmp_path / "out.xlsx"
    assert batch(saved(book(tmp_path, GOOD, ("15/08/2019", *GOOD[1:]))), output).exit_code == 0
    told = [row for row in sheets(output)["Explications"] if row[1] == 3]
    assert [row[2:4] for row in told] == [("hors règles", None)]
    assert "aucune aide n'existait encore" in told[0][4]


def test_a_percentage_is_read_by_its_format_and_a_bare_share_is_refused(tmp_path: Path) -> None:
    found = book(tmp_path, (*GOOD[:3], 0.8), (*GOOD[:3], 0.8))
    found[2]["D2"].number_format = "0%"
    output = tmp_path / "out.xlsx"
    assert batch(saved(found), output).exit_code == 0
    header, row = sheets(output)["Décisions"]
    assert dict(zip(header, row, strict=True))["medecin.part_honoraires_cliniques"] == 80
    ((_, number, cell, _, code, message),) = refusals(output)
    assert (number, cell, code) == (3, "Sheet!D3", "two-readings")
    assert "0,8 % ou 80 %" in message


@pytest.mark.parametrize(("value", "code"), [("#N/A", "value-none"), ("=A1+", "formula-unsaved"), (True, "fact-type")])
def test_a_cell_without_a_value_is_never_a_missing_fact(value: Any, code: str, tmp_path: Path) -> None:
    output = tmp_path / "out.xlsx"
    assert taken(saved(book(tmp_path, (*GOOD[:3], value))), output).exit_code == 1
    assert [row[4] for row in refusals(output)] == [code]


def test_a_day_that_lost_its_format_is_refused_with_the_day_it_may_be(tmp_path: Path) -> None:
    output = tmp_path / "out.xlsx"
    taken(saved(book(tmp_path, (45537, *GOOD[1:]))), output)
    assert "02/09/2024" in refusals(output)[0][5]


def test_a_number_of_three_decimals_is_a_number_and_not_thousands(tmp_path: Path) -> None:
    output = tmp_path / "out.xlsx"
    taken(saved(book(tmp_path, (*GOOD[:3], 80.125))), output)
    assert [row[4] for row in refusals(output)] == ["fact-decimals"]


def test_hidden_rows_and_columns_and_merged_cells_are_refused(tmp_path: Path) -> None:
    hidden = book(tmp_path, GOOD, GOOD)
    hidden[2].row_dimensions[3].hidden = True
    told = refused(taken(saved(hidden), tmp_path / "out.xlsx"))
    assert told.split(": ")[:2] == [f"{tmp_path / 'in.xlsx'}!Sheet:3:1", "cells-hidden"]
    narrow = book(tmp_path, GOOD)
    narrow[2].column_dimensions["B"].hidden = True
    assert "(B)" in refused(taken(saved(narrow), tmp_path / "out.xlsx"))
    merged = book(tmp_path, GOOD)
    merged[2].merge_cells("A2:B2")
    assert "A2:B2" in refused(taken(saved(merged), tmp_path / "out.xlsx"))


def test_of_several_sheets_the_one_with_a_signature_date_is_meant_or_one_is_named(tmp_path: Path) -> None:
    found = book(tmp_path, GOOD)
    found[1].create_sheet("Notes").append(("a", "b"))
    told = taken(saved(found), tmp_path / "out.xlsx")
    assert told.exit_code == 0
    assert "Feuille lue : Sheet ; non lues : Notes." in " ".join(told.stdout.split())
    found[1].create_sheet("Autre").append(HEADER)
    assert "sheet-unclear" in refused(taken(saved(found), tmp_path / "out.xlsx"))
    assert taken(saved(found), tmp_path / "out.xlsx", "--sheet", "Sheet").exit_code == 0
    told = refused(taken(saved(found), tmp_path / "out.xlsx", "--sheet", "Notes 2"))
    assert "sheet-unknown" in told
    assert "« Notes » ?" in told


def test_a_hidden_sheet_is_read_where_it_is_named_alone(tmp_path: Path) -> None:
    found = book(tmp_path, GOOD)
    hidden = found[1].create_sheet("Anciens")
    hidden.append(HEADER)
    hidden.append(GOOD)
    hidden.sheet_state = "hidden"
    told = taken(saved(found), tmp_path / "out.xlsx")
    assert "Feuille lue : Sheet ; non lues : Anciens." in " ".join(told.stdout.split())
    found[2].sheet_state, hidden.sheet_state = "hidden", "visible"
    assert "Feuille lue : Anciens" in " ".join(taken(saved(found), tmp_path / "out.xlsx").stdout.split())
    assert taken(saved(found), tmp_path / "out.xlsx", "--sheet", "Sheet").exit_code == 0


def changed(path: Path, part: str, content: bytes) -> Path:
    """The workbook with one part more, or another in its place."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, own in ({**parts, part: content}).items():
            archive.writestr(name, own)
    return path


def test_macros_links_entities_and_bombs_are_refused(tmp_path: Path) -> None:
    entity = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'
    for part, content in (
        ("xl/vbaProject.bin", b"x"),
        ("xl/externalLinks/externalLink1.xml", b"<a/>"),
        ("xl/worksheets/sheet1.xml", entity),
        ("xl/worksheets/sheet1.xml", entity.decode().encode("utf-16")),
        ("xl/media/bomb.xml", b"0" * (60 << 20)),
        ("xl/media/bomb.xml", b"0" * (30 << 20)),
    ):
        source = changed(saved(book(tmp_path, GOOD)), part, content)
        assert "workbook-unsafe" in refused(taken(source, tmp_path / "out.xlsx")), part
    for content in (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504), b"contrat.date_signature;contrat.option\r\n"):
        (tmp_path / "in.xlsx").write_bytes(content)
        assert "file-kind" in refused(taken(tmp_path / "in.xlsx", tmp_path / "out.xlsx"))
    (tmp_path / "in.csv").write_bytes(saved(book(tmp_path, GOOD)).read_bytes())
    assert "file-kind" in refused(taken(tmp_path / "in.csv", tmp_path / "out.csv"))
    with zipfile.ZipFile(tmp_path / "in.xlsx", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    told = taken(tmp_path / "in.xlsx", tmp_path / "out.xlsx")
    assert "celui d'un fichier .ods. Attendu : un classeur enregistré au format .xlsx" in told.stderr
    for content, kind in ((b"PAR1" + bytes(9), "parquet"), (gzip.compress(b"a;b"), "gz"), (b"%PDF-1.7\n;", "pdf")):
        (tmp_path / "in.csv").write_bytes(content)
        assert f"celui d'un fichier .{kind}." in taken(tmp_path / "in.csv", tmp_path / "out.csv").stderr
    (tmp_path / "in.csv").write_bytes("contrat.date_signature;contrat.option\n".encode("utf-16-be"))
    assert "wrong-encoding" in refused(taken(tmp_path / "in.csv", tmp_path / "out.csv"))
    (tmp_path / "in.xlsx").write_bytes(b"PK\x03\x04 no zip")
    assert "file-damaged" in refused(taken(tmp_path / "in.xlsx", tmp_path / "out.xlsx"))
    source = changed(saved(book(tmp_path, GOOD)), "xl/workbook.xml", b"<nothing/>")
    assert "file-empty" in refused(taken(source, tmp_path / "out.xlsx"))
    source = changed(saved(book(tmp_path, GOOD)), "xl/worksheets/sheet1.xml", b"<worksheet")
    assert "file-damaged" in refused(taken(source, tmp_path / "out.xlsx"))
    assert "header-missing" in refused(taken(saved(book(tmp_path, header=())), tmp_path / "out.xlsx"))
    whole = saved(book(tmp_path, GOOD))
    with zipfile.ZipFile(whole) as archive:
        part = archive.getinfo("xl/worksheets/sheet1.xml")
    content = bytearray(whole.read_bytes())
    content[part.header_offset + 30 + len(part.filename)] = 0xFF  # no kind of compressed block
    whole.write_bytes(content)
    assert "file-damaged" in refused(taken(whole, tmp_path / "out.xlsx"))


def test_a_sheet_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    wide = book(tmp_path, GOOD, header=(*HEADER, *(f"note {number}" for number in range(200))))
    assert "workbook-large" in refused(taken(saved(wide), tmp_path / "out.xlsx"))


def test_a_sheet_holds_no_more_rows_than_its_program(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 1)
    full = workbook.Workbook(Labels(session.registry, "fr", {}), session.registry, Job((), "a.xlsx", {}))
    frames = [pl.DataFrame({"note": ["a"]})] * 2
    with pytest.raises(InputFault) as told:
        full.write_all(iter(frames), tmp_path / "a.xlsx", tmp_path / "a.xlsx")
    assert [problem.code for problem in told.value.problems] == ["workbook-full"]


def test_no_text_of_a_case_becomes_a_formula_or_a_link(tmp_path: Path) -> None:
    texts = ('=HYPERLINK("http://a.b")', "+1+1", "@SUM(A1)", "http://a.b", "007")
    found = book(tmp_path, *((*GOOD, "") for _ in texts), header=(*HEADER, "note"))
    for number, text in enumerate(texts, 2):
        found[2].cell(number, 5).value = text
        found[2].cell(number, 5).data_type = "s"
    output = tmp_path / "out.xlsx"
    assert taken(saved(found), output).exit_code == 0
    cells = [row[4] for row in openpyxl.load_workbook(output)["Décisions"].iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == list(texts)
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)


def test_what_a_sheet_cannot_hold_as_it_is_is_written_as_a_text(tmp_path: Path) -> None:
    zoned, early = dt.datetime(2025, 1, 1, tzinfo=dt.UTC), dt.date(1899, 12, 31)
    own = {"a": float("nan"), "b": 2**60, "c": zoned, "d": early, "e": 1.5, "f": dt.datetime(2025, 1, 1, 10)}
    frame = pl.DataFrame({"contrat.date_signature": [dt.date(2025, 1, 10)], **{key: [own[key]] for key in own}})
    frame.write_parquet(tmp_path / "in.parquet")
    assert taken(tmp_path / "in.parquet", tmp_path / "out.xlsx").exit_code == 0
    _, row = sheets(tmp_path / "out.xlsx")["Décisions"]
    assert row[1:7] == ("nan", str(2**60), "2025-01-01 00:00:00+00:00", "1899-12-31", 1.5, own["f"])


def test_what_was_written_is_read_again_as_the_same_facts(tmp_path: Path) -> None:
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    batch(CASES / "french_excel.csv", first)
    given = openpyxl.load_workbook(first)
    columns = len((CASES / "french_excel.csv").read_text(encoding="utf-8-sig").splitlines()[0].split(";"))
    given["Décisions"].delete_cols(columns + 1, 100)
    given.save(tmp_path / "again.xlsx")
    assert batch(tmp_path / "again.xlsx", second).exit_code == 0
    assert sheets(second)["Décisions"] == sheets(first)["Décisions"]


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        taken(CASES / "french_excel.csv", tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_libreoffice_reads_the_same_values(tmp_path: Path) -> None:
    if OFFICE is None:
        return  # nothing here to open it with; every other test still reads the file
    outputs = [tmp_path / f"{name}.xlsx" for name in ("from_csv", "from_xlsx")]
    for source, output in zip(("french_excel.csv", "contracts.xlsx"), outputs, strict=True):
        batch(CASES / source, output)
    (tmp_path / "opened").mkdir()
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [OFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "opened")]
    subprocess.run([*command, *map(str, outputs)], check=True, capture_output=True, timeout=240)
    for output in outputs:
        assert sheets(tmp_path / "opened" / output.name) == sheets(output)
