"""A text that amends another holds only what it changes, and stands as if all of it were written out."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest
from command import ROOT, avenant, plain_spaces, refused
from small_rules import AMOUNT, MINIMUM, OVERLAY, amend, read, rewrite, told

import engine
from engine.comparison.edits.structure import edits
from engine.errors import WARNING, InputFault, Location, in_order, warning
from engine.evaluation.session import Session
from engine.exchange.rules_text import rules_text
from engine.language.expressions import Cases
from engine.policy.checks import check_folder
from engine.policy.loader import load, parse
from engine.policy.model import Convention, Criterion, DecisionTable
from engine.policy.reading import load_registry


def criterion(convention: Convention, id_: str) -> Criterion:
    body = convention.items[id_].body
    assert isinstance(body, Criterion)
    return body


def test_an_item_replaces_that_of_its_id_and_all_else_is_kept(small_copy: Path) -> None:
    amend(small_copy, {"eligibilite.yaml": MINIMUM})
    registry = read(small_copy)
    base, text = registry.by_id("nouvelle"), registry.by_id("avenant")
    assert criterion(text, "activite_minimale") != criterion(base, "activite_minimale")
    assert list(text.items) == list(base.items)
    assert text.items["aide.montant_annuel"].body == base.items["aide.montant_annuel"].body
    assert (text.beneficiary, text.years_from, text.results.ids) == (
        base.beneficiary,
        base.years_from,
        base.results.ids,
    )
    assert text.items["activite_minimale"].at.file.endswith("avenant/eligibilite.yaml")
    assert text.items["aide.montant_annuel"].at.file.endswith("nouvelle/regles.yaml")


def test_a_new_amending_text_is_compared_once_with_its_base_and_the_days_of_no_text_are_told(
    small_copy: Path, tmp_path: Path
) -> None:
    before = Path(shutil.copytree(small_copy, tmp_path / "before"))
    amend(small_copy, {"eligibilite.yaml": MINIMUM})
    rewrite(small_copy / "avenant/convention.yaml", '"2027-01-01"}', '"2027-01-01", before: "2030-01-01"}')
    told = " ".join(avenant("diff", str(before), str(small_copy), "--behaviour", "--lang", "fr").output.split())
    assert told.count("signés du 01/01/2027 au 31/12/2029") == 1
    assert "décision rendue → aucun texte ne couvre ce jour" in told


def test_sides_that_declare_other_facts_are_compared(small_copy: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(small_copy, tmp_path / "other/policies"))
    shutil.copytree(ROOT / "schemas", tmp_path / "other/schemas")
    schema = tmp_path / "other/schemas/case.schema.json"
    written = json.loads(schema.read_text("utf-8"))
    written["x-consistency"][0]["label"]["fr"] += " (dit autrement)"
    schema.write_text(json.dumps(written), "utf-8")
    rewrite(other / "nouvelle/regles.yaml", "then: 19000", "then: 20000")
    told = avenant("diff", str(small_copy), str(other), "--behaviour", "--lang", "en").output
    assert "declared facts" in told
    assert "€19,000 → €20,000" in told


def test_what_a_text_says_twice_of_one_part_is_told_at_the_second(small_copy: Path) -> None:
    row = AMOUNT[AMOUNT.index("        - {") :]
    folder = amend(small_copy, {"montants.yaml": AMOUNT + row.replace("14000", "15000")})
    assert told(small_copy) == ["avenant/montants.yaml:6:11 duplicate-id"]
    (folder / "montants.yaml").write_text(AMOUNT, encoding="utf-8")
    (folder / "suite.yaml").write_text(AMOUNT.replace("14000", "15000"), encoding="utf-8")
    assert [problem.code for problem in check_folder(small_copy)] == ["said-twice"]
    assert told(small_copy) == ["avenant/suite.yaml:3:11 said-twice"]


def test_a_change_under_a_misspelt_name_is_looked_at_as_that_of_the_item_meant(small_copy: Path) -> None:
    amend(small_copy, {"a.yaml": "change: {criteria: [{id: activite_minimal, met_when: {ref: autre, is: met}}]}\n"})
    assert told(small_copy) == ["avenant/a.yaml:1:26 unknown-item", "avenant/a.yaml:1:54 unknown-item"]


def test_a_change_in_the_list_of_another_kind_is_told_with_its_own(small_copy: Path) -> None:
    amend(small_copy, {"montants.yaml": AMOUNT.replace("tables", "quantities")})
    (problem,) = [each for each in check_folder(small_copy) if each.code == "unknown-key"]
    assert problem.message("en").endswith("(`rows` belongs under `tables`)")
    assert problem.message("fr").endswith("(`rows` va sous `tables`)")
    shutil.rmtree(small_copy / "avenant")
    amend(small_copy, {"montants.yaml": "change: {quantities: [{id: aide.montant_annuel, label: {fr: A b, en: C d}}]}"})
    (problem,) = [each for each in check_folder(small_copy) if each.code == "unknown-item"]
    assert problem.nearest == "tables: aide.montant_annuel"


def test_a_first_day_that_moves_is_told_of_the_text_and_of_its_base(small_copy: Path, tmp_path: Path) -> None:
    amend(small_copy, {"eligibilite.yaml": MINIMUM})
    later = Path(shutil.copytree(small_copy, tmp_path / "later"))
    rewrite(later / "avenant/convention.yaml", "2027-01-01", "2027-03-01")
    told = plain_spaces(avenant("diff", str(small_copy), str(later), "--lang", "fr").output)
    assert "signatures à compter du : 01/01/2027 → 01/03/2027" in told
    assert "signatures avant le : 01/01/2027 → 01/03/2027" in told
    assert "Sans changement : ancienne." in told
    moved = avenant("diff", str(small_copy), str(later), "--lang", "fr", "--behaviour").output
    assert "signés du 01/01/2027 au 28/02/2027" in moved.replace("\n", " ")


def test_the_window_of_the_base_closes_on_the_first_day_of_the_text_that_amends_it(small_copy: Path) -> None:
    amend(small_copy, {"eligibilite.yaml": MINIMUM})
    registry = read(small_copy)
    assert registry.by_id("nouvelle").signed_before == dt.date(2027, 1, 1)
    chosen = [registry.select("medecin_liberal", dt.date(*day))[0].id for day in ((2026, 12, 31), (2027, 1, 1))]
    assert chosen == ["nouvelle", "avenant"]
    assert told(small_copy) == []


def test_what_is_kept_cites_its_own_text_and_the_one_that_maintains_it(small_copy: Path) -> None:
    amend(small_copy, {"eligibilite.yaml": MINIMUM})
    case = {
        "contrat": {"date_signature": "2027-03-01", "option": "demi_etp", "annee": 1},
        "patientele": {"mt_depart": 800},
    }
    found = engine.evaluate(Session(read(small_copy)), case).results
    assert [(c.source, c.locator) for c in found["aide.montant_annuel"].cite] == [
        ("texte", "article 2"),
        ("avenant", "article 9"),
    ]
    assert [(c.source, c.locator) for c in found["activite_minimale"].cite] == [("avenant", "article 1")]


def test_one_row_of_a_table_is_changed_alone(small_copy: Path) -> None:
    amend(small_copy, {"montants.yaml": AMOUNT})
    registry = read(small_copy)
    before, after = (registry.by_id(id_).items["aide.montant_annuel"].body for id_ in ("nouvelle", "avenant"))
    assert isinstance(before, DecisionTable)
    assert isinstance(after, DecisionTable)
    assert [old == new for old, new in zip(before.rows, after.rows, strict=True)] == [True, False, True]
    assert after.rows[1].at.file.endswith("avenant/montants.yaml")
    assert told(small_copy) == []


def test_what_is_removed_is_gone_and_a_new_item_joins_the_file_of_its_name(small_copy: Path) -> None:
    new = MINIMUM.replace("activite_minimale", "activite_suffisante")
    amend(small_copy, {"convention.yaml": "removed: [activite_minimale]\n", "regles.yaml": new})
    text = read(small_copy).by_id("avenant")
    assert "activite_minimale" not in text.items
    assert not text.interpretations, "nothing asks the question any more"
    outcome = text.items["eligibilite"].body
    assert "activite_suffisante" in repr(outcome)
    assert "activite_minimale" not in repr(outcome)
    assert told(small_copy) == []


def test_amendments_form_a_chain_and_a_correction_of_the_base_reaches_what_is_kept(small_copy: Path) -> None:
    amend(small_copy, {"eligibilite.yaml": MINIMUM})
    amend(small_copy, {"montants.yaml": AMOUNT}, "avenant_2", "avenant", "2028-01-01")
    first = read(small_copy)
    assert [each.id for each in first.chain(first.by_id("avenant_2"))] == ["avenant_2", "avenant", "nouvelle"]
    assert criterion(first.by_id("avenant_2"), "activite_minimale") == criterion(
        first.by_id("avenant"), "activite_minimale"
    )
    assert first.by_id("avenant").signed_before == dt.date(2028, 1, 1)
    rewrite(small_copy / "nouvelle/regles.yaml", "then: 38000", "then: 38500")
    second = read(small_copy)
    for id_ in ("avenant", "avenant_2"):
        assert "38500" in repr(second.by_id(id_).items["aide.montant_annuel"].body)
        assert first.by_id(id_).digest != second.by_id(id_).digest


def test_an_amending_text_is_remembered_until_its_base_changes(
    small_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    amend(small_copy, {"eligibilite.yaml": MINIMUM})
    first = load_registry(small_copy).conventions
    assert load_registry(small_copy).conventions == first
    assert len(list((tmp_path / "cache/avenant").iterdir())) == 1


def test_what_reaches_older_contracts_never_comes_along(small_copy: Path) -> None:
    (small_copy / "nouvelle/transitoire.yaml").write_text(OVERLAY, encoding="utf-8")
    amend(small_copy, {"eligibilite.yaml": MINIMUM})
    text = read(small_copy).by_id("avenant")
    assert (text.overlays, "activite_minimale.en_cours" in text.items) == ((), False)
    assert told(small_copy) == []


PARAMETER = """parameters:
  - id: seuil
    label: {fr: Seuil, en: Threshold}
    unit: patients
    cite: [{source: texte}]
    values:
      - {from: "2024-06-22", value: 765}
      - {from: "2026-01-01", value: 770}
      - {from: "2028-01-01", value: 772}
criteria:
  - id: au_seuil
    label: {fr: Au seuil, en: At the threshold}
    cite: [{source: texte}]
    informs: true
    met_when: {fact: patientele.mt_depart, at_least: {ref: seuil}}
    derogations:
      - id: derogation.zone
        label: {fr: Zone, en: Zone}
        cite: [{source: texte}]
        when: {fact: medecin.zone, is: zip}
quantities:
  - id: bande
    label: {fr: Bande, en: Band}
    value_labels: {basse: {fr: Basse, en: Low}, haute: {fr: Haute, en: High}}
    scale:
      - {then: basse}
      - {then: haute, reached_when: {fact: patientele.mt_depart, at_least: 1000}, cite: [{source: texte}]}
"""


def test_a_kept_parameter_has_the_value_of_the_first_day_and_those_to_come(small_copy: Path) -> None:
    (small_copy / "nouvelle/seuils.yaml").write_text(PARAMETER, encoding="utf-8")
    amend(small_copy, {"eligibilite.yaml": MINIMUM})
    body = read(small_copy).by_id("avenant").items["seuil"].body
    assert isinstance(body, DecisionTable)
    dated = [(str(each.start), each.then) for each in body.rows]
    assert [(day, getattr(value, "value", None)) for day, value in dated] == [("2027-01-01", 770), ("2028-01-01", 772)]
    assert told(small_copy) == []


DATED_ROWS = """      - {option: demi_etp, annee: {before: 3}, from: "2025-01-01", then: 19500}
      - {option: demi_etp, annee: {before: 3}, from: "2028-01-01", then: 19900}
"""


def test_a_kept_table_has_the_rows_of_the_first_day_and_those_to_come(small_copy: Path) -> None:
    first = "      - {option: demi_etp, annee: {before: 3}, then: 19000}\n"
    rewrite(small_copy / "nouvelle/regles.yaml", first, first + DATED_ROWS)
    amend(small_copy, {"eligibilite.yaml": MINIMUM})
    rows = read(small_copy).by_id("avenant").items["aide.montant_annuel"].body.rows  # type: ignore[union-attr]
    dated = [(row.start and str(row.start), row.then.value) for row in rows[:2]]
    assert dated == [(None, 19500), ("2028-01-01", 19900)]
    assert [fault for fault in told(small_copy) if "citation-older" not in fault] == []


def test_a_value_and_a_row_dated_before_the_text_are_told_there(small_copy: Path) -> None:
    (small_copy / "nouvelle/seuils.yaml").write_text(PARAMETER, encoding="utf-8")
    change = """change:
  parameters: [{id: seuil, values: [{from: "2026-06-01", value: 771, cite: [{source: avenant}]}]}]
  tables:
    - id: aide.montant_annuel
      rows: [{option: demi_etp, annee: {before: 3}, from: "2026-06-01", then: 19500}]
"""
    amend(small_copy, {"changements.yaml": change})
    assert told(small_copy) == [f"avenant/changements.yaml:{place} value-never" for place in ("2:37", "5:14")]


def test_one_value_one_step_and_one_derogation_are_changed_alone(small_copy: Path) -> None:
    (small_copy / "nouvelle/seuils.yaml").write_text(PARAMETER, encoding="utf-8")
    change = """change:
  parameters:
    - id: seuil
      values: [{from: "2027-06-01", value: 771, cite: [{source: avenant}]}]
  criteria:
    - id: au_seuil
      derogations:
        - id: derogation.zone
          label: {fr: Zone, en: Zone}
          cite: [{source: avenant}]
          when: {fact: medecin.zone, in: [zip, zac]}
  quantities:
    - id: bande
      value_labels: {moyenne: {fr: Moyenne, en: Middle}}
      scale:
        - {then: basse}
        - {then: moyenne, reached_when: {fact: patientele.mt_depart, at_least: 800}, cite: [{source: avenant}]}
"""
    amend(small_copy, {"changements.yaml": change})
    items = read(small_copy).by_id("avenant").items
    assert [getattr(each.then, "value", None) for each in items["seuil"].body.rows] == [770, 771]  # type: ignore[union-attr]
    (derogation,) = criterion(read(small_copy).by_id("avenant"), "au_seuil").derogations
    assert derogation.at.file.endswith("changements.yaml")
    assert [step.name for step in items["bande"].body.expression.steps] == ["basse", "moyenne", "haute"]  # type: ignore[union-attr]
    assert told(small_copy) == []


def test_a_step_may_be_added_alone_and_only_the_lowest_has_no_condition(small_copy: Path) -> None:
    (small_copy / "nouvelle/seuils.yaml").write_text(PARAMETER, encoding="utf-8")
    change = """change:
  quantities:
    - id: bande
      value_labels: {comble: {fr: Comble, en: Topmost}}
      scale: [{then: comble, reached_when: {fact: patientele.mt_depart, at_least: 1500}, cite: [{source: avenant}]}]
"""
    folder = amend(small_copy, {"changements.yaml": change})
    (scale,) = [read(small_copy).by_id("avenant").items["bande"].body.expression]  # type: ignore[union-attr]
    assert [step.name for step in scale.steps] == ["basse", "haute", "comble"]  # type: ignore[union-attr]
    assert told(small_copy) == []
    reached = ", reached_when: {fact: patientele.mt_depart, at_least: 1500}"
    for faulty, faults in (
        (change.replace("at_least", "at_leest"), ["5:73 unknown-key"]),
        (change.replace(reached, ""), ["5:15 missing-key"]),
        (change.replace("{then: comble", "{then: basse"), ["4:22 unknown-value", "5:15 unknown-key"]),
        (change.replace("scale:", "removed: [basse]\n      scale:"), ["3:7 unknown-key"]),
    ):
        (folder / "changements.yaml").write_text(faulty, encoding="utf-8")
        assert told(small_copy) == [f"avenant/changements.yaml:{fault}" for fault in faults]


def test_a_part_is_removed_by_its_name_and_a_row_by_its_cells(small_copy: Path) -> None:
    (small_copy / "nouvelle/seuils.yaml").write_text(PARAMETER, encoding="utf-8")
    change = """change:
  criteria: [{id: au_seuil, removed: [derogation.zone]}]
  tables:
    - id: aide.montant_annuel
      removed: [{option: demi_etp, annee: {before: 3}}, {option: demi_etp, annee: {from: 3}}]
      rows: [{option: demi_etp, then: 16000}]
"""
    amend(small_copy, {"changements.yaml": change})
    text = read(small_copy).by_id("avenant")
    assert criterion(text, "au_seuil").derogations == ()
    assert len(text.items["aide.montant_annuel"].body.rows) == 2  # type: ignore[union-attr]
    assert told(small_copy) == []


READER = """criteria:
  - id: au_minimum
    informs: true
    label: {fr: Au minimum, en: At the minimum}
    cite: [{source: avenant, at: article 1}]
    met_when: {ref: activite_minimale, is: met}
"""
PROMISE = """properties:
  - id: propriete.plus_de_patients
    label: {fr: Plus de patients ne nuisent pas, en: More patients do no harm}
    cite: [{source: avenant, at: article 1}]
    more: patientele.mt_depart
    never_less: activite_minimale
"""
FAULTS = {
    "unknown base": ({}, {"base": "nouvele"}, "avenant/convention.yaml:3:9 unknown-convention"),
    "itself": ({}, {"base": "avenant"}, "avenant/convention.yaml:3:9 cycle"),
    "too early": ({}, {"first": "2024-06-22"}, "avenant/convention.yaml:4:16 amends-early"),
    "unknown item removed": (
        {"convention.yaml": "removed: [activite_minimal]\n"}, {}, "avenant/convention.yaml:8:11 unknown-item"
    ),
    "removed and still read": (
        {"convention.yaml": "removed: [activite_minimale]\n", "a.yaml": READER},
        {},
        "avenant/convention.yaml:8:11 removed-read",
    ),
    "a question removed and still read": (
        {"convention.yaml": "removed: [borne_du_minimum]\n"}, {}, "avenant/convention.yaml:8:11 removed-read"
    ),
    "removed and still promised": (
        {"convention.yaml": "removed: [activite_minimale]\n", "a.yaml": PROMISE},
        {},
        "avenant/convention.yaml:8:11 removed-read",
    ),
    "removed and still heading the answer": (
        {"convention.yaml": "removed: [eligibilite]\n"}, {}, "avenant/convention.yaml:8:11 removed-read"
    ),
    "removed and changed": (
        {"convention.yaml": "removed: [aide.montant_annuel]\n", "a.yaml": AMOUNT}, {}, "avenant/a.yaml:3:11 said-twice"
    ),
    "a source under the id of another": (
        {"convention.yaml": "  texte: {title: Avenant, publisher: Avenant, kind: official_text, date: '2026'}\n"},
        {},
        "avenant/convention.yaml:8:3 duplicate-id",
    ),
    "a row over one that is kept": (
        {"a.yaml": "change: {tables: [{id: aide.montant_annuel, rows: [{option: demi_etp, annee: 1, then: 3}]}]}\n"},
        {},
        "avenant/a.yaml:1:52 row-overlap",
    ),
    "unknown item changed": (
        {"a.yaml": AMOUNT.replace("montant_annuel", "montant")}, {}, "avenant/a.yaml:3:11 unknown-item"
    ),
    "changed and replaced": (
        {"a.yaml": MINIMUM + "change: {criteria: [{id: activite_minimale, note: {fr: Un mot, en: A word}}]}\n"},
        {},
        "avenant/a.yaml:6:26 said-twice",
    ),
    "unknown part removed": (
        {"a.yaml": "change: {tables: [{id: aide.montant_annuel, removed: [{option: un_etp}]}]}\n"},
        {},
        "avenant/a.yaml:1:55 unknown-part",
    ),
    "no grounds": (
        {"convention.yaml": "note: {fr: Un mot, en: A word}\n"},
        {"without": "kept: {cite: [{source: avenant, at: article 9}]}\n"},
        "avenant/convention.yaml:1:1 missing-key",
    ),
    "unlike forms": (
        {"a.yaml": "change: {tables: [{id: aide.montant_annuel, rows: [{option: un_etp, then: 3, cite: []}]}]}\n"},
        {},
        "avenant/a.yaml:1:84 wrong-form",
    ),
}  # fmt: skip


def test_what_its_base_cannot_help_is_told_once_and_not_in_the_base(small_copy: Path) -> None:
    """A first day before that of the base, and an old ground, would be told at every item that is kept."""
    (small_copy / "nouvelle/seuils.yaml").write_text(PARAMETER, encoding="utf-8")
    folder = amend(small_copy, {"eligibilite.yaml": MINIMUM}, first="2024-06-01")
    assert told(small_copy) == ["avenant/convention.yaml:4:16 amends-early"]
    head = (folder / "convention.yaml").read_text(encoding="utf-8").replace("2024-06-01", "2027-01-01")
    (folder / "convention.yaml").write_text(head.replace('"2026"', '"2019"'), encoding="utf-8")
    assert [line for line in told(small_copy) if "citation-older" in line] == [
        "avenant/convention.yaml:5:15 citation-older",
        "avenant/eligibilite.yaml:2:9 citation-older",
    ]


def test_a_hundred_warnings_and_more_are_no_error() -> None:
    warnings = [warning(Location("a.yaml", line), "label-same", id="x") for line in range(1, 203)]
    assert {problem.severity for problem in in_order(warnings)} == {WARNING}


def test_a_value_may_be_computed_in_another_way(small_copy: Path) -> None:
    (small_copy / "nouvelle/seuils.yaml").write_text(PARAMETER, encoding="utf-8")
    change = "change: {quantities: [{id: bande, cases: [{when: {fact: medecin.zone, is: zip}, then: haute}]}]}\n"
    amend(small_copy, {"a.yaml": change})
    assert isinstance(read(small_copy).by_id("avenant").items["bande"].body.expression, Cases)  # type: ignore[union-attr]
    assert told(small_copy) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_mistake_in_an_amending_text_is_told_at_its_own_line(small_copy: Path, name: str) -> None:
    files, changes, wanted = FAULTS[name]
    folder = amend(small_copy, files, base=changes.get("base", "nouvelle"), first=changes.get("first", "2027-01-01"))
    if "without" in changes:
        rewrite(folder / "convention.yaml", changes["without"], "")
    assert wanted in told(small_copy)


def test_a_change_in_a_text_that_amends_none_is_refused(small_copy: Path) -> None:
    (small_copy / "nouvelle/montants.yaml").write_text(AMOUNT, encoding="utf-8")
    with pytest.raises(InputFault) as raised:
        load_registry(small_copy)
    assert [problem.code for problem in raised.value.problems] == ["change-of-nothing"]


def test_a_comparison_with_the_base_names_what_the_text_says_and_nothing_else(small_copy: Path) -> None:
    amend(small_copy, {"montants.yaml": AMOUNT})
    said = avenant("diff", "avenant", "--policies", str(small_copy), "--lang", "en", "--full").output
    assert "1 change of the rules" in said
    assert "13,000 → 14,000" in said.replace("€", "").replace("  ", " ") or "€13,000 → €14,000" in said


def test_the_whole_text_is_written_as_a_folder_that_stands_alone(small_copy: Path, tmp_path: Path) -> None:
    amend(small_copy, {"montants.yaml": AMOUNT})
    shown = ("show", "--convention", "avenant", "--whole", "--policies", str(small_copy), "--write", str(tmp_path))
    said = avenant(*shown)
    assert (said.exit_code, said.output) == (0, "")
    alone = tmp_path / "alone"
    shutil.copytree(tmp_path / "avenant", alone / "avenant")
    shutil.copytree(small_copy / "avenant/tests", alone / "avenant/tests")
    before, after = read(small_copy).by_id("avenant"), read(alone).by_id("avenant")
    found = {
        (edit.kind, edit.part) for edit in edits(before, after, read(small_copy).vocabulary) if edit.part != "file"
    }
    assert found == {("convention", "amends"), ("convention", "citation")}, (
        "what it amends, and on what ground it keeps"
    )
    assert told(alone) == []
    assert "folder-exists" in refused(avenant(*shown))


@pytest.mark.parametrize("id_", sorted(path.name for path in (ROOT / "policies").iterdir() if path.is_dir()))
def test_every_text_is_read_again_as_it_was_written_out(id_: str) -> None:
    folder = ROOT / "policies" / id_
    for path in folder.glob("*.yaml"):
        data = load(path, path.name).data
        assert parse(rules_text(data, "ruleset").encode(), path.name).data == data


def test_the_list_shows_which_text_amends_which(small_copy: Path) -> None:
    amend(small_copy, {"eligibilite.yaml": MINIMUM})
    amend(small_copy, {"montants.yaml": AMOUNT}, "avenant_2", "avenant", "2028-01-01")
    said = avenant("list", "--policies", str(small_copy), "--lang", "fr").output
    assert "Modifiée tour à tour : nouvelle → avenant → avenant_2" in said


def test_parts_of_an_item_under_another_kind_are_told_once_with_their_own(small_copy: Path) -> None:
    part = "{id: part, label: {fr: Une, en: One}, cite: [{source: avenant}], when: {fact: medecin.optam, is: true}}"
    wrong = f"change:\n  quantities:\n    - id: activite_minimale\n      derogations:\n        - {part}\n"
    amend(small_copy, {"regles.yaml": wrong})
    (found,) = check_folder(small_copy)
    assert (found.code, found.nearest) == ("unknown-key", None)
    assert "`derogations` belongs under `criteria`" in found.message("en")
