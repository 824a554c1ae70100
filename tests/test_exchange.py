"""Numbers go to a spreadsheet and come back: a changed cell changes one number of one line, and nothing else moves."""

from __future__ import annotations

import contextlib
import csv
import io
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from command import CONVENTIONS, LANGUAGES, ROOT, avenant, refused
from conftest import CHARACTERS, Effort
from hypothesis import given
from hypothesis import strategies as st
from small_rules import SMALL, rewrite

from engine.comparison.edits.structure import edits
from engine.errors import InputFault, Location, UsageFault
from engine.escaping import in_cell
from engine.evaluation.session import Session
from engine.exchange import writing as exchange_write
from engine.exchange.importing import SheetChange, changed_to, changes
from engine.exchange.tables import (
    COLUMNS,
    TABLE,
    VALUE,
    TableEntry,
    cited_text,
    entries,
    read_row,
    read_sources,
    row_text,
)
from engine.exchange.writing import Since, behind, planned, replaced, with_values, write_rules
from engine.language.expressions import Literal, Unpublished
from engine.policy import loader
from engine.policy.build import build
from engine.policy.model import Convention, DecisionTable
from engine.policy.reading import load_registry, load_vocabulary
from engine.report.exchange_page import table_csv

NEW = "2024_convention"
NOUVELLE, AMOUNT = "nouvelle", "aide.montant_annuel"  # of the small policies


@pytest.fixture(scope="module")
def conventions(session: Session) -> dict[str, Convention]:
    return dict(session.registry.conventions)


def copy_into(folder: Path, *conventions: str) -> Path:
    for name in conventions:
        shutil.copytree(ROOT / "policies" / name, folder / "policies" / name)
    return folder / "policies"


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Copies of all policies and of one text that every test leaves as they are."""
    folder = tmp_path_factory.mktemp("untouched")
    copy_into(folder / "all", *(path.parent.name for path in (ROOT / "policies").glob("*/convention.yaml")))
    copy_into(folder / "one", NEW)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*.yaml")}
    yield folder
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*.yaml")} == before


@pytest.fixture
def all_texts(untouched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder with all policies, as the one one works in."""
    monkeypatch.chdir(untouched / "all")


@pytest.fixture
def one_text(untouched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder with one text, as the one one works in."""
    monkeypatch.chdir(untouched / "one")


def rows(text: str, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text), delimiter=separator))


def sheet(lines: list[list[str]], separator: str = ",") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(lines)
    return text.getvalue().encode()


def exported(names: list[str], *pairs: tuple[str, str], convention: str = NOUVELLE, lang: str = "en") -> None:
    """An export with values replaced, as ``x.csv``."""
    separator = ";" if lang == "fr" else ","
    lines = rows(avenant("table", "export", convention, *names, "--lang", lang).stdout, separator)
    for line in lines[1:]:
        line[VALUE] = dict(pairs).get(line[VALUE], line[VALUE])
    Path("x.csv").write_bytes(sheet(lines, separator))


def published(convention: Convention) -> list[tuple[TableEntry, int | Decimal]]:
    """The entries that have a number."""
    return [
        (entry, entry.value.value)
        for entry in entries(convention)
        if isinstance(entry.value, Literal) and isinstance(entry.value.value, int | Decimal)
    ]


def codes(content: bytes, convention: Convention) -> list[tuple[str, int, int]]:
    """The code, line and column of each fault of a file."""
    with pytest.raises(InputFault) as error:
        changes(content, "x.csv", convention)
    return [(p.code, p.location.line, p.location.column) for p in error.value.problems]


# Every number


@pytest.mark.parametrize("name", CONVENTIONS)
def test_every_number_of_tables_and_parameters_is_exported_once(name: str, conventions: dict[str, Convention]) -> None:
    convention = conventions[name]
    numbers = [
        value
        for item in convention.items.values()
        for value in (
            [row.then for row in item.body.rows] if isinstance(item.body, DecisionTable) and item.unit else []
        )
    ]
    found = entries(convention)
    assert sorted(entry.value.at for entry in found) == sorted(value.at for value in numbers)
    assert len({entry.key for entry in found}) == len(found)
    assert len(rows(table_csv(found, convention, "fr", ","))) == len(found) + 1


@pytest.mark.parametrize("name", CONVENTIONS)
def test_each_changed_cell_changes_one_number_of_one_line_and_one_value_of_the_model(
    name: str, conventions: dict[str, Convention], effort: Effort
) -> None:
    folder, facts = ROOT / "policies" / name, load_vocabulary()[0]
    head = loader.load(folder / "convention.yaml").root()
    documents = {
        str(path): loader.load(path).root() for path in sorted(folder.glob("*.yaml")) if path.name != "convention.yaml"
    }
    before = build(head, list(documents.values()), "")[0]
    lines = rows(table_csv(entries(before), before, "en", ","))
    for entry, value in effort.share(published(before), 3, part=30):
        wanted = next(i for i, line in enumerate(lines) if line[:1] + line[2:4] == list(entry.key))
        changed = [list(line) for line in lines]
        changed[wanted][VALUE] = str(value + 1)
        (found,) = changes(sheet(changed), "x.csv", before)
        assert found.entry is not None
        assert (found.entry.key, found.was.value, found.value) == (entry.key, value, value + 1)
        at = entry.value.at
        content = Path(at.file).read_bytes()
        after = replaced(content, at.file, [found])
        assert_one_line(content, after, at, str(value), str(value + 1))
        again = {**documents, at.file: loader.parse(after, at.file).root()}
        built = build(head, list(again.values()), "")[0]
        assert edits(with_values(before, {at: value + 1}), built, facts) == ()
        (part,) = edits(before, built, facts)
        assert (part.item, part.weight) == (entry.item.id, "rule")


def assert_one_line(before: bytes, after: bytes, at: Location, old: str, new: str) -> None:
    """One line differs, by ``new`` in place of ``old`` at its place and by nothing else."""
    pairs = list(zip(before.decode().split("\n"), after.decode().split("\n"), strict=True))
    ((index, line, other),) = [(i, *pair) for i, pair in enumerate(pairs, 1) if pair[0] != pair[1]]
    start = at.column - 1
    assert (index, line[start : start + len(old)]) == (at.line, old)
    assert other == line[:start] + new + line[start + len(old) :]


@pytest.mark.turns(name=CONVENTIONS, lang=LANGUAGES)
@pytest.mark.usefixtures("all_texts")
def test_what_is_exported_and_comes_back_unchanged_changes_nothing(name: str, lang: str) -> None:
    assert avenant("table", "export", name, "-o", "x.csv", "--lang", lang).exit_code == 0
    result = avenant("table", "import", name, "x.csv", "--correct", "--lang", lang)
    assert result.exit_code == 0, result.output
    assert ("No value changes" if lang == "en" else "Aucune valeur ne change") in result.stdout


# The way of a table through the commands


def test_a_changed_amount_is_shown_and_written_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    funding = copy_into(tmp_path, NEW) / NEW / "funding.yaml"
    avenant("table", "export", NEW, "aide.bareme", "--lang", "fr", "-o", "bareme.csv")
    assert Path("bareme.csv").read_bytes().startswith(b"\xef\xbb\xbf"), "what a French Excel opens with a double click"
    text = Path("bareme.csv").read_text(encoding="utf-8").replace(";EUR;14000;", ";EUR;14250,50;")
    Path("bareme.csv").write_text(text, encoding="utf-8")
    before = funding.read_bytes()
    shown = avenant("table", "import", NEW, "bareme.csv", "--lang", "fr")
    assert shown.exit_code == 0
    assert "14\u202f000\u202f€ → 14\u202f250,50\u202f€" in shown.stdout
    assert f"policies/{NEW}/funding.yaml:17:75" in shown.stdout
    assert "Rien n'est écrit" in shown.stdout
    assert funding.read_bytes() == before
    written = avenant("table", "import", NEW, "bareme.csv", "--lang", "fr", "--correct")
    assert f"Corrigé : policies/{NEW}/funding.yaml." in " ".join(written.stdout.split())
    assert_one_line(before, funding.read_bytes(), Location("", 17, 75), "14000", "14250.5")
    assert "Aucune valeur ne change" in avenant("table", "import", NEW, "bareme.csv", "--lang", "fr").stdout


def test_several_values_of_several_files_are_written_together(small: Path) -> None:
    exported([], ("19000", "19500"), ("38000", "38500"), ("1045", "1050"))
    before = {path: path.read_bytes().split(b"\n") for path in sorted(small.rglob("*.yaml"))}
    assert avenant("table", "import", NOUVELLE, "x.csv", "--correct").exit_code == 0
    after = {path: path.read_bytes().split(b"\n") for path in before}
    touched = {
        path.name: sum(one != other for one, other in zip(before[path], after[path], strict=True))
        for path in before
        if before[path] != after[path]
    }
    assert touched == {"regles.yaml": 2, "seuils.yaml": 1}


def test_a_number_that_words_say_is_written_and_changes_its_words(small: Path) -> None:
    path = small / NOUVELLE / "seuils.yaml"
    label = "label: {fr: 'Seuil de {seuil.mt.p50}', en: 'Threshold of {seuil.mt.p50}'}"
    path.write_text(SECOND_FILE.replace("label: {fr: Seuil, en: Threshold}", label), encoding="utf-8")
    exported([], ("1045", "1050"))
    assert avenant("table", "import", NOUVELLE, "x.csv", "--correct").exit_code == 0
    assert "value: 1050" in path.read_text(encoding="utf-8")


def test_line_ends_quotes_a_mark_and_other_scripts_stay_as_they_are(small: Path) -> None:
    path = small / NOUVELLE / "regles.yaml"
    text = path.read_text(encoding="utf-8").replace(", then: 19000", ",   then:   19000  ")
    text = text.replace("Montant annuel de l'aide", "Montant annuel de l'aide 𝄞", 1)
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    path.chmod(0o640)
    before = path.read_bytes()
    exported([AMOUNT], ("19000", "7"), ("38000", "8"))
    assert avenant("table", "import", NOUVELLE, "x.csv", "--correct").exit_code == 0
    wanted = before.replace(b"then:   19000  ", b"then:   7  ").replace(b"then: 38000", b"then: 8")
    assert path.read_bytes() == wanted != before
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_link_stays_a_link_and_what_it_leads_to_is_edited(small: Path, tmp_path: Path) -> None:
    path = small / NOUVELLE / "regles.yaml"
    shutil.move(path, tmp_path / "real.yaml")
    path.symlink_to(tmp_path / "real.yaml")
    exported([AMOUNT], ("19000", "20000"))
    assert avenant("table", "import", NOUVELLE, "x.csv", "--correct").exit_code == 0
    assert path.is_symlink()
    assert "then: 20000" in (tmp_path / "real.yaml").read_text(encoding="utf-8")


def test_only_the_tables_asked_for_are_exported_and_a_part_may_come_back(conventions: dict[str, Convention]) -> None:
    convention = conventions[NEW]
    lines = rows(table_csv(entries(convention, ["seuil.mt.p30", "aide.bareme"]), convention, "en", ","))
    assert list(dict.fromkeys(line[TABLE] for line in lines[1:])) == ["seuil.mt.p30", "aide.bareme"]
    lines[1][VALUE] = "780"
    assert [(c.was.value, c.value) for c in changes(sheet(lines[:2]), "x.csv", convention)] == [(775, 780)]
    assert changes(sheet([lines[0], *reversed(lines[2:])]), "x.csv", convention) == ()


@pytest.mark.parametrize(
    ("asked", "code", "close"),
    [
        ("aide.barem", "unknown-item", "aide.bareme"),
        ("specialite.ouverture", "table-not-numeric", None),
        ("eligibilite", "table-not-numeric", None),
    ],
)
def test_what_is_no_table_of_numbers_is_wrong_usage(
    asked: str, code: str, close: str | None, conventions: dict[str, Convention]
) -> None:
    with pytest.raises(UsageFault) as error:
        entries(conventions["2019_avenant7"], [asked])
    assert (error.value.problems[0].code, error.value.problems[0].nearest) == (code, close)
    assert refused(avenant("table", "export", "2019_avenant7", asked, "--policies", "policies"), status=2)


# What a spreadsheet does to a file


@pytest.fixture
def lines(conventions: dict[str, Convention]) -> list[list[str]]:
    """The rows of the 2024 convention as exported for a French spreadsheet."""
    return rows(table_csv(entries(conventions[NEW]), conventions[NEW], "fr", ";"), ";")


def row_of(lines: list[list[str]], table: str, number: int = 1) -> list[str]:
    return next(line for line in lines if line[:2] == [table, str(number)])


def test_quotes_line_ends_blank_rows_and_dates_with_the_day_first_are_taken(
    lines: list[list[str]], conventions: dict[str, Convention]
) -> None:
    row = row_of(lines, "seuil.mt.p30")
    row[3] = "22/06/2024"
    row[VALUE] = " 780,00 "
    text = io.StringIO()
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL).writerows([*lines, [""] * 8])
    content = b"\xef\xbb\xbf" + text.getvalue().encode() + b"\r\n"
    (found,) = changes(content, "x.csv", conventions[NEW])
    assert (found.value, type(found.value)) == (780, int)


def test_a_decimal_comma_is_read_where_it_separates_nothing(
    lines: list[list[str]], conventions: dict[str, Convention]
) -> None:
    row = row_of(lines, "assistant.heures_par_semaine")
    assert row[VALUE] == "17,5"
    for text, new in (("17,75", "17.75"), ("17.75", "17.75"), ("17,50", None), ("18,0", "18")):
        row[VALUE] = text
        found = changes(sheet(lines, ";"), "x.csv", conventions[NEW])
        assert [str(one.value) for one in found] == ([] if new is None else [new])
    lines[0] = list(COLUMNS["fr"])
    row[VALUE] = "17,75"
    faults = codes(sheet(lines, ","), conventions[NEW])
    assert {code for code, *_ in faults} == {"exchange-number"}


@given(st.text(CHARACTERS, min_size=1))
def test_no_text_of_a_rule_becomes_a_formula(text: str) -> None:
    assert not in_cell(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_source_that_begins_like_a_formula_is_made_harmless_and_still_recognised(
    conventions: dict[str, Convention],
) -> None:
    convention = conventions[NEW]
    titled = {id_: replace(source, title=f"=cmd|{source.title}") for id_, source in convention.sources.items()}
    convention = replace(convention, sources=titled)
    found = rows(table_csv(entries(convention), convention, "en", ","))
    assert all(line[6].startswith("'=") for line in found[1:])
    assert changes(sheet(found), "x.csv", convention) == ()
    for line in found[1:]:
        line[6] = line[6].removeprefix("'")
    assert changes(sheet(found), "x.csv", convention) == ()


# What is wrong with a file


def test_every_fault_of_a_file_is_told_at_once_with_line_and_column(
    lines: list[list[str]], conventions: dict[str, Convention]
) -> None:
    place = {line[0] + line[1]: number for number, line in enumerate(lines, 1)}
    row_of(lines, "aide.bareme", 1)[VALUE] = "19 000"
    row_of(lines, "aide.bareme", 2)[4] = "patients"
    row_of(lines, "aide.bareme", 3)[2] = "annee: 9"
    row_of(lines, "aide.bareme", 4)[VALUE] = ""
    row_of(lines, "aide.bareme", 5)[VALUE] = "19000,005"
    row_of(lines, "aide.bareme", 11)[VALUE] = "30000"
    row_of(lines, "seuil.mt.p30")[VALUE] = "775,5"
    row_of(lines, "seuil.mt.p50").append("more")
    lines.append(list(row_of(lines, "aide.bareme", 6)))
    assert codes(sheet(lines, ";"), conventions[NEW]) == [
        ("exchange-number", place["aide.bareme1"], 6),
        ("exchange-read-only", place["aide.bareme2"], 5),
        ("exchange-row", place["aide.bareme3"], 1),
        ("exchange-emptied", place["aide.bareme4"], 6),
        ("exchange-decimals", place["aide.bareme5"], 6),
        ("exchange-unpublished", place["aide.bareme11"], 6),
        ("exchange-decimals", place["seuil.mt.p301"], 6),
        ("row-fields", place["seuil.mt.p501"], 1),
        ("exchange-twice", len(lines), 1),
    ]


@pytest.mark.parametrize("column", [1, 4, 6, 7])
def test_each_read_only_column_is_guarded(
    column: int, lines: list[list[str]], conventions: dict[str, Convention]
) -> None:
    lines[1][column] += "x"
    assert codes(sheet(lines, ";"), conventions[NEW]) == [("exchange-read-only", 2, column + 1)]


@pytest.mark.parametrize("column", [0, 2, 3])
def test_a_changed_key_is_an_unknown_row(
    column: int, lines: list[list[str]], conventions: dict[str, Convention]
) -> None:
    lines[1][column] += "x"
    assert codes(sheet(lines, ";"), conventions[NEW]) == [("exchange-row", 2, 1)]


def test_a_misspelt_table_is_told_with_the_nearest_and_a_row_left_out_is_not_taken_away(
    lines: list[list[str]], conventions: dict[str, Convention], tmp_path: Path
) -> None:
    kept = tmp_path / "kept.csv"
    kept.write_bytes(sheet(lines[:-1], ";"))
    result = avenant("table", "import", NEW, str(kept), "--lang", "fr")
    assert "Une ligne laissée de côté n'est pas retirée." in " ".join(result.stdout.split())
    name = lines[1][0]
    lines[1][0] = name[:-1]
    with pytest.raises(InputFault) as told:
        changes(sheet(lines, ";"), "in.csv", conventions[NEW])
    assert [problem.nearest for problem in told.value.problems] == [name]


@pytest.mark.parametrize(
    "text",
    ["1e3", "0x10", "01", "+5", "=1+1", "5 €", "5%", "1.000.000", "1,000,000", "--5", ".5", "5.", "NaN", "9" * 19],
)
def test_what_is_not_plainly_a_number_is_refused(
    text: str, lines: list[list[str]], conventions: dict[str, Convention]
) -> None:
    row_of(lines, "assistant.heures_par_semaine")[VALUE] = text
    assert [code for code, *_ in codes(sheet(lines, ";"), conventions[NEW])] == ["exchange-number"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file-empty"),
        (b"\xef\xbb\xbf \n", "file-empty"),
        (b"table;unit\xe9\n", "wrong-encoding"),
        (b"table,row,when\n", "exchange-columns"),
        (b"table,row;when,from,unit,value,citation,label\n", "exchange-columns"),
        (b'table,row,when,from,unit,value,citation,label\n"a,1,2', "row-quotes"),
        (b'table,row,when,from,unit,value,citation,label\na,"b"c,,,,,,\n', "row-quotes"),
    ],
)
def test_a_file_that_is_no_export_is_told_so(content: bytes, code: str, conventions: dict[str, Convention]) -> None:
    assert [found for found, *_ in codes(content, conventions[NEW])] == [code]


def test_a_line_is_counted_as_in_an_editor_after_a_cell_of_several_lines(
    lines: list[list[str]], conventions: dict[str, Convention]
) -> None:
    lines[1][7] = lines[1][7].replace(" ", "\n", 2)
    lines[2][VALUE] = "x"
    assert codes(sheet(lines, ";"), conventions[NEW]) == [("exchange-number", 5, 6)]


@cache
def example() -> Convention:
    return load_registry(SMALL).conventions[NOUVELLE]


@given(st.binary(max_size=80), st.booleans())
def test_no_bytes_end_otherwise_than_with_changes_or_faults(content: bytes, headed: bool) -> None:
    convention = example()
    head = b"table,row,when,from,unit,value,citation,label\n" if headed else b""
    with contextlib.suppress(InputFault):
        assert changes(head + content, "x.csv", convention) == ()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_command_tells_faults_in_both_languages_and_writes_nothing(lang: str, small: Path) -> None:
    exported([AMOUNT], ("19000", "beaucoup"), ("13000", "1"), lang=lang)
    before = (small / NOUVELLE / "regles.yaml").read_bytes()
    said = refused(avenant("table", "import", NOUVELLE, "x.csv", "--correct", "--lang", lang))
    assert said.startswith("x.csv:2:6: exchange-number: ")
    assert ("is not a number" if lang == "en" else "n'est pas un nombre") in said
    assert (small / NOUVELLE / "regles.yaml").read_bytes() == before
    assert "file-missing" in refused(avenant("table", "import", NOUVELLE, "nothing.csv"))
    refused(avenant("table", "import", "2031_convention", "x.csv"), status=2)


# What must not go wrong while writing


SECOND_FILE = """parameters:
  - id: seuil.mt.p50
    label: {fr: Seuil, en: Threshold}
    unit: patients
    cite: [{source: texte, at: article 3}]
    values:
      - {from: "2024-06-22", value: 1045}
"""


@pytest.fixture
def small(small_copy: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small policies with numbers in two files, in the folder one works in."""
    (small_copy / "nouvelle" / "seuils.yaml").write_text(SECOND_FILE, encoding="utf-8")
    monkeypatch.chdir(small_copy.parent)
    return small_copy


@pytest.fixture
def found(small: Path) -> tuple[SheetChange, ...]:
    """A change of each file."""
    convention = load_registry(Path("policies")).conventions["nouvelle"]
    numbers = {entry.item.id: (entry, value) for entry, value in published(convention)}
    chosen = [numbers["aide.montant_annuel"], numbers["seuil.mt.p50"]]
    return tuple(changed_to(entry, value + 1) for entry, value in chosen)


def written(found: tuple[SheetChange, ...]) -> tuple[str, ...]:
    registry = load_registry(Path("policies"))
    return write_rules(registry, planned(registry, registry.conventions["nouvelle"], found, Since(None)))


def left_alone(small: Path, found: tuple[SheetChange, ...], code: str) -> None:
    """The write is refused with ``code``, and every file is as it was, with nothing beside it."""
    before = {path: path.read_bytes() for path in small.rglob("*") if path.is_file()}
    with pytest.raises(InputFault) as error:
        written(found)
    assert {problem.code for problem in error.value.problems} == {code}
    assert {path: path.read_bytes() for path in small.rglob("*") if path.is_file()} == before


def test_a_disk_that_fills_up_half_way_leaves_all_files_as_they_were(
    small: Path, found: tuple[SheetChange, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = Path.write_bytes, []

    def full(path: Path, content: bytes) -> int:
        calls.append(path)
        if len(calls) == 2:
            real(path, content[: len(content) // 2])
            raise OSError(28, "No space left on device")
        return real(path, content)

    monkeypatch.setattr(Path, "write_bytes", full)
    left_alone(small, found, "output-unwritable")
    assert len(calls) == 2, "the first file waited for the second"


def test_what_was_written_is_read_again_and_put_back_where_it_is_not_what_was_asked(
    small: Path, found: tuple[SheetChange, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = exchange_write.replaced

    def also(content: bytes, name: str, *wanted: Sequence[Any]) -> bytes:
        return real(content, name, *wanted).replace(b"then: 13000", b"then: 13001")

    monkeypatch.setattr(exchange_write, "replaced", also)
    left_alone(small, found, "exchange-undone")


def test_a_value_that_makes_the_policies_wrong_is_put_back_with_their_fault(
    small: Path, found: tuple[SheetChange, ...]
) -> None:
    left_alone(small, (replace(found[1], value=Decimal("0.5")),), "number-decimals")


def test_a_file_that_changed_in_between_is_not_written(small: Path, found: tuple[SheetChange, ...]) -> None:
    path = small / "nouvelle" / "regles.yaml"
    path.write_text("# Another first line.\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    left_alone(small, found, "exchange-stale")


def test_a_fault_that_was_there_before_does_not_stand_in_the_way(small: Path, found: tuple[SheetChange, ...]) -> None:
    rewrite(small / "ancienne" / "convention.yaml", 'before: "2024', 'before: "2023')
    assert avenant("check").exit_code == 1
    assert len(written(found)) == 2


def test_the_policies_that_came_with_the_program_are_not_edited(small: Path, found: tuple[SheetChange, ...]) -> None:
    registry = replace(load_registry(Path("policies")), origin="package")
    with pytest.raises(UsageFault) as error:
        write_rules(registry, planned(registry, registry.conventions["nouvelle"], found, Since(None)))
    assert error.value.problems[0].code == "exchange-packaged"


def test_values_are_found_where_yaml_counts_other_line_ends(conventions: dict[str, Convention]) -> None:
    (entry, _), *_ = published(conventions[NEW])
    content = "# a\u2028# b\r\n- {then: 19000}\n".encode()
    assert loader.parse(content, "x").at((0, "then")) == Location("x", 3, 10)
    moved = replace(entry, value=Literal(19000, Location("x", 3, 10)))
    assert replaced(content, "x", [changed_to(moved, 1)]) == content.replace(b"19000", b"1")


def test_an_unpublished_value_is_an_empty_cell(conventions: dict[str, Convention], lines: list[list[str]]) -> None:
    empty = {(line[0], line[1]) for line in lines if line[VALUE] == ""}
    unpublished = {(e.item.id, str(e.number)) for e in entries(conventions[NEW]) if isinstance(e.value, Unpublished)}
    assert empty == unpublished != set()


SINCE = ("--from", "2027-01-01", "--cite", "texte, article 4")


def test_a_value_that_changes_from_a_day_on_is_added_and_what_held_before_stays(small: Path) -> None:
    exported([], ("19000", "19500"), ("1045", "1050"))
    before = {path: path.read_text(encoding="utf-8").splitlines() for path in sorted(small.rglob("*.yaml"))}
    result = avenant("table", "import", NOUVELLE, "x.csv", *SINCE, "--lang", "fr")
    assert result.exit_code == 0, result.output
    assert "Ajouté à partir du 01/01/2027" in result.stdout
    assert "Les valeurs d'avant demeurent" in " ".join(result.stdout.split())
    added = []
    for path, old in before.items():
        new = path.read_text(encoding="utf-8").splitlines()
        added += [line.strip() for line in new if line not in old]
        assert [line for line in new if line in old] == old, "nothing else moves"
    cite = 'cite: [{source: texte, at: "article 4"}]'
    assert added == [
        f'- {{option: demi_etp, annee: {{before: 3}}, from: "2027-01-01", then: 19500, {cite}}}',
        f'- {{from: "2027-01-01", value: 1050, {cite}}}',
    ]
    assert avenant("check").exit_code == 0
    assert "Aucune valeur" not in avenant("table", "import", NOUVELLE, "x.csv", "--lang", "fr").stdout


NEW_ROW = ["aide.bareme", "", "annee: {from: 1}, option: tiers_etp", "", "", "6500", "ameli_2024, options", ""]


def with_row(column: int, text: str, *tables: str) -> None:
    """An export with the new row, one cell of which is another, as ``x.csv``."""
    lines = rows(avenant("table", "export", NEW, *(tables or ("aide.bareme",)), "--lang", "en").stdout)
    new = list(NEW_ROW)
    new[column] = text
    Path("x.csv").write_bytes(sheet([*lines, new]))


WRONG = [
    (0, "aide.barem", "unknown-item", "aide.bareme"),
    (1, "12", "exchange-row", "row"),
    (2, "anee: {from: 1}, option: tiers_etp", "unknown-input", "anee"),
    (2, "annee: {from: 1}, option: tiers", "unknown-value", "tiers_etp"),
    (2, "annee: un, option: tiers_etp", "number-form", "un"),
    (2, "annee: {from: 1}, option tiers_etp", "exchange-when", "option tiers_etp"),
    (2, "annee: {from: 3}, option: demi_etp", "row-overlap", "and the one at policies/2024_convention/funding.yaml:"),
    (3, "2026-01-01", "exchange-history", "2027-01-01"),
    (3, "2027-02-30", "day-missing", "2027-02-30"),
    (4, "patients", "exchange-read-only", "EUR"),
    (5, "6 500", "exchange-number", "6 500"),
    (5, "6500.005", "exchange-decimals", "2"),
    (5, "", "exchange-number", "not a number"),
    (6, "ameli_2025", "unknown-source", "ameli_2024"),
    (6, "", "exchange-uncited", "--cite"),
    (7, "Autre", "exchange-read-only", "Yearly amounts"),
]


@pytest.mark.turns(wrong=WRONG, lang=LANGUAGES)
@pytest.mark.usefixtures("one_text")
def test_what_is_wrong_with_a_new_row_is_told_at_its_cell(wrong: tuple[int, str, str, str], lang: str) -> None:
    column, text, code, said = wrong
    with_row(column, text)
    line = len(rows(Path("x.csv").read_text(encoding="utf-8")))
    place = f"x.csv:{line}:{1 if code == 'exchange-row' else column + 1}"
    told = refused(avenant("table", "import", NEW, "x.csv", "--from", "2027-01-01", "--lang", lang))
    assert told.startswith(f"{place}: {code}: ")
    assert lang == "fr" or said in told


def test_a_new_row_and_a_new_value_are_added_behind_the_last_of_theirs_and_read_again_as_nothing_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    policies = copy_into(tmp_path, NEW)
    with_row(2, "option: tiers_etp , annee: {from: 1}")
    text = Path("x.csv").read_text(encoding="utf-8") + "".join(
        f"seuil.mt.p30,,,{year}-01-01,patients,{value},ameli_juin_2024,\n" for year, value in ((2028, 800), (2027, 790))
    )
    Path("x.csv").write_text(text, encoding="utf-8")
    shown = avenant("table", "import", NEW, "x.csv", "--lang", "en")
    assert "aide.bareme, annee: {from: 1}, option: tiers_etp: new, €6,500" in " ".join(shown.stdout.split())
    funding = policies / NEW / "funding.yaml"
    before = funding.read_text(encoding="utf-8")
    assert "New rows in" in avenant("table", "import", NEW, "x.csv", "--correct", "--lang", "en").stdout
    line = "- {option: tiers_etp, annee: {from: 1}, then: 6500, cite: [{source: ameli_2024, at: options}]}"
    assert [each.strip() for each in funding.read_text(encoding="utf-8").splitlines() if each not in before] == [line]
    values = (policies / NEW / "objectives.yaml").read_text(encoding="utf-8")
    news = ('{from: "2027-01-01", value: 790,', '{from: "2028-01-01", value: 800,')
    assert 0 < values.index(news[0]) < values.index(news[1])
    assert "No value changes" in avenant("table", "import", NEW, "x.csv", "--lang", "en").stdout


@pytest.mark.parametrize("comment", ["# une } seule", '# un " seul', "# un ' {"])
def test_a_new_row_stands_behind_one_whose_comment_holds_a_brace_or_a_quote(comment: str) -> None:
    text = f"rows:\n  - {{annee: 1, {comment}\n     then: 2}}"
    at, line = behind(f'{text}\n  - {{annee: 2, from: "2027-01-01"}}\n', text.index("{"), "{annee: 9}")
    assert (at, line) == (len(text), "\n  - {annee: 9}")


@pytest.mark.usefixtures("one_text")
def test_a_new_value_of_a_parameter_says_its_day() -> None:
    lines = rows(avenant("table", "export", NEW, "seuil.mt.p30", "--lang", "en").stdout)
    Path("x.csv").write_bytes(sheet([*lines, ["seuil.mt.p30", "", "", "", "", "800", "ameli_juin_2024", ""]]))
    told = refused(avenant("table", "import", NEW, "x.csv", "--correct"))
    assert told.startswith("x.csv:3:4: ")
    assert "exchange-undated" in told


def test_a_changed_value_may_come_with_its_text_in_the_column_of_sources(small: Path) -> None:
    lines = rows(avenant("table", "export", NOUVELLE, AMOUNT, "--lang", "en").stdout)
    lines[1][VALUE], lines[1][6] = "19500", "texte, article 4"
    Path("x.csv").write_bytes(sheet(lines))
    assert "exchange-resourced" in refused(avenant("table", "import", NOUVELLE, "x.csv", "--correct"))
    assert avenant("table", "import", NOUVELLE, "x.csv", "--from", "2027-01-01").exit_code == 0
    added = 'from: "2027-01-01", then: 19500, cite: [{source: texte, at: "article 4"}]}'
    assert added in (small / NOUVELLE / "regles.yaml").read_text(encoding="utf-8")


@pytest.mark.usefixtures("small")
def test_a_value_that_changes_from_a_day_on_needs_a_text() -> None:
    exported([AMOUNT], ("19000", "19500"))
    assert "exchange-uncited" in refused(avenant("table", "import", NOUVELLE, "x.csv", "--from", "2027-01-01"))


@pytest.mark.parametrize("name", CONVENTIONS)
def test_the_words_of_every_row_are_read_again_as_its_cells(name: str, conventions: dict[str, Convention]) -> None:
    convention = conventions[name]
    for entry in entries(convention):
        assert read_row(row_text(entry.cells)) == entry.cells
        cited = read_sources(cited_text(entry.cite, convention), convention)
        assert list(cited) == [(each.source, each.locator or "") for each in entry.cite]


@pytest.mark.usefixtures("small")
def test_a_correction_says_that_it_rewrites_history() -> None:
    exported([AMOUNT], ("19000", "19500"))
    said = avenant("table", "import", NOUVELLE, "x.csv", "--correct", "--lang", "fr").stdout
    assert "L'histoire est récrite" in " ".join(said.split())


@pytest.mark.usefixtures("small")
def test_a_number_that_looks_mistyped_is_told_beside_its_change() -> None:
    exported([AMOUNT], ("19000", "-19000"), ("38000", "380000"))
    said = " ".join(avenant("table", "import", NOUVELLE, "x.csv", "--lang", "fr").stdout.split())
    assert "Avertissement : -19000 est négatif" in said
    assert "Avertissement : 380000 dans « aide.montant_annuel », et 38000 avant : un chiffre de trop" in said


@pytest.mark.parametrize("options", [("--cite", "texte"), (*SINCE, "--correct"), ("--from", "x", *SINCE[2:])])
@pytest.mark.usefixtures("small")
def test_a_day_without_a_text_or_beside_a_correction_is_wrong_usage(options: tuple[str, ...]) -> None:
    exported([AMOUNT], ("19000", "19500"))
    refused(avenant("table", "import", NOUVELLE, "x.csv", *options), 2)


@pytest.mark.usefixtures("small")
def test_an_unknown_text_is_named_with_the_nearest() -> None:
    exported([AMOUNT], ("19000", "19500"))
    said = refused(avenant("table", "import", NOUVELLE, "x.csv", *SINCE[:2], "--cite", "text"), 2)
    assert "texte" in said


@pytest.mark.usefixtures("small")
def test_a_point_that_may_part_thousands_is_no_number_where_the_comma_is_the_decimal_sign() -> None:
    lines = rows(avenant("table", "export", NOUVELLE, AMOUNT, "--lang", "en").stdout)
    lines[1][VALUE] = "19.500"
    text = "\n".join(";".join(f'"{cell}"' if ";" in cell else cell for cell in line) for line in lines)
    Path("x.csv").write_text(text, encoding="utf-8")
    assert "exchange-number" in refused(avenant("table", "import", NOUVELLE, "x.csv"))


def test_what_an_amending_text_keeps_is_not_edited_in_the_older_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    copy_into(tmp_path, "2020_centres_de_sante", "2024_centres_avenant_5", "2025_centres_accord")
    lines = rows(avenant("table", "export", "2025_centres_accord", "volume.plafond", "--lang", "en").stdout)
    kept = rows(avenant("table", "export", "2024_centres_avenant_5", "volume.plafond", "--lang", "en").stdout)
    for name, export, refuses in (("2025_centres_accord", lines, False), ("2024_centres_avenant_5", kept, True)):
        export[1][VALUE] = "9"
        Path("x.csv").write_bytes(sheet(export))
        result = avenant("table", "import", name, "x.csv", "--correct")
        assert result.exit_code == int(refuses), result.output
        assert ("exchange-kept" in result.stderr) == refuses
