"""Tables as a French spreadsheet saves them: what is read, what is refused, what comes out."""

from __future__ import annotations

import csv
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from command import CASES, avenant, refused
from hypothesis import given
from hypothesis import strategies as st
from small_rules import SMALL

from engine.bulk.headers import columns_of, header_problems
from engine.errors import InputFault, Location
from engine.evaluation.facts import read_case
from engine.evaluation.session import Session
from engine.language.facts import Fact
from engine.language.spoken import FRENCH, PLAIN, Unread, read_day, read_spoken

HEADER = "contrat.date_signature;contrat.option;medecin.secteur;medecin.specialite;patientele.mt_depart"
GOOD = "02/09/2024;Mi-temps;Secteur 1;Médecine générale;1 100"


def batch(source: Path, output: Path, *options: str) -> Result:
    return avenant("batch", str(source), "-o", str(output), "--lang", "fr", *options)


def taken(source: Path, output: Path, *options: str) -> Result:
    """As :func:`batch` under the small policies, for what depends on no rule."""
    return batch(source, output, "--policies", str(SMALL), *options)


def rows(path: Path) -> list[dict[str, str]]:
    """What a French spreadsheet sees of a file."""
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n")
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines(), delimiter=";"))


def refusals(output: Path) -> list[dict[str, str]]:
    return rows(Path(f"{output}.rejected.csv"))


def table(tmp_path: Path, *lines: str, header: str = HEADER, encoding: str = "utf-8-sig") -> Path:
    path = tmp_path / "in.csv"
    path.write_bytes("".join(f"{line}\r\n" for line in (header, *lines)).encode(encoding))
    return path


@pytest.fixture(scope="module")
def facts(session: Session) -> dict[str, Fact]:
    return dict(session.registry.vocabulary.facts)


# The files of tests/cases


@pytest.mark.parametrize("name", ["french_excel.csv", "french_excel_sep_line.csv"])
def test_a_table_of_french_excel_is_decided_and_given_back_as_excel_writes_it(name: str, tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    assert batch(CASES / name, output).exit_code == 0
    first, second, third = rows(output)
    assert [row["Éligibilité à l'aide"] for row in (first, second, third)] == ["Éligible", "Non éligible", "Éligible"]
    assert second["Maximum de l'année, avant vérification (€)"] == second["Taux de l'aide (0-1)"] == ""
    assert second["Maximum de l'année, avant vérification : état"] == "sans objet"
    assert first["contrat.date_signature"] == "02/09/2024"
    assert first["medecin.nouvellement_installe"] == "FAUX"
    assert first["contrat.option"] == "Mi-temps (0,5 ETP)"
    assert second["medecin.part_honoraires_cliniques"] == "79,99"
    assert first["Aide due pour l'année (€)"] == "19000,00"
    assert not Path(f"{output}.rejected.csv").exists()


def test_what_is_written_is_read_again_as_the_same_facts(tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    batch(CASES / "french_excel.csv", first)
    assert batch(first, second).exit_code == 0
    for before, after in zip(rows(first), rows(second), strict=True):
        assert after.items() >= before.items()
        assert after["eligibilite"] == before["Éligibilité à l'aide"]
        assert after["aide.montant_du"] == before["Aide due pour l'année (€)"]


@pytest.mark.parametrize("option", ["--missing", "--criteria"])
def test_an_output_is_read_again_as_a_whole(option: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    assert batch(CASES / "french_excel.csv", first, option).exit_code == 0
    assert batch(first, second).exit_code == 0
    given = rows(CASES / "french_excel.csv")[0].keys()
    assert [[row[name] for name in given] for row in rows(first)] == [[r[name] for name in given] for r in rows(second)]


def test_columns_are_known_by_their_labels_and_keep_the_headers_of_the_file(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    assert batch(CASES / "french_headers.csv", output, "--missing").exit_code == 0
    (row,) = rows(output)
    assert row["Date de signature du contrat"] == "02/09/2024"
    assert row["Spécialité"] == "Médecine générale"
    assert "Année du contrat" in row["Ce qui manque"]


def test_a_row_that_is_refused_waits_for_nothing(tmp_path: Path) -> None:
    header = "Date de signature du contrat;Option de temps de travail;Secteur conventionnel;Spécialité"
    source = table(tmp_path, "04/11/2024;Tiers temps;Secteur 1;Médecine générale", header=header)
    assert batch(source, tmp_path / "out.csv", "--missing").exit_code == 0
    (row,) = rows(tmp_path / "out.csv")
    assert row["Éligibilité à l'aide"] == "Non éligible"
    assert (row["Ce qui manque"], row["Valeurs encore possibles"]) == ("", "")


def test_every_row_of_a_whole_french_table_is_decided(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    assert taken(CASES / "french_excel_all_refused.csv", output).exit_code == 0
    assert [row["Dossier"] for row in rows(output)] == ["A1", "A2", "A3"]
    assert rows(output)[0]["Médecin"] == "cabinet du Châtelet"


def test_a_table_in_windows_1252_is_refused_with_the_remedy_and_read_once_that_is_said(tmp_path: Path) -> None:
    source, output = CASES / "french_excel_cp1252.csv", tmp_path / "out.csv"
    told = refused(taken(source, output))
    assert "0xc9" in told
    assert "--encoding cp1252" in told
    assert taken(source, output, "--encoding", "cp1252").exit_code == 0
    assert rows(output)[0]["dossier"] == "Dossier É1"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_unicode_text_of_a_spreadsheet_is_known_by_its_mark(tmp_path: Path, encoding: str) -> None:
    source = table(tmp_path, GOOD.replace(";", "\t"), header=HEADER.replace(";", "\t"), encoding=encoding)
    output = tmp_path / "out.csv"
    assert taken(source, output).exit_code == 0
    assert rows(output)[0]["patientele.mt_depart"] == "1100"


def test_a_table_without_rows_has_no_table_of_zeros(tmp_path: Path) -> None:
    told = taken(table(tmp_path), tmp_path / "out.csv").stdout
    assert "Aucune ligne à décider" in told
    assert "0 €" not in told


def test_each_text_names_the_steps_of_its_own_scale(tmp_path: Path) -> None:
    signed = GOOD.replace("02/09/2024", "06/09/2021")
    source = table(tmp_path, f"{signed};55;40", header=f"{HEADER};patientele.percentile_mt;patientele.percentile_fa")
    batch(source, tmp_path / "out.csv")
    assert rows(tmp_path / "out.csv")[0]["Tranche d'activité de départ"] == "De P50 à P70"


# What is refused


def test_the_example_of_a_right_value_is_one_and_days_and_numbers_are_french(facts: dict[str, Fact]) -> None:
    for name, text, words in (
        ("contrat.annee", "trois", "(nombre). Attendu : par exemple 8"),
        ("contrat.date_signature", "45537", "02/09/2024"),
    ):
        with pytest.raises(Unread) as told:
            read_spoken(text, facts[name])
        assert words in told.value.problem(Location("x"), facts[name]).message("fr")


def test_a_row_with_two_readings_is_refused_with_both_at_its_line_and_cell(tmp_path: Path) -> None:
    source = table(tmp_path, GOOD, ";;;;", GOOD.replace("1 100", "19.500"), GOOD.replace("02/09/2024", "03/04/25"))
    output = tmp_path / "out.csv"
    assert taken(source, output).exit_code == 0
    number, day = refusals(output)
    assert (number["ligne"], number["cellule"], number["colonne"]) == ("4", "E4", "patientele.mt_depart")
    assert "19,5 ou 19500" in number["message"]
    assert (day["ligne"], day["cellule"]) == ("5", "A5")
    assert "03/04/2025 ou 03/04/1925" in day["message"]


def test_a_run_that_decides_nothing_fails_and_says_the_commonest_cause_first(tmp_path: Path) -> None:
    bad = GOOD.replace("1 100", "#N/A")
    result = taken(table(tmp_path, bad, bad, GOOD.replace("Mi-temps", "quart")), tmp_path / "out.csv")
    assert result.exit_code == 1
    first = result.stdout.splitlines()[0]
    assert "Aucune ligne décidée" in first
    assert "#N/A" in first
    assert "0 €" not in result.stdout


def test_a_refused_value_is_told_with_the_labels_of_its_fact(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    header = "Date de signature du contrat;Option de temps de travail;Âge du médecin à la signature"
    taken(table(tmp_path, "02/09/2024;Mi-tems;cinquante", header=header), output)
    option, age = (each["message"].replace("\u00a0", " ") for each in refusals(output))
    assert option.startswith("« Mi-tems » n'est pas une valeur de Option de temps de travail. Attendu : Tiers temps")
    assert option.endswith("Vouliez-vous dire « Mi-temps (0,5 ETP) » ?")
    assert "pour Âge du médecin à la signature (nombre)" in age
    taken(tmp_path / "in.csv", output, "--codes")
    assert "contrat.option" in refusals(output)[0]["message"]


def test_one_date_with_the_month_first_refuses_its_column(tmp_path: Path) -> None:
    result = taken(table(tmp_path, GOOD, GOOD.replace("02/09", "09/13")), tmp_path / "out.csv")
    told = refused(result)
    assert told.split(": ")[:2] == [f"{tmp_path / 'in.csv'}:3:1", "date-month-first"]
    assert "contrat.date_signature" in told


@pytest.mark.parametrize(("one", "other"), [("OUI", "1"), ("0", "non"), ("VRAI", "0")])
def test_a_column_says_yes_and_no_in_one_way(tmp_path: Path, one: str, other: str) -> None:
    def given(*texts: str) -> Path:
        return table(tmp_path, *(f"{GOOD};{text}" for text in texts), header=f"{HEADER};medecin.optam")

    told = refused(taken(given(one, "", other), tmp_path / "out.csv"))
    assert told.split(": ")[:2] == [f"{tmp_path / 'in.csv'}:4:6", "truths-mixed"]
    assert f"« {one} »" in told
    assert taken(given(one, "", one.lower()), tmp_path / "out.csv").exit_code == 0
    assert taken(given("OUI", "FAUX", "n"), tmp_path / "out.csv").exit_code == 0, "words beside words"
    assert taken(given("peut-être", "non"), tmp_path / "out.csv").exit_code == 0
    assert [row["code"] for row in refusals(tmp_path / "out.csv")] == ["fact-type"]


def test_a_header_close_to_a_label_is_told_and_one_label_of_two_columns_too(tmp_path: Path) -> None:
    told = refused(
        taken(
            table(tmp_path, GOOD, header=HEADER.replace("medecin.secteur", "Secteur conventionel")), tmp_path / "o.csv"
        )
    )
    assert "Secteur conventionnel" in told
    twice = HEADER.replace("medecin.secteur", "Spécialité")
    told = refused(taken(table(tmp_path, GOOD, header=twice), tmp_path / "o.csv"))
    assert "in.csv:1:4: column-twice" in told
    assert "C (Spécialité), D (medecin.specialite)" in told


@pytest.mark.parametrize("above", [["Contrats suivis en 2026"], ["Suivi 2026;;", ";;"]])
def test_a_title_above_the_header_is_told_with_the_line_of_the_header(above: list[str], tmp_path: Path) -> None:
    lines = [*above, "Date de signature du contrat;Option de temps de travail;Spécialité", "02/09/2024;Mi-temps;ORL"]
    result = taken(table(tmp_path, *lines[1:], header=lines[0]), tmp_path / "out.csv")
    said = refused(result)
    assert "header-below" in said
    assert ":1:1: " in said
    assert f"à la ligne {len(above) + 1}. Attendu : " in said
    assert "supprimez ce qui est au-dessus" in said


@pytest.mark.parametrize("above", [[";;", ""], ["sep=;", "", ""]])
def test_lines_that_say_nothing_above_the_header_are_passed_over(above: list[str], tmp_path: Path) -> None:
    lines = [*above, "Date de signature du contrat;Option de temps de travail;Spécialité"]
    lines += ["02/09/2024;Mi-temps;ORL", "02/09/2024;quart;ORL"]
    result = taken(table(tmp_path, *lines[1:], header=lines[0]), tmp_path / "out.csv", "--codes")
    assert result.exit_code == 0, result.output
    told = (tmp_path / "out.csv.rejected.csv").read_text(encoding="utf-8-sig")
    assert ";5;Option de temps de travail;fact-value;" in told


def test_bytes_of_another_encoding_than_said_are_told_with_their_line(tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_bytes(f"{HEADER};note\r\n{GOOD};".encode("cp1252") + b"\x81\r\n")
    told = refused(taken(source, tmp_path / "out.csv", "--encoding", "cp1252"))
    assert told.split(": ")[1] == "table-encoding"
    assert "0x81" in told


def test_a_header_with_facts_under_two_separators_is_refused(tmp_path: Path) -> None:
    header = "contrat.date_signature;contrat.option,medecin.age"
    told = refused(taken(table(tmp_path, GOOD, header=header), tmp_path / "out.csv"))
    assert told.split(": ")[1] == "separator-unclear"


def test_a_label_of_two_facts_names_neither(session: Session) -> None:
    vocabulary = session.registry.vocabulary
    label = vocabulary.facts["medecin.age"].label
    twins = {**vocabulary.facts, "centre.type": replace(vocabulary.facts["centre.type"], label=label)}
    headers = [label["fr"]]
    both = replace(vocabulary, facts=twins)
    assert columns_of(headers, both) == headers
    (problem,) = header_problems(headers, headers, both, Location("in.csv", 1, 1))
    assert problem.code == "column-ambiguous"


def test_what_the_rules_warn_of_stands_beside_the_amount(tmp_path: Path) -> None:
    """An amount of a whole year beside a contract that ended within it; codes name what warns."""
    output, rest = tmp_path / "out.csv", "Mi-temps;Secteur 1;Médecine générale;1 100;1"
    ended = [f"{day};{rest};{end}" for day, end in (("02/09/2024", "03/03/2025"), ("02/09/2022", "03/03/2023"))]
    header = f"{HEADER};contrat.annee;contrat.date_resiliation"
    given = table(tmp_path, *ended, f"02/09/2024;{rest};", header=header)
    assert batch(given, output).exit_code == 0
    *both, none = (row["Avertissements"] for row in rows(output))
    assert [text.startswith("Le contrat est résilié en cours d'année") for text in both] == [True, True]
    assert none == ""
    assert batch(given, output, "--codes").exit_code == 0
    assert [row["warned"] for row in rows(output)] == ["contrat.non_resilie", "contrat.non_resilie", ""]


def test_a_text_that_a_spreadsheet_would_run_is_made_harmless_in_every_kept_column(tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    for formula in ("=1+1", "+33 1;a", "@SUM(A1)", "-2+3", "  =1+1", '=HYPERLINK("http://a.b")'):
        cell = '"' + formula.replace('"', '""') + '"'
        source = table(tmp_path, f"{cell};{GOOD}", header=f"=note;{HEADER}")
        assert taken(source, output).exit_code == 0
        (row,) = rows(output)
        assert row["'=note"] == f"'{formula}"


READ: list[tuple[str, str, str, Any]] = [
    ("patientele.mt_depart", FRENCH, "1700", 1700),
    ("patientele.mt_depart", FRENCH, "1 700", 1700),
    ("patientele.mt_depart", FRENCH, "1\u202f700 patients", 1700),
    ("patientele.mt_depart", FRENCH, "1700,0", 1700),
    ("medecin.part_honoraires_cliniques", FRENCH, "79,99", Decimal("79.99")),
    ("medecin.part_honoraires_cliniques", FRENCH, "80,5%", Decimal("80.5")),
    ("medecin.part_honoraires_cliniques", FRENCH, "0,8 %", Decimal("0.8")),
    ("medecin.part_honoraires_cliniques", PLAIN, "79.99", Decimal("79.99")),
    ("patientele.percentile_mt", FRENCH, "P41", 41),
    ("patientele.percentile_mt", FRENCH, "p 54,5", Decimal("54.5")),
    ("patientele.percentile_fa", FRENCH, "41e percentile", 41),
    ("patientele.percentile_fa", PLAIN, "Percentile 54.5", Decimal("54.5")),
    ("contrat.annee", FRENCH, "1re", 1),
    ("contrat.annee", FRENCH, "-3", -3),
    ("contrat.annee", FRENCH, "2ème", 2),
    ("contrat.annee", FRENCH, "3e année", 3),
    ("contrat.annee", FRENCH, "Année 4", 4),
    ("contrat.annee", PLAIN, "4th year", 4),
    ("assistant.niveau_diplome", FRENCH, "niveau 4", 4),
    ("contrat.date_signature", FRENCH, "2/9/2024", "2024-09-02"),
    ("contrat.date_signature", FRENCH, "02-09-2024", "2024-09-02"),
    ("contrat.date_signature", FRENCH, "02/09/2024 00:00", "2024-09-02"),
    ("contrat.date_signature", FRENCH, "1er septembre 2024", "2024-09-01"),
    ("contrat.date_signature", FRENCH, "lundi 2 septembre 2024", "2024-09-02"),
    ("contrat.date_signature", PLAIN, "2024/09/02", "2024-09-02"),
    ("contrat.date_signature", PLAIN, "2024-09-02", "2024-09-02"),
    ("medecin.secteur", FRENCH, "secteur I", "secteur_1"),
    ("medecin.optam", FRENCH, "VRAI", True),
    ("medecin.optam", FRENCH, "Non", False),
    ("medecin.optam", PLAIN, "TRUE", True),
    ("contrat.option", FRENCH, "mi temps", "demi_etp"),
    ("contrat.option", FRENCH, "½ ETP", "demi_etp"),
    ("contrat.option", PLAIN, "Half time (0.5 FTE)", "demi_etp"),
    ("medecin.zone", FRENCH, "ZIP", "zip"),
    ("medecin.exercice_coordonne", FRENCH, "oui", "oui"),
]


@pytest.mark.parametrize(("name", "dialect", "text", "value"), READ)
def test_a_text_says_what_its_writer_means(
    name: str, dialect: str, text: str, value: Any, facts: dict[str, Fact]
) -> None:
    read = read_spoken(text, facts[name], dialect)
    assert (type(read), read) == (type(value), value)
    if (facts[name].type.kind, dialect) == ("date", FRENCH):
        assert read_day(text).isoformat() == value, "an option takes the same day"


UNREAD = [
    ("patientele.mt_depart", FRENCH, "1,700", "two-readings"),
    ("patientele.mt_depart", PLAIN, "1,700", "two-readings"),
    ("centre.mt_par_etp", PLAIN, "1.281", "two-readings"),
    ("patientele.mt_depart", FRENCH, "12 34", "fact-type"),
    ("patientele.mt_depart", FRENCH, "3e", "fact-type"),
    ("patientele.percentile_mt", FRENCH, "P41 à P50", "fact-type"),
    ("patientele.percentile_mt", FRENCH, "41.5e", "number-mark"),
    ("contrat.annee", FRENCH, "année 1.000", "two-readings"),
    ("contrat.annee", FRENCH, "année -3", "fact-type"),
    ("patientele.mt_depart", FRENCH, "1?700", "fact-type"),
    ("patientele.mt_depart", FRENCH, "1,23E+13", "number-cut"),
    ("medecin.part_honoraires_cliniques", FRENCH, "19.5", "number-mark"),
    ("medecin.part_honoraires_cliniques", PLAIN, "19,5", "number-mark"),
    ("medecin.part_honoraires_cliniques", FRENCH, "0,8", "two-readings"),
    ("contrat.date_signature", FRENCH, "02/09/24", "two-readings"),
    ("contrat.date_signature", PLAIN, "02/09/2024", "two-readings"),
    ("contrat.date_signature", FRENCH, "45537", "date-serial"),
    ("contrat.date_signature", FRENCH, "sept. 2024", "fact-type"),
    ("contrat.date_signature", FRENCH, "31/02/2024", "day-missing"),
    ("contrat.date_signature", FRENCH, "mardi 2 septembre 2024", "day-missing"),
    ("medecin.optam", FRENCH, "x", "fact-type"),
    ("medecin.optam", FRENCH, "-", "value-none"),
    ("patientele.mt_depart", FRENCH, "#REF!", "value-none"),
    ("patientele.mt_depart", FRENCH, "nc", "value-none"),
    ("medecin.optam", FRENCH, "ne sait pas", "value-none"),
    ("contrat.option", FRENCH, "quart", "fact-value"),
]


@pytest.mark.parametrize(("name", "dialect", "text", "code"), UNREAD)
def test_a_text_that_says_nothing_or_two_things_is_refused(
    name: str, dialect: str, text: str, code: str, facts: dict[str, Fact]
) -> None:
    with pytest.raises(Unread) as told:
        read_spoken(text, facts[name], dialect)
    assert told.value.code == code
    if (facts[name].type.kind, dialect) == ("date", FRENCH):
        with pytest.raises(Unread):
            read_day(text)


@given(number=st.decimals(min_value=0, max_value=100_000, places=2), mark=st.sampled_from(",."), at=st.integers(0, 8))
def test_a_sign_more_in_a_number_gives_the_same_value_or_a_fault(
    number: Decimal, mark: str, at: int, facts: dict[str, Fact]
) -> None:
    fact = facts["centre.mt_par_etp"]
    written = str(number).replace(".", ",")
    assert read_spoken(written, fact, FRENCH) == number
    changed = written[:at] + mark + written[at:]
    with pytest.raises(Unread):
        read_spoken(changed, fact, FRENCH)


@given(text=st.text(st.sampled_from("0123456789 /.-,%€eE'\u00a0ouin"), max_size=12))
def test_any_text_is_a_value_of_a_case_or_a_fault(text: str, session: Session, facts: dict[str, Fact]) -> None:
    for name in ("patientele.mt_depart", "contrat.date_embauche", "medecin.optam", "centre.mt_par_etp"):
        group, _, key = name.partition(".")
        with suppress(Unread):
            case: dict[str, Any] = {"contrat": {"date_signature": "2024-09-02"}}
            case.setdefault(group, {})[key] = read_spoken(text, facts[name])
            codes: set[str] = set()
            try:
                read_case(case, session.registry.vocabulary)
            except InputFault as fault:
                codes = {problem.code for problem in fault.problems}
            assert codes <= {"fact-range", "day-missing", "fact-decimals"}
