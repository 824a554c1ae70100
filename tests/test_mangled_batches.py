"""Files that were never meant to be read: every one is decided, refused row by row, or refused with its place."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from batches import GOOD, HEADER, LINE, batch, codes, rejected, written
from conftest import Effort

from engine.bulk.files import run_batch
from engine.bulk.frame import evaluate_frame
from engine.bulk.job import Job
from engine.errors import InputFault, Problem
from engine.evaluation.session import Session

SEED = 61
SWEEP = 3000
SLOWER = 10  # times the processor may take for a file that is four times as long: it would be 16 in the square
SNIPPETS = [b'"', b'""', b",", b"\n", b"\r", b"\r\n", b"\x00", b"\xff", b"\xed\xa0\x80", b'"\\ud800"', b"{", b"["]
SNIPPETS += [b"9" * 30, b"=1+1", b" ", b"\t", b";", b"\xc3\xa9", b"\xe2\x80\xa8", b"null", b"-", b"1e9", b"NaN"]


def decided(output: Path) -> int:
    return len(pl.read_csv(output, infer_schema=False))


def test_lines_that_end_as_on_old_macintosh_are_read(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes("\r".join([f"note,{HEADER}", f'"a,b",{LINE}', f"c,{LINE}", ""]).encode())
    assert batch(source, "-o", tmp_path / "out.csv").exit_code == 0
    assert pl.read_csv(tmp_path / "out.csv")["note"].to_list() == ["a,b", "c"]


def test_a_space_before_a_quoted_cell_refuses_its_row_as_a_case_would(tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", f"{HEADER},medecin.specialite", f'{LINE}, "chirurgie"', f'{LINE},"chirurgie"')
    assert batch(source, "-o", tmp_path / "out.csv").exit_code == 0
    assert [(line["row"], line["column"]) for line in rejected(tmp_path / "out.csv")] == [("2", "medecin.specialite")]
    assert decided(tmp_path / "out.csv") == 1


def test_zeros_before_a_number_do_not_count(tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", HEADER, "2024-09-02,demi_etp,1,0000000000000000000775")
    assert batch(source, "-o", tmp_path / "out.csv").exit_code == 0
    assert pl.read_csv(tmp_path / "out.csv")["patientele.mt_depart"].to_list() == [775]


def test_text_in_quotes_of_its_own_is_no_date(tmp_path: Path) -> None:
    source = written(tmp_path / "in.jsonl", json.dumps({"contrat.date_signature": '"2024-09-02"'}), json.dumps(GOOD))
    assert batch(source, "-o", tmp_path / "out.csv").exit_code == 0
    assert [line["row"] for line in rejected(tmp_path / "out.csv")] == ["1"]


def test_a_moment_too_fine_for_a_case_is_refused_and_stops_nothing(tmp_path: Path) -> None:
    day = pl.Series("contrat.date_signature", [dt.datetime(2024, 9, 2)] * 2, dtype=pl.Datetime("ns"))
    frame = pl.DataFrame([day]).with_columns(pl.col(day.name) + pl.duration(nanoseconds=pl.Series([1, 0])))
    frame.write_parquet(tmp_path / "in.parquet")
    assert batch(tmp_path / "in.parquet", "-o", tmp_path / "out.csv").exit_code == 0
    assert [(line["row"], line["code"]) for line in rejected(tmp_path / "out.csv")] == [("1", "row-unread")]


@pytest.mark.parametrize("name", ["patientele.mt_depart", "medecin.optam", "contrat.option", "contrat.date_embauche"])
def test_a_column_without_a_type_is_a_column_without_values(name: str, tmp_path: Path) -> None:
    frame = pl.DataFrame({"contrat.date_signature": [dt.date(2024, 9, 2)], name: pl.Series([None], dtype=pl.Null)})
    frame.write_parquet(tmp_path / "in.parquet")
    assert batch(tmp_path / "in.parquet", "-o", tmp_path / "out.csv").exit_code == 0
    assert decided(tmp_path / "out.csv") == 1


@pytest.mark.parametrize(
    ("own", "suffix"),
    [
        (pl.Series([b"\xff"]), "csv"),
        (pl.Series([b"\xff"]), "jsonl"),
        (pl.Series([[b"\xff"]]), "jsonl"),
        (pl.Series([dt.timedelta(1)]), "csv"),
        (pl.Series([[1]], dtype=pl.Array(pl.Int64, 1)), "csv"),
    ],
)
def test_an_own_column_that_a_format_cannot_hold_is_told(own: pl.Series, suffix: str, tmp_path: Path) -> None:
    frame = pl.DataFrame({"contrat.date_signature": [dt.date(2024, 9, 2)], "own": own})
    frame.write_parquet(tmp_path / "in.parquet")
    assert codes(batch(tmp_path / "in.parquet", "-o", tmp_path / f"out.{suffix}")) == ["output-nested"]
    assert batch(tmp_path / "in.parquet", "-o", tmp_path / "out.parquet").exit_code == 0


def test_a_column_without_a_name_before_others_is_kept(tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", f"{HEADER},,note", f'{LINE},"x",')
    assert batch(source, "-o", tmp_path / "out.csv").exit_code == 0
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").startswith(f'{HEADER},"",note,convention')


def test_half_a_character_refuses_its_line(tmp_path: Path) -> None:
    lines = [
        json.dumps(GOOD | {"x": "\ud800"}),
        json.dumps(GOOD | {"\ud800": 1}),
        json.dumps(GOOD | {"x": "\U0001f600"}),
    ]
    assert batch(written(tmp_path / "in.jsonl", *lines), "-o", tmp_path / "out.csv").exit_code == 0
    assert [(line["row"], line["code"]) for line in rejected(tmp_path / "out.csv")] == [
        ("1", "row-json"),
        ("2", "row-json"),
    ]
    assert decided(tmp_path / "out.csv") == 1


def test_a_header_cell_of_any_length_is_told(tmp_path: Path) -> None:
    source = written(tmp_path / "in.csv", f"{'x' * 200_000},{HEADER}", f"1,{LINE}")
    assert batch(source, "-o", tmp_path / "out.parquet").exit_code == 0
    assert codes(batch(written(source, f"{'x' * 2_000_000},{HEADER}"), "-o", tmp_path / "out.csv")) == ["file-damaged"]


def test_text_that_a_spreadsheet_would_run_is_written_as_text(tmp_path: Path) -> None:
    own = ["=cmd|'/C calc'!A0", "@SUM(A1)", "+1+1", "-2+3", "-12.5", "+33", "plain", "-"]
    lines = [f"=note,{HEADER}", *(f"{cell},{LINE}" for cell in own)]
    assert batch(written(tmp_path / "in.csv", *lines), "-o", tmp_path / "out.csv").exit_code == 0
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header[0] == "'=note"
    assert [row[0] for row in rows] == [
        "'=cmd|'/C calc'!A0",
        "'@SUM(A1)",
        "'+1+1",
        "'-2+3",
        "-12.5",
        "+33",
        "plain",
        "-",
    ]
    source = written(tmp_path / "=1.csv", HEADER, "2024-09-02,no,1,900")
    assert batch(source, "-o", tmp_path / "2.csv").exit_code == 1  # not a row was decided
    assert not any(cell.startswith("=") for line in rejected(tmp_path / "2.csv") for cell in line.values())


def grows_with(count: int, decide: Callable[[int], object]) -> bool:
    """Whether a file four times as long costs about four times as much, however fast the machine is.

    One of three tries is enough: what else the machine does only adds, and a square always shows.
    """

    def spent(size: int) -> float:
        start = time.process_time()
        decide(size)
        return time.process_time() - start

    return any(SLOWER * spent(count // 4) > spent(count) for _ in range(3))


def test_one_stray_quote_costs_no_more_than_its_file(tmp_path: Path) -> None:
    def decide(count: int) -> None:
        rows = (f'2024-09-02,"a{number}"' for number in range(count))
        source = written(tmp_path / "in.csv", "contrat.date_signature,note", '2024-09-02,"oops', *rows)
        batch(source, "-o", tmp_path / "out.parquet")

    assert grows_with(20_000, decide)
    assert len(pl.read_parquet(tmp_path / "out.parquet")) == 20_000
    assert [(line["row"], line["code"]) for line in rejected(tmp_path / "out.parquet")] == [("2", "row-quotes")]


@pytest.mark.parametrize("stem", ["colonne_supplementaire_de_dossier_", "contrat.sans_objet_"])
def test_a_header_of_very_many_columns_costs_no_more_than_its_file(stem: str, tmp_path: Path) -> None:
    def decide(count: int) -> None:
        names = [f"{stem}{number}" for number in range(count)]
        source = written(tmp_path / "in.csv", ",".join([HEADER, *names]), LINE + "," * len(names))
        batch(source, "-o", tmp_path / "out.parquet")

    assert grows_with(4_000, decide)


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet"])
def test_a_mangled_file_is_decided_or_refused_with_its_place(
    suffix: str, tmp_path: Path, small: Session, effort: Effort
) -> None:
    rng = random.Random(SEED)
    whole = _whole(suffix)
    source, output = tmp_path / f"in.{suffix}", tmp_path / "out.csv"
    for number in range(effort.of(SWEEP, part=120)):
        source.write_bytes(_mangled(rng, whole))
        job = Job((str(source),), str(output if number % 3 else tmp_path / "out.jsonl"), {})
        assert all(problem.location.file for problem in faults_of(job, small))


def faults_of(job: Job, rules: Session) -> tuple[Problem, ...]:
    try:
        run_batch(job, rules)
    except InputFault as error:
        return error.problems
    return ()


def _whole(suffix: str) -> bytes:
    rows: list[dict[str, Any]] = [GOOD | {"medecin.optam": True, "note": f'a "{n}"', "x": n / 3} for n in range(30)]
    if suffix == "jsonl":
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    frame, buffer = pl.DataFrame(rows), io.BytesIO()
    (frame.write_csv if suffix == "csv" else frame.write_parquet)(buffer)
    return buffer.getvalue()


def _mangled(rng: random.Random, whole: bytes) -> bytes:
    content = bytearray(whole)
    for _ in range(rng.randint(1, 4)):
        place, size = rng.randrange(len(content) + 1), rng.randint(1, 40)
        match rng.randrange(5):
            case 0:
                content[place:place] = rng.choice(SNIPPETS)
            case 1:
                del content[place : place + size]
            case 2:
                content[place : place + size] = rng.randbytes(size)
            case 3:
                content[place:place] = content[rng.randrange(len(content) + 1) :][:size]
            case _:
                del content[place:]
    return bytes(content)


def test_a_frame_of_the_wrong_types_is_refused_column_by_column(small: Session) -> None:
    frame = pl.DataFrame({"contrat.date_signature": [3], "contrat.annee": ["x"], "medecin.optam": [1]})
    with pytest.raises(InputFault) as caught:
        evaluate_frame(frame, small)
    assert [problem.code for problem in caught.value.problems] == ["column-type"] * 3
    days, words = ["2024-09-02", "2024-02-30", "2/9/24"], ["medecine_generale", None, "generaliste"]
    with pytest.raises(InputFault) as caught:
        evaluate_frame(pl.DataFrame({"contrat.date_signature": days, "medecin.specialite": words}), small)
    found = {(problem.code, problem.location.line, problem.values["name"]) for problem in caught.value.problems}
    assert found == {("day-missing", 2, "contrat.date_signature"), ("fact-value", 3, "medecin.specialite")}
