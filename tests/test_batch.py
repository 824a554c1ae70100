"""Files of cases in, files of results out: what is decided, what is refused, and what a stopped run leaves."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from batches import GOOD, HEADER, LINE, batch, codes, rejected, written
from command import ROOT, avenant, start
from conftest import Effort
from frames import frame_of
from random_cases import random_facts
from small_rules import SMALL

from engine.bulk import csv_files, files, readers
from engine.bulk.files import run_batch
from engine.bulk.job import Job
from engine.errors import InputFault, UsageFault
from engine.evaluation.facts import nested, read_case
from engine.evaluation.session import Session
from engine.files import replacing
from engine.policy.registry import Outside

PORTFOLIO = ROOT / "examples" / "portfolio.csv"
MAIN = "from engine.cli import main; main()"


def decidable(count: int) -> list[str]:
    """The header of the portfolio and its first rows that a convention of the small policies decides."""
    header, *rows = PORTFOLIO.read_text(encoding="utf-8").splitlines()
    return [header, *[row for row in rows if ",medecin_liberal," in row][:count]]


# What is decided


def test_the_portfolio_is_what_its_script_makes(tmp_path: Path) -> None:
    again = tmp_path / "again.csv"
    subprocess.run([sys.executable, ROOT / "examples" / "make_portfolio.py", "10000", again], check=True)
    assert again.read_bytes() == PORTFOLIO.read_bytes()


def test_the_portfolio_is_decided_as_case_by_case_and_summed_up(
    tmp_path: Path, session: Session, effort: Effort
) -> None:
    output, wanted = tmp_path / "out.parquet", effort.of(10_000, part=25)
    with PORTFOLIO.open(encoding="utf-8") as stream:
        source = written(tmp_path / "rows.csv", *(line.rstrip("\n") for line in islice(stream, wanted + 1)))
    result = batch(source, "-o", output, "--missing", policies=None)
    assert result.exit_code == 0, result.output
    frame = pl.read_parquet(output)
    assert len(frame) == wanted
    assert frame["dossier"].to_list() == [f"AM-{number:07d}" for number in range(1, len(frame) + 1)]
    assert frame.schema["aide.montant_du"] == pl.Decimal(18, 2)
    assert f"{len(frame):,}" in result.stdout
    certain = pl.col("eligibilite").is_not_null()  # what is due if the contract is eligible is summed up apart
    for due in (frame.filter(certain), frame.filter(~certain)):
        assert f"€{due['aide.montant_du'].sum():,.2f}".removesuffix(".00") in result.stdout
    assert f"€{frame['aide.trop_percu'].sum():,.2f}".removesuffix(".00") in result.stdout
    assert "Column kept, which the rules do not read: dossier." in result.stdout
    assert "No row refused." in result.stdout
    facts = [name for name in frame.columns if name in session.registry.vocabulary.facts]
    for row in frame.sample(effort.of(400, part=20), seed=1).iter_rows(named=True):
        case = nested({name: row[name] for name in facts if row[name] is not None})
        read = read_case(case, session.registry.vocabulary)
        if row["digest"] is None:
            with pytest.raises(Outside) as caught:
                session.decide(read)
            assert row["convention"] == caught.value.window.id
            continue
        decision = session.decide(read)
        assert row["consistency"] == (" ".join(doubt.result.id for doubt in decision.doubts) or None)
        assert row["convention"] == decision.convention.id
        assert row["digest"] == decision.digest
        for id_ in ("eligibilite", "tranche_activite", "aide.montant_du", "objectif.mt"):
            found = decision.results[id_]
            assert (row[f"{id_}.status"], row[id_]) == (found.status, found.value)
        open_ = any(row[name] == "undetermined" for name in frame.columns if name.endswith(".status"))
        assert row["missing"] == (list(decision.missing) if open_ else None)


def test_the_same_rows_in_every_format_give_the_same_output(tmp_path: Path) -> None:
    typed = pl.read_csv(PORTFOLIO, n_rows=60, try_parse_dates=True, infer_schema_length=None)
    outputs = []
    for write, suffix in ((typed.write_csv, "csv"), (typed.write_parquet, "parquet"), (typed.write_ndjson, "jsonl")):
        write(tmp_path / f"in.{suffix}")
        output = tmp_path / f"{suffix}.jsonl"
        assert batch(tmp_path / f"in.{suffix}", "-o", output, "--criteria").exit_code == 0
        outputs.append(output.read_bytes())
    assert len({*outputs}) == 1
    assert len(outputs[0].splitlines()) > 50


def test_every_format_of_an_output_holds_the_same_rows(tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    pl.read_csv(PORTFOLIO, n_rows=60, try_parse_dates=True, infer_schema_length=None).write_parquet(source)
    for wanted in ("csv", "parquet", "jsonl"):
        output = tmp_path / f"out.{wanted}"
        assert batch(source, "-o", output, "--criteria", policies=None).exit_code == 0
    frame = pl.read_parquet(tmp_path / "out.parquet")
    assert not {pl.Enum, pl.Categorical}.intersection(dtype.base_type() for dtype in frame.dtypes)
    with duckdb.connect() as database:
        assert database.read_parquet(str(tmp_path / "out.parquet")).fetchall() == frame.rows()
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        texts = list(csv.DictReader(stream))
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert list(texts[0]) == frame.columns
    for row, text, line in zip(frame.iter_rows(named=True), texts, lines, strict=True):
        for name, value in row.items():
            plain = value.isoformat() if isinstance(value, dt.date) else value
            assert line[name] == (str(plain) if isinstance(plain, Decimal) else plain)
            said = "" if plain is None else str(plain).lower() if isinstance(plain, bool) else str(plain)
            assert text[name] == said


def test_nested_json_lines_and_flat_ones_are_the_same_case(tmp_path: Path) -> None:
    source = written(tmp_path / "in.jsonl", json.dumps(nested(GOOD)), json.dumps(GOOD), "")
    assert batch(source, "-o", tmp_path / "out.csv").exit_code == 0
    first, second = (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert first == second


def test_patterns_stand_for_files_and_own_columns_are_kept(tmp_path: Path) -> None:
    for number in (2, 1):
        written(tmp_path / f"in{number}.csv", f"mon_numero,{HEADER}", f"00{number},{LINE}")
    assert batch(tmp_path / "in*.csv", "-o", tmp_path / "out.parquet").exit_code == 0
    assert pl.read_parquet(tmp_path / "out.parquet")["mon_numero"].to_list() == ["001", "002"]


def test_readings_are_taken_and_unknown_ones_refused(tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", HEADER, LINE)
    output = tmp_path / "out.csv"
    assert batch(source, "-o", output, "--interpret", "borne_du_minimum=exclue").exit_code == 0
    assert batch(source, "-o", output, "--interpret", "borne_du_minimum=peut_etre").exit_code == 2
    assert batch(source, "-o", output, "--interpret", "nothing=exclue").exit_code == 2


def test_a_file_of_no_known_format_is_wrong_usage(tmp_path: Path, small: Session) -> None:
    source = written(tmp_path / "in.csv", HEADER, LINE)
    assert batch(source, "-o", tmp_path / "out.ods").exit_code == 2
    with pytest.raises(UsageFault) as caught:
        run_batch(Job((str(written(tmp_path / "in.xml", HEADER)),), str(tmp_path / "out.csv"), {}), small)
    assert caught.value.problems[0].code == "file-format"


def test_a_library_that_is_not_installed_is_named_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("files", "cluster"):
        monkeypatch.delitem(sys.modules, f"engine.bulk.{module}", raising=False)
    monkeypatch.setitem(sys.modules, "polars", None)
    source = written(tmp_path / "in.csv", HEADER, LINE)
    result = batch(source, "-o", tmp_path / "out.csv")
    assert codes(result) == ["extra-missing"]
    assert "pip install 'avenant[bulk]'" in result.stderr


def test_pieces_smaller_than_the_file_give_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = tmp_path / "in.parquet"
    pl.read_csv(PORTFOLIO, n_rows=80, try_parse_dates=True, infer_schema_length=None).write_parquet(source)
    text = written(tmp_path / "in.csv", *PORTFOLIO.read_text(encoding="utf-8").splitlines()[:81])
    assert batch(source, "-o", tmp_path / "whole.csv").exit_code == 0
    monkeypatch.setattr(readers, "ROWS", 30)
    monkeypatch.setattr(readers, "CELLS", 1_000)
    for given in (source, text):
        assert batch(given, "-o", tmp_path / "pieces.csv").exit_code == 0
        assert (tmp_path / "pieces.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_refused_rows_are_handed_on_batch_by_batch_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = written(tmp_path / "in.csv", HEADER, *["2024-09-02"] * 2_000)
    monkeypatch.setattr(readers, "ROWS", 150)  # a million cells of few columns are many rows
    given = readers.batches
    most: list[int] = []
    monkeypatch.setattr(
        files, "batches", lambda *asked: (most.append(len(each.refused)) or each for each in given(*asked))
    )
    assert "row-fields" in batch(source, "-o", tmp_path / "out.csv").stdout
    assert (sum(most), max(most) < 300) == (2_000, True)


# What is refused


WRONG: Mapping[str, list[Any]] = {
    "contrat.date_signature": ["2024-02-30", "2018-01-01", "1850-01-01", None, "02/09/2024", 20240902, "2030-1-1"],
    "contrat.option": ["demi", "Demi_ETP", 3, True, ""],
    "contrat.annee": [0, 16, 1.5, "3", True, 10**30, 2.0],
    "medecin.optam": ["oui", 1, "true", False],
    "medecin.part_honoraires_cliniques": [-0.01, 100.01, 80.255, 80.25, "80", float("nan"), [1]],
    "medecin.date_naissance": ["2024-09-03", "1970-13-01", "1970-01-01", dt.date(2000, 2, 29).isoformat()],
    "centre.etp_medecins": [0, 0.01, 0.001, 1000, 1e3, 1000.01],
    "seuils.mt_p30": [500, 100001],
    "seuils.mt_p50": [499, 800],
    "seuils.mt_p95": [799, 2000],
    "assistant.date_debut_formation": ["2022-05-05"],
    "assistant.date_certification": ["2022-05-04", "2022-05-05"],
    "beneficiaire": ["centre_de_sante", "hopital", None],
}


def drawn(seed: int, count: int) -> Iterator[dict[str, Any]]:
    rng = random.Random(seed)
    for _ in range(count):
        row = dict(GOOD)
        for name, values in WRONG.items():
            if rng.random() < 0.15:
                row[name] = rng.choice(values)
        yield row


def faults_of(row: Mapping[str, Any], session: Session) -> set[str]:
    """The codes that the reader of one case gives, where programs and not people write."""
    try:
        facts = read_case(nested(row), session.registry.vocabulary, spoken=False)
        signature = facts["contrat.date_signature"]
        assert isinstance(signature, dt.date)
        session.registry.select(str(facts["beneficiaire"]), signature)
    except InputFault as error:
        return {problem.code for problem in error.problems}
    return set()


def test_json_lines_are_refused_exactly_where_a_case_file_is(tmp_path: Path, small: Session, effort: Effort) -> None:
    rows = list(drawn(3, effort.of(3000)))
    source = written(tmp_path / "in.jsonl", *(json.dumps(row) for row in rows))
    output = tmp_path / "out.parquet"
    assert batch(source, "-o", output).exit_code == 0
    found: dict[int, set[str]] = {}
    for line in rejected(output):
        found.setdefault(int(line["row"]), set()).add(line["code"])
    expected = {number: codes for number, row in enumerate(rows, 1) if (codes := faults_of(row, small))}
    assert found == expected
    assert len({code for codes in expected.values() for code in codes}) == 9
    assert len(pl.read_parquet(output)) == len(rows) - len(expected)


def test_random_typed_rows_are_refused_exactly_where_a_case_is(tmp_path: Path, small: Session, effort: Effort) -> None:
    vocabulary = small.registry.vocabulary
    rng = random.Random(5)
    cases = [
        random_facts(rng, vocabulary, "medecin_liberal", dt.date(2018, 1, 1), dt.date(2026, 1, 1))
        for _ in range(effort.of(800))
    ]
    for case in cases[::2]:
        for chain in vocabulary.orders:
            for name in chain:
                case.pop(name, None) if name != "contrat.date_signature" else None
    frame = frame_of(cases, vocabulary)
    frame.write_parquet(tmp_path / "in.parquet")
    assert batch(tmp_path / "in.parquet", "-o", tmp_path / "out.csv").exit_code == 0
    expected = set()
    for number, row in enumerate(frame.iter_rows(named=True), 1):
        expected |= {(number, code) for code in faults_of({k: v for k, v in row.items() if v is not None}, small)}
    assert {(int(line["row"]), line["code"]) for line in rejected(tmp_path / "out.csv")} == expected
    assert expected


def test_a_bad_row_is_told_with_its_place_and_does_not_stop_the_rest(tmp_path: Path) -> None:
    lines = [
        LINE,
        "2024-09-31,demi_etp,1,900",
        "2024-09-02,demi_et,1,9e2",
        LINE,
        "2024-09-02,demi_etp",
        "",
        LINE + ",7",
    ]
    source = written(tmp_path / "in.csv", HEADER, *lines)
    output = tmp_path / "out.csv"
    result = batch(source, "-o", output)
    assert result.exit_code == 0
    assert "5 rows" not in result.stdout
    assert "4 rows refused" in result.stdout
    assert [(line["row"], line["column"], line["code"]) for line in rejected(output)] == [
        ("3", "contrat.date_signature", "day-missing"),
        ("4", "contrat.option", "fact-value"),
        ("4", "patientele.mt_depart", "number-cut"),
        ("6", "", "row-fields"),
        ("8", "", "row-fields"),
    ]
    assert "Did you mean 'demi_etp'?" in rejected(output)[1]["message"]
    assert len(output.read_text(encoding="utf-8").splitlines()) == 3
    assert batch(source, "-o", output, "--strict").exit_code == 1
    assert batch(written(source, HEADER, LINE), "-o", output, "--strict").exit_code == 0
    assert not Path(f"{output}.rejected.csv").exists()


def test_lines_that_are_no_json_objects_are_refused_one_by_one(tmp_path: Path) -> None:
    good = json.dumps(GOOD)
    twice = ['{"contrat.annee": 1, "contrat.annee": 2}', '{"contrat": {"annee": 1}, "contrat.annee": 2}']
    lines = [good, "{", "[1]", *twice, "[" * 100_000, good]
    output = tmp_path / "out.csv"
    assert batch(written(tmp_path / "in.jsonl", *lines), "-o", output).exit_code == 0
    told = [(line["row"], line["code"]) for line in rejected(output)]
    codes = ["row-json", "case-not-a-mapping", "row-json", "row-json", "row-json"]
    assert told == [(str(number), code) for number, code in enumerate(codes, 2)]


def test_files_of_json_lines_need_not_have_the_same_keys(tmp_path: Path) -> None:
    sources = [written(tmp_path / f"{key}.jsonl", json.dumps({**GOOD, key: "x"})) for key in ("own", "other")]
    result = batch(*sources, "-o", tmp_path / "out.jsonl")
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(row["own"], row["other"]) for row in rows] == [("x", None), (None, "x")]


def test_a_text_that_begins_like_json_is_a_text(tmp_path: Path) -> None:
    source, output = written(tmp_path / "in.csv", "contrat.date_signature,contrat.option", "2024-09-02,{x"), "out.csv"
    assert batch(source, "-o", tmp_path / output).exit_code == 1
    ((code, message),) = [(row["code"], row["message"]) for row in rejected(tmp_path / output)]
    assert code == "fact-value"
    assert "'{x'" in message


def test_mixed_types_in_one_column_refuse_only_the_wrong_ones(tmp_path: Path) -> None:
    lines = [json.dumps(GOOD | {"patientele.mt_depart": value}) for value in (900, "900", True, 900.0, 900.5, None)]
    output = tmp_path / "out.parquet"
    assert batch(written(tmp_path / "in.jsonl", *lines), "-o", output).exit_code == 0
    told = [(line["row"], line["code"]) for line in rejected(output)]
    assert told == [("2", "fact-type"), ("3", "fact-type"), ("5", "fact-decimals")]
    assert pl.read_parquet(output)["patientele.mt_depart"].to_list() == [900, 900, None]


def test_quoted_cells_may_hold_separators_and_line_ends(tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", f"note,{HEADER}", f'"a, b\nc ""d""",{LINE}', f'x,"{LINE[:10]}"{LINE[10:]}')
    assert batch(source, "-o", tmp_path / "out.parquet").exit_code == 0
    assert pl.read_parquet(tmp_path / "out.parquet")["note"].to_list() == ['a, b\nc "d"', "x"]


def test_a_quote_left_open_before_more_than_a_field_may_hold_refuses_its_line_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_files, "LONGEST", 1_000)
    allowed = csv.field_size_limit(2_000)
    try:
        source = written(tmp_path / "in.csv", f"note,{HEADER}", f'"b,{LINE}', *(f"c,{LINE}" for _ in range(200)))
        assert batch(source, "-o", tmp_path / "out.parquet").exit_code == 0
    finally:
        csv.field_size_limit(allowed)
    assert [(line["row"], line["code"]) for line in rejected(tmp_path / "out.parquet")] == [("2", "row-quotes")]
    assert len(pl.read_parquet(tmp_path / "out.parquet")) == 200


def test_a_quote_left_open_refuses_its_line_and_not_the_rest(tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", f"note,{HEADER}", f"a,{LINE}", f'"b,{LINE}', f"c,{LINE}", f'"d",{LINE}')
    output = tmp_path / "out.parquet"
    assert batch(source, "-o", output).exit_code == 0
    assert [(line["row"], line["code"]) for line in rejected(output)] == [("3", "row-quotes")]
    assert pl.read_parquet(output)["note"].to_list() == ["a", "c", "d"]


@pytest.mark.parametrize("separator", [";", "\t"])
def test_other_separators_windows_line_ends_and_a_byte_order_mark_are_read(separator: str, tmp_path: Path) -> None:
    text = "".join(f"{line}\r\n" for line in (HEADER, LINE)).replace(",", separator)
    source = tmp_path / "in.csv"
    source.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert batch(source, "-o", tmp_path / "out.parquet").exit_code == 0
    assert pl.read_parquet(tmp_path / "out.parquet")["patientele.mt_depart"].to_list() == [900]


# Columns and files at fault


@pytest.mark.parametrize(
    ("header", "code", "words"),
    [
        ("contrat.option,contrat.annee", "column-missing", "contrat.date_signature"),
        ("contrat.date_signatur,contrat.date_signature", "column-unknown", "Did you mean 'contrat.date_signature'?"),
        ("date_signature,contrat.date_signature", "column-unknown", "Did you mean 'contrat.date_signature'?"),
        ("contrat.bonus,contrat.date_signature", "column-unknown", "--keep 'contrat.bonus'"),
        ("contrat.date_signature,contrat.annee,contrat.annee", "column-twice", "contrat.annee"),
        ("contrat.date_signature,eligibilite", "column-taken", "eligibilite"),
        ("contrat.date_signature,avenant_row", "column-taken", "avenant_row"),
        ("", "header-missing", "contrat.date_signature"),
        (",,contrat.date_signature,,", "column-unnamed", "these columns: A, B"),
    ],
)
def test_a_header_at_fault_is_told_before_anything_is_written(
    header: str, code: str, words: str, tmp_path: Path
) -> None:
    result = batch(written(tmp_path / "in.csv", header), "-o", tmp_path / "out.csv")
    assert code in codes(result)
    assert words in result.stderr
    assert not list(tmp_path.glob("out*"))


def test_columns_without_a_name_behind_the_others_are_left_out_while_they_hold_nothing(tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", f"{HEADER},,", f"{LINE},,", f"{LINE},,a note")
    batch(source, "-o", tmp_path / "out.csv")
    assert [(line["row"], line["code"]) for line in rejected(tmp_path / "out.csv")] == [("3", "row-fields")]
    assert len(pl.read_csv(tmp_path / "out.csv")) == 1


def test_a_column_of_ones_own_that_looks_like_a_fact_can_be_kept(tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", f"age,{HEADER}", f"old,{LINE}")
    assert codes(batch(source, "-o", tmp_path / "out.csv")) == ["column-unknown"]
    result = batch(source, "-o", tmp_path / "out.csv", "--keep", "age")
    assert result.exit_code == 0
    assert "do not read" not in result.stdout


def test_a_parquet_column_of_the_wrong_type_is_told_once(tmp_path: Path) -> None:
    frame = pl.DataFrame({**GOOD, "contrat.annee": ["1"], "medecin.optam": [1], "medecin.age": [40.0]})
    frame.write_parquet(tmp_path / "in.parquet")
    assert codes(batch(tmp_path / "in.parquet", "-o", tmp_path / "out.csv")) == ["column-type", "column-type"]


def test_numbers_dates_and_choices_may_come_in_other_types(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "contrat.date_signature": [dt.datetime(2024, 9, 2), dt.datetime(2024, 9, 2, 1), dt.datetime(2024, 9, 2)],
            "contrat.annee": pl.Series([1.0, 1.0, 1.5]),
            "contrat.option": pl.Series(["un_etp"] * 3, dtype=pl.Categorical),
            "medecin.part_honoraires_cliniques": pl.Series([Decimal("80.250")] * 3, dtype=pl.Decimal(9, 3)),
            "patientele.mt_depart": pl.Series([900] * 3, dtype=pl.UInt16),
            "medecin.zone": [None] * 3,
        }
    )
    frame.write_parquet(tmp_path / "in.parquet")
    output = tmp_path / "out.parquet"
    assert batch(tmp_path / "in.parquet", "-o", output).exit_code == 0
    assert [(line["row"], line["code"]) for line in rejected(output)] == [("2", "fact-type"), ("3", "fact-decimals")]
    row = pl.read_parquet(output).row(0, named=True)
    assert row["contrat.date_signature"] == dt.date(2024, 9, 2)
    assert row["medecin.part_honoraires_cliniques"] == 80.25


def test_files_that_cannot_be_read_are_all_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "folder.csv").mkdir()
    pl.read_csv(PORTFOLIO, n_rows=500).write_parquet(tmp_path / "cut.parquet")
    whole = (tmp_path / "cut.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[: len(whole) // 2])
    result = batch(*sorted(tmp_path.glob("*.*")), tmp_path / "none.csv", "-o", tmp_path / "out.csv")
    assert codes(result) == ["file-damaged", "file-empty", "file-empty", "file-unreadable", "file-missing"]


def test_a_parquet_damaged_in_the_middle_leaves_the_old_output(tmp_path: Path) -> None:
    source, output = tmp_path / "in.parquet", tmp_path / "out.csv"
    pl.read_csv(PORTFOLIO, n_rows=1000, try_parse_dates=True, infer_schema_length=None).write_parquet(source)
    content = bytearray(source.read_bytes())
    content[1000:9000] = bytes(8000)
    source.write_bytes(content)
    output.write_text("old", encoding="utf-8")
    assert codes(batch(source, "-o", output)) == ["file-damaged"]
    assert output.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize("bit", [4, 8, 16])
def test_a_parquet_whose_page_says_a_wrong_size_is_damaged(bit: int, tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    pl.DataFrame({"contrat.date_signature": ["2024-09-02"], "patientele.mt_depart": [775]}).write_parquet(source)
    content = bytearray(source.read_bytes())
    content[48] ^= bit  # in the head of the first page; the library panics
    source.write_bytes(content)
    assert codes(batch(source, "-o", tmp_path / "out.csv")) == ["file-damaged"]


def test_text_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    source = written(tmp_path / "in.csv", f"note,{HEADER}", f"ok,{LINE}", f"été,{LINE}", encoding="latin-1")
    result = batch(source, "-o", output)
    assert codes(result) == ["wrong-encoding"]
    assert f"{source}:3:1" in result.stderr
    source = written(tmp_path / "in.csv", f"été,{HEADER}", encoding="latin-1")
    assert codes(batch(source, "-o", output)) == ["wrong-encoding"]
    source = written(tmp_path / "in.jsonl", '{"é": 1}', encoding="latin-1")
    assert codes(batch(source, "-o", output)) == ["wrong-encoding"]
    assert not output.exists()


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_header_without_rows_gives_a_header_without_rows(suffix: str, tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", HEADER)
    if suffix == "parquet":
        source = tmp_path / "in.parquet"
        pl.DataFrame(schema={"contrat.date_signature": pl.Date, "contrat.annee": pl.Int64}).write_parquet(source)
    for output in (tmp_path / "out.parquet", tmp_path / "out.csv", tmp_path / "out.jsonl"):
        assert batch(source, "-o", output).exit_code == 0
    assert pl.read_parquet(tmp_path / "out.parquet").height == 0
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").startswith("contrat.date_signature,")


def test_a_thousand_columns_are_kept(tmp_path: Path) -> None:
    own = [f"x{number}" for number in range(1000)]
    source = written(tmp_path / "in.csv", ",".join([*own, HEADER]), ",".join([*own, LINE]), ",".join([*own, LINE]))
    assert batch(source, "-o", tmp_path / "out.csv").exit_code == 0
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        first, second = csv.DictReader(stream)
    assert first == second
    assert first["x999"] == "x999"


def test_inputs_with_different_columns_are_refused_and_other_orders_are_not(tmp_path: Path) -> None:
    first = written(tmp_path / "1.csv", HEADER, LINE)
    other = written(tmp_path / "2.csv", "contrat.date_signature,contrat.option,medecin.zone", "2024-09-02,demi_etp,zip")
    result = batch(first, other, "-o", tmp_path / "out.csv")
    assert codes(result) == ["columns-differ"]
    assert "lacking: contrat.annee, patientele.mt_depart; extra: medecin.zone" in result.stderr
    turned = written(tmp_path / "3.csv", *(",".join(reversed(line.split(","))) for line in (HEADER, LINE)))
    assert batch(first, turned, "-o", tmp_path / "out.csv").exit_code == 0
    assert len(set((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[1:])) == 1


def test_parquet_inputs_may_hold_a_fact_in_different_types(tmp_path: Path) -> None:
    pl.DataFrame({**GOOD, "n": [1]}).write_parquet(tmp_path / "1.parquet")
    pl.DataFrame({**GOOD, "contrat.annee": [1.0], "n": [2]}).write_parquet(tmp_path / "2.parquet")
    assert batch(tmp_path / "*.parquet", "-o", tmp_path / "out.csv").exit_code == 0
    assert len((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()) == 3
    pl.DataFrame({**GOOD, "n": ["3"]}).write_parquet(tmp_path / "3.parquet")
    assert codes(batch(tmp_path / "*.parquet", "-o", tmp_path / "new.csv")) == ["column-type"]


# What the system does


def test_an_output_that_cannot_be_written_is_told_and_leaves_the_old_one(tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", HEADER, LINE)
    assert codes(batch(source, "-o", tmp_path / "none" / "out.csv")) == ["output-unwritable"]
    (tmp_path / "folder.csv").mkdir()
    assert codes(batch(source, "-o", tmp_path / "folder.csv")) == ["output-unwritable"]
    assert codes(batch(source, "-o", source)) == ["output-is-input"]
    pl.DataFrame({**GOOD, "own": [[1, 2]]}).write_parquet(tmp_path / "in.parquet")
    for flat in ("out.csv", "out.xlsx"):
        assert codes(batch(tmp_path / "in.parquet", "-o", tmp_path / flat)) == ["output-nested"]
    assert batch(tmp_path / "in.parquet", "-o", tmp_path / "out.parquet").exit_code == 0


@pytest.mark.turns(suffix=["csv", "parquet", "jsonl"])
def test_a_full_disk_leaves_the_old_output_and_nothing_beside_it(suffix: str, tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", *decidable(1500))
    output = tmp_path / f"out.{suffix}"
    output.write_text("old", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", MAIN, "batch", source, "-o", output, "--policies", SMALL, "--lang", "en"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert done.returncode == 1
    assert f"{output}: output-unwritable: the file cannot be written (File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == [source.name, output.name]
    assert output.read_text(encoding="utf-8") == "old"


def test_two_runs_do_not_write_the_same_file(tmp_path: Path) -> None:
    source, output = written(tmp_path / "in.csv", HEADER, LINE), tmp_path / "out.csv"
    with replacing(output):
        assert codes(batch(source, "-o", output)) == ["output-busy"]
    assert batch(source, "-o", output).exit_code == 0


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    """Until a file is there, or the run that writes it is over."""
    while not path.exists() and process.poll() is None:
        time.sleep(0.01)


def test_an_interrupted_run_leaves_nothing_or_all_of_its_output(tmp_path: Path) -> None:
    output = tmp_path / "out.parquet"
    with start("batch", str(PORTFOLIO), "-o", str(output), "--policies", str(SMALL)) as process:
        wait_for(output.with_name("out.parquet.partial"), process)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        said = process.stderr.read().decode()
    assert "Traceback" not in said
    assert process.returncode in (0, 1, 130)
    found = [path.name for path in tmp_path.iterdir()]  # an interrupt that came late found the output in its place
    assert found in ([], ["out.parquet"])
    assert found or process.returncode
    assert not found or len(pl.read_parquet(output)) == len(PORTFOLIO.read_text().splitlines()) - 1


@pytest.mark.turns(suffix=["csv", "parquet"])
def test_a_killed_run_leaves_the_old_output_or_the_new_one_whole(suffix: str, tmp_path: Path, effort: Effort) -> None:
    lines = decidable(1500)
    old, new = written(tmp_path / "old.csv", *lines[:700]), written(tmp_path / "new.csv", *lines, "x")
    output, wanted = tmp_path / f"out.{suffix}", tmp_path / f"wanted.{suffix}"
    assert batch(old, "-o", output).exit_code == 0
    before = output.read_bytes()
    started = time.monotonic()
    with start("batch", str(new), "-o", str(wanted), "--policies", str(SMALL)) as process:
        process.communicate()
    lasts, after = time.monotonic() - started, wanted.read_bytes()
    rng, ended, kills = random.Random(20), set(), effort.of(10, least=2)
    for number in range(kills):
        with start("batch", str(new), "-o", str(output), "--policies", str(SMALL)) as process:
            if number:
                time.sleep(lasts * (0.1 + 0.9 * (number + rng.random()) / kills))
            else:
                wait_for(output.with_name(f"{output.name}.partial"), process)
            process.kill()
        found = output.read_bytes()
        ended.add(process.returncode)
        assert found in (before, after)
        if found == after:
            assert [line["code"] for line in rejected(output)] == ["row-fields"]
            output.write_bytes(before)
    assert -signal.SIGKILL in ended, "one at least is killed as it writes"


COUNTS = "patientele.mt_depart,patientele.fa_depart,patientele.percentile_mt,patientele.percentile_fa"
UNSAID = (
    f"contrat.date_signature,contrat.option,contrat.annee,medecin.specialite,medecin.age,medecin.nouvellement_installe,{COUNTS}",
    "2020-06-10,demi_etp,5,medecine_generale,50,false,700,1300,40,35",
    "2024-09-02,demi_etp,3,medecine_generale,50,false,1200,1300,,50",
    "2023-09-04,demi_etp,4,medecine_generale,67,false,1200,1300,80,60",
)


def test_a_row_tells_what_it_can_still_be_and_what_it_leaves_unsaid(tmp_path: Path) -> None:
    source, output = written(tmp_path / "in.csv", *UNSAID), tmp_path / "out.jsonl"
    result = batch(source, "-o", output, "--missing", "--unsaid", policies=None)
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    assert [row["assumptions"] for row in rows] == [["hypothese.embauche"], None, None]
    assert [row["rights"] for row in rows] == [None, ["droit.changement_option"], ["droit.avenant_65_ans"]]
    assert [row["readings"] for row in rows] == [None, ["indicateur_de_tranche"], None]
    left = ["tranche_activite=p50_p90|p90_p95|p95_plus", "aide.montant_annuel=11000|13000|19000"]
    assert [row["can_be"] for row in rows] == [None, left, None]


def test_columns_of_ones_own_called_like_those_of_results_stay_as_they_are(tmp_path: Path) -> None:
    own = {"prime.centimes": [12345], "dossier.status": [3], "contrat.date_signature": [dt.date(2025, 1, 10)]}
    pl.DataFrame(own).write_parquet(tmp_path / "in.parquet")
    result = batch(tmp_path / "in.parquet", "-o", tmp_path / "out.parquet", "--missing")
    assert result.exit_code == 0, result.output
    frame = pl.read_parquet(tmp_path / "out.parquet")
    assert frame.select(*own).to_dict(as_series=False) == own
    assert frame["missing"].null_count() == 0


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_a_column_of_ones_own_called_like_a_pattern_is_that_column(suffix: str, tmp_path: Path) -> None:
    own = {"contrat.date_signature": ["2025-01-10"], "*": ["x"], "^.*$": ["y"]}
    source = tmp_path / f"in.{suffix}"
    frame = pl.DataFrame(own)
    {"csv": frame.write_csv, "parquet": frame.write_parquet, "jsonl": frame.write_ndjson}[suffix](source)
    result = batch(source, "-o", tmp_path / "out.jsonl")
    assert result.exit_code == 0, result.output
    (row,) = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {name: [row[name]] for name in own} == own


def test_a_day_beyond_those_of_python_is_refused_in_a_fact_and_kept_in_a_column_of_ones_own(tmp_path: Path) -> None:
    far = pl.Series([2_932_897, 1]).cast(pl.Date)  # the first day of the year 10000
    signed = pl.Series(["2025-01-10"] * 2).str.to_date()
    frame = pl.DataFrame({"contrat.date_signature": signed, "own": far, "medecin.date_naissance": far})
    frame.write_parquet(tmp_path / "in.parquet")
    output = tmp_path / "out.csv"
    assert batch(tmp_path / "in.parquet", "-o", output).exit_code == 0
    assert [(each["row"], each["column"]) for each in rejected(output)] == [("1", "medecin.date_naissance")]
    frame.drop("medecin.date_naissance").write_parquet(tmp_path / "in.parquet")
    for name in ("out.csv", "out.xlsx"):
        result = batch(tmp_path / "in.parquet", "-o", tmp_path / name, "--missing")
        assert result.exit_code == 0, result.output
    assert "10000-01-01" in output.read_text(encoding="utf-8")


def test_a_column_of_ones_own_called_like_one_not_asked_for_keeps_its_texts(tmp_path: Path) -> None:
    head = "contrat.date_signature;missing;can_be"
    source, output = written(tmp_path / "in.csv", head, "10/01/2025;rien du tout;oui"), tmp_path / "out.csv"
    result = batch(source, "-o", output, "--lang", "fr")
    assert result.exit_code == 0, result.output
    assert "\n10/01/2025;rien du tout;oui;" in output.read_text(encoding="utf-8-sig")


def test_people_read_it_in_words(tmp_path: Path) -> None:
    source, output = written(tmp_path / "in.csv", *(line.replace(",", ";") for line in UNSAID)), tmp_path / "out.csv"
    asked = ("-o", output, "--missing", "--unsaid", "--lang", "fr")
    assert avenant("batch", str(source), *map(str, asked)).exit_code == 0
    with output.open(encoding="utf-8-sig", newline="") as stream:
        hire, open_, aged = csv.DictReader(stream, delimiter=";")
    assert hire["Hypothèses"] == "Faute de jour d'embauche, les années du contrat se comptent de la signature"
    left = "Maximum de l'année, avant vérification\u00a0: 11000 €, 13000 € ou 19000 €"
    assert left in open_["Valeurs encore possibles"]
    assert aged["Droits à demander"] == "Objectif assoupli à 65 ans"


def test_what_a_number_can_still_be_is_written_as_its_column_writes_it(tmp_path: Path) -> None:
    """A third of one of three amounts; one of them or nothing, as the active file fell or not; then the ends alone."""
    now = "patientele.mt_actuelle,patientele.fa_actuelle,medecin.secteur"
    facts = f"{UNSAID[0]},contrat.objectif_mt,contrat.objectif_fa,{now}"
    start = "2024-09-02,demi_etp,3,medecine_generale,50,false,1200,1300,,50,1500,1600"
    lines = (facts, f"{start},1300,1300,", f"{start},1500,,", f"{start},,,secteur_1")
    source = written(tmp_path / "in.csv", *(line.replace(",", ";") for line in lines))
    output = tmp_path / "out.csv"
    asked = ("-o", output, "--missing", "--lang", "fr")
    assert avenant("batch", str(source), *map(str, asked)).exit_code == 0
    with output.open(encoding="utf-8-sig", newline="") as stream:
        third, open_, bounded = (row["Valeurs encore possibles"] for row in csv.DictReader(stream, delimiter=";"))
    assert "Aide due pour l'année\u00a0: 3666,67 €, 4333,33 € ou 6333,33 €" in third
    assert "0 ou 1\u00a0; Aide due pour l'année\u00a0: 0 €, 11000 €, 13000 € ou 19000 €" in open_
    assert "Aide due pour l'année\u00a0: entre 0 € et 19000 €" in bounded


def test_the_summary_counts_signatures_without_rules_apart_from_undetermined_cases(tmp_path: Path) -> None:
    source = tmp_path / "cases.csv"
    source.write_text(
        "contrat.date_signature,beneficiaire\n2019-08-15,medecin_liberal\n2025-01-10,medecin_liberal\n",
        encoding="utf-8",
    )
    said = avenant("batch", str(source), "-o", str(tmp_path / "out.csv"), "--lang", "en").stdout
    rows = [line.split("  ")[1:] for line in said.splitlines() if line.startswith("  ")]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert cells[0] == ["Convention", "Cases", "undetermined", "outside the rules"]
    assert ["2024-2029 medical convention", "1", "1", "0"] in cells
    assert ["The scheme began on 1 September 2019: no aid existed yet", "1", "0", "1"] in cells
    assert ["Total", "2", "1", "1"] in cells
    assert ["Total", "€0", "€0", "€0", "1"] in cells, "no amount is owed where no aid existed"
    assert max(map(len, said.splitlines())) <= 100
