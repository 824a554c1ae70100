"""What avenant diff says, writes and refuses, on the real conventions and on small ones."""

from __future__ import annotations

import json
import re
import shutil
from itertools import product
from pathlib import Path

import pytest
from command import FIXTURES, LANGUAGES, ROOT, avenant, compare, refused
from conftest import Effort
from jsonschema import Draft7Validator
from small_rules import SMALL, rewrite

import engine
from engine.comparison.edits.edit import KINDS, WEIGHTS
from engine.comparison.edits.structure import compared
from engine.comparison.sides import open_sides, paired
from engine.evaluation.session import Session
from engine.report import diff_data, formats
from engine.report.diff_page import Diff, page
from engine.report.say import Say

GOLDEN = ROOT / "tests" / "golden" / "diff"
PAIRS = {
    "2019_2023": ("2019_avenant7", "2023_reglement_arbitral"),
    "2023_2024": ("2023_reglement_arbitral", "2024_convention"),
}


@pytest.mark.parametrize(("name", "lang"), [("2019_2023", "fr"), ("2023_2024", "en")])
def test_the_comparison_is_the_golden_one(name: str, lang: str, update_golden: bool) -> None:
    result = avenant("diff", *PAIRS[name], "--lang", lang)
    assert result.exit_code == 0, result.output
    compare(GOLDEN / f"{name}_{lang}.txt", result.stdout, update_golden)


@pytest.mark.parametrize("format_", ["markdown", "github"])
def test_the_other_formats_are_the_golden_ones(format_: str, update_golden: bool) -> None:
    result = avenant("diff", *PAIRS["2023_2024"], "--lang", "fr", "--format", format_)
    assert result.exit_code == 0, result.output
    compare(GOLDEN / f"2023_2024_fr.{format_}.txt", result.stdout, update_golden)


def validator() -> Draft7Validator:
    schema = json.loads((ROOT / "schemas" / "diff.schema.json").read_text(encoding="utf-8"))
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


@pytest.mark.turns(lang=LANGUAGES)
def test_json_fits_its_schema_and_has_every_edit(lang: str, session: Session, effort: Effort) -> None:
    check = validator()
    names = list(session.registry.conventions)
    for old, new in effort.share(list(product(names, names))):
        data = json.loads(avenant("diff", old, new, "--lang", lang, "--format", "json").stdout)
        assert not list(check.iter_errors(data)), (old, new)
        counted = sum(len(each["edits"]) for each in data["comparisons"])
        assert counted == sum(data["counts"].values())
        assert (counted == 0) == (old == new)


def test_the_schema_knows_the_words_of_the_model() -> None:
    edit = validator().schema["properties"]["comparisons"]["items"]["properties"]["edits"]["items"]["properties"]
    assert edit["kind"]["enum"] == list(KINDS)
    assert edit["change"]["enum"] == ["added", "removed", "changed", "moved"]
    assert edit["weight"]["enum"] == list(WEIGHTS)


def test_money_is_text_with_two_decimals_and_conditions_are_rule_language() -> None:
    data = json.loads(avenant("diff", *PAIRS["2023_2024"], "--format", "json", "--lang", "en").stdout)
    by_item: dict[str, list[dict[str, object]]] = {}
    for edit in data["comparisons"][0]["edits"]:
        by_item.setdefault(edit["item"], []).append(edit)
    row = next(edit for edit in by_item["aide.bareme"] if edit["where"] == "row option = demi_etp, annee = 1")
    assert (row["before"], row["after"]) == ("18000.00", "19000.00")
    (fees,) = (e for e in by_item["honoraires_cliniques"] if e["part"] == "condition" and e["where"] == "met_when, any")
    above = {"fact": "medecin.part_honoraires_cliniques", "more_than": {"ref": "honoraires.minimum"}}
    assert (fees["before"], fees["after"]) == (above, None)
    (right,) = by_item["droit.prorogation"]  # whatever has an id is told by it, an entry beside the items too
    assert (right["before"], right["after"]) == (None, "droit.prorogation")


@pytest.mark.parametrize("name", PAIRS)
def test_a_page_fits_a_narrow_terminal(name: str) -> None:
    a, b = open_sides(*PAIRS[name], None, None)
    found = compared(a.registry, b.registry, paired(a, b))
    for full in (False, True):
        blocks = page(Diff(sides=(a, b), found=found, full=full), Say(b.registry, "fr"))
        lines = formats.plain(blocks, 80).splitlines()
        # A path or an identifier cannot be broken; everything else is.
        assert all(formats.display_width(line) <= 80 or " " not in line.strip(" −+") for line in lines)
        assert formats.coloured(blocks, 80)


def test_full_shows_the_citations_and_labels_that_are_only_counted_otherwise() -> None:
    short, full = (avenant("diff", *PAIRS["2023_2024"], "--lang", "fr", *more).stdout for more in ((), ("--full",)))
    counted = re.search(r"(\d+) des citations, (\d+) des libellés et notes", short)
    assert counted
    shown = (f"Citations ({counted[1]})", f"Libellés et notes ({counted[2]})")
    assert not any(heading in short for heading in shown)
    assert all(heading in full for heading in shown)


def test_of_texts_for_two_beneficiaries_only_what_both_rule_on_is_shown() -> None:
    texts = ("2024_centres_avenant_5", "2026_contrat_collectif", "--lang", "en")
    shown, whole = avenant("diff", *texts).stdout, avenant("diff", *texts, "--full").stdout
    assert "only what both texts rule on" in shown
    assert "criterion, removed" in whole
    assert "criterion, removed" not in shown


def test_markdown_folds_what_is_long_and_stays_a_table() -> None:
    said = avenant("diff", *PAIRS["2023_2024"], "--lang", "en", "--format", "markdown", "--full").stdout
    assert said.count("<details>") == said.count("</details>") > 5
    for fold in re.findall(r"<summary>.*</summary>\n(.*)\n", said):
        assert fold == "", "GitHub reads markdown after an empty line only"
    columns = {line.count("|") - line.count("\\|") for line in said.splitlines() if line.startswith("| ")}
    assert columns == {5, 7}


def test_annotations_escape_what_would_end_a_property(session: Session) -> None:
    said = avenant("diff", *PAIRS["2023_2024"], "--lang", "en", "--format", "github").stdout
    line = re.compile(r"::(notice|warning) file=[^,:]+,line=\d+,col=\d+,title=[^,:]+::.+")
    assert all(line.fullmatch(each) for each in said.splitlines())
    gone = [each for each in said.splitlines() if each.startswith("::warning")]
    assert gone
    assert all("file=policies/2023_reglement_arbitral/" in each for each in gone)
    assert diff_data._command("notice", None, (), "a%b:c,d\ne\r", "t") == "::notice title=a%25b%3Ac%2Cd e ::t"


def changed(folder: Path, old: str, new: str, file: str = "nouvelle/regles.yaml") -> None:
    rewrite(folder / file, old, new)


def statuses(folder: Path) -> dict[str, int]:
    options = ("any", "structural", "citation")
    return {option: avenant("diff", str(SMALL), str(folder), "--fail-on", option).exit_code for option in options}


def test_the_day_of_a_source_is_written_as_every_day_of_a_page(small_copy: Path, tmp_path: Path) -> None:
    older = Path(shutil.copytree(small_copy, tmp_path / "older"))
    for folder, day in ((older, "2026-03"), (small_copy, "2026-04-02")):
        rewrite(folder / "nouvelle/convention.yaml", "publisher:", f'date: "{day}", publisher:')
    assert "date : 03/2026 → 02/04/2026" in avenant("diff", str(older), str(small_copy), "--lang", "fr").stdout.replace(
        "\u00a0", " "
    )
    assert "date: 2026-03 → 2026-04-02" in avenant("diff", str(older), str(small_copy), "--lang", "en").stdout


def test_nothing_fails_where_nothing_changed(small_copy: Path) -> None:
    assert set(statuses(small_copy).values()) == {0}
    said = avenant("diff", str(SMALL), str(small_copy), "--lang", "fr").stdout
    assert "Aucune différence." in said


def test_a_label_fails_any_and_nothing_else(small_copy: Path) -> None:
    text = (small_copy / "nouvelle/regles.yaml").read_text(encoding="utf-8")
    label = re.search(r"label: \{fr: ([^,]+),", text)
    assert label
    changed(small_copy, label[1], label[1] + " !")
    assert statuses(small_copy) == {"any": 1, "structural": 0, "citation": 0}


def test_a_citation_fails_any_and_citation(small_copy: Path) -> None:
    text = (small_copy / "nouvelle/regles.yaml").read_text(encoding="utf-8")
    cite = re.search(r"\{source: \w+", text)
    assert cite
    changed(small_copy, cite[0], cite[0] + ", at: ailleurs" if "at:" not in text else cite[0] + "x")
    assert statuses(small_copy) == {"any": 1, "structural": 0, "citation": 1}


def test_an_edit_of_citations_names_its_source_by_its_title(small_copy: Path) -> None:
    changed(small_copy, "source: texte, at: article 1", "source: texte, at: article 9")
    said = " ".join(avenant("diff", str(SMALL), str(small_copy), "--lang", "fr").stdout.split())
    assert "Texte d'exemple (texte), article 1 → Texte d'exemple (texte), article 9" in said


def test_a_changed_rule_fails_structural_and_says_so_in_one_place(small_copy: Path) -> None:
    changed(small_copy, "at_least", "more_than")
    assert statuses(small_copy) == {"any": 1, "structural": 1, "citation": 0}
    found = engine.diff(str(SMALL), str(small_copy))
    edits = [edit for comparison in found for edit in comparison.edits]
    assert [(edit.change, edit.part, edit.weight) for edit in edits] == [("changed", "operator", "rule")]


def test_an_amount_that_is_no_number_is_a_fault_and_not_a_change(small_copy: Path) -> None:
    changed(small_copy, "then: 19000", "then: 19 000")
    told = refused(avenant("diff", str(SMALL), str(small_copy), "--lang", "fr"))
    assert "regles.yaml:26:54: number-form: " in told


def test_an_item_that_says_its_earlier_id_is_told_by_both_ids_alone(small_copy: Path) -> None:
    changed(small_copy, "  - id: activite_minimale\n", "  - id: activite\n    aliases: [activite_minimale]\n")
    said = avenant("diff", str(SMALL), str(small_copy), "--lang", "fr").stdout
    assert "identifiant : activite_minimale → activite" in said.replace("\u00a0", " ")


@pytest.mark.parametrize("format_", ["text", "markdown"])
def test_an_item_that_does_not_say_its_earlier_id_is_told_to_be_renamed(format_: str, small_copy: Path) -> None:
    changed(small_copy, "  - id: activite_minimale\n", "  - id: activite\n")
    options = ("--lang", "fr", "--format", format_)
    said = avenant("diff", str(SMALL), str(small_copy), *options).stdout
    assert "activite_minimale devient activite" in " ".join(said.replace("\\", "").split())
    changed(small_copy, "fr: Activité minimale,", "fr: Activité d'au moins,")
    said = avenant("diff", str(SMALL), str(small_copy), *options).stdout
    assert "devient" not in said


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The convention of 2024 alone."""
    folder = tmp_path_factory.mktemp("standing") / "policies"
    shutil.copytree(ROOT / "policies" / "2024_convention", folder / "2024_convention")
    return folder


@pytest.fixture
def law(standing: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copytree(standing, tmp_path / "policies"))


def test_a_number_is_a_change_of_the_rules_though_a_property_speaks_of_it_before_the_rule_does(tmp_path: Path) -> None:
    rule = """criteria:
  - id: honoraires
    label: {fr: Honoraires, en: Fees}
    cite: [{source: texte, at: article 1}]
    met_when: {fact: medecin.part_honoraires_cliniques, at_least: %s}
"""
    promise = """properties:
  - id: promesse
    label: {fr: Promesse, en: Promise}
    cite: [{source: texte, at: article 1}]
    never: {all: [{ref: honoraires, is: met}, {fact: medecin.part_honoraires_cliniques, less_than: %s}]}
"""
    for side, share in (("before", 80), ("after", 70)):
        folder = Path(shutil.copytree(FIXTURES / "overlaid_properties" / "nouveau", tmp_path / side / "nouveau"))
        (folder / "properties.yaml").write_text(promise % share, encoding="utf-8")
        (folder / "verification.yaml").write_text(rule % share, encoding="utf-8")
    (comparison,) = engine.diff(str(tmp_path / "before"), str(tmp_path / "after"))
    (edit,) = comparison.edits
    assert (edit.item, edit.weight, [each.item for each in edit.also]) == ("honoraires", "rule", ["promesse"])


def test_a_number_that_changes_wherever_it_stands_is_one_edit_with_its_places(standing: Path, law: Path) -> None:
    for path in law.glob("2024_convention/*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"(percentile_.., [a-z_]+: )30}", r"\g<1>25}", text), encoding="utf-8")
    diff = ("diff", str(standing), str(law), "--format")
    said = json.loads(avenant(*diff, "json", "--lang", "fr").stdout)
    (edit,) = [each for comparison in said["comparisons"] for each in comparison["edits"]]
    assert (edit["item"], said["counts"]["rule"]) == ("rang_p30.mt", 1)
    items = {"rang_p30.mt", "rang_p30.fa", "tranche.mt", "tranche.fa"}
    items |= {"coherence.percentile_mt", "coherence.percentile_fa"}
    assert {each["item"] for each in edit["also"]} == items
    assert len({(each["at_after"]["file"], each["at_after"]["line"]) for each in (edit, *edit["also"])}) == 10
    told = avenant(*diff, "github", "--lang", "fr").stdout.splitlines()
    assert len(told) == 10, "each place has its annotation"
    page = " ".join(avenant("diff", str(standing), str(law), "--lang", "fr").stdout.split())
    assert "de même à 9 autres endroits" in page


@pytest.mark.parametrize("other", ["fact: medecin.optam, is: true", "fact: medecin.secteur, is_not: secteur_1"])
def test_a_condition_in_place_of_another_is_one_edit(other: str, standing: Path, law: Path) -> None:
    rewrite(law / "2024_convention" / "eligibility.yaml", "{fact: medecin.secteur, is: secteur_1}", f"{{{other}}}")
    said = json.loads(avenant("diff", str(standing), str(law), "--format", "json").stdout)
    (edit,) = [each for comparison in said["comparisons"] for each in comparison["edits"]]
    assert (edit["item"], edit["change"]) == ("secteur_conventionnel", "changed")


def test_a_convention_on_one_side_only_is_one_edit(small_copy: Path) -> None:
    shutil.rmtree(small_copy / "ancienne")
    for a, b, change, word in (
        (SMALL, small_copy, "removed", "suppression"),
        (small_copy, SMALL, "added", "ajout"),
    ):
        found = engine.diff(str(a), str(b))
        edits = [edit for comparison in found for edit in comparison.edits]
        assert [(edit.item, edit.kind, edit.change, edit.part) for edit in edits] == [
            ("ancienne", "convention", change, "item")
        ]
        said = avenant("diff", str(a), str(b), "--lang", "fr").stdout
        assert f"convention, {word}" in said
        assert "Sans changement : nouvelle." in said


def test_a_new_folder_is_compared_with_the_text_before_it(small_copy: Path) -> None:
    shutil.copytree(small_copy / "nouvelle", small_copy / "future")
    for old, new in (("id: nouvelle", "id: future"), ("2024-06-22", "2026-01-01")):
        changed(small_copy, old, new, "future/convention.yaml")
    changed(small_copy, "then: 19000", "then: 19500", "future/regles.yaml")
    changed(small_copy, '"2024-06-22"', '"2024-06-22", before: "2026-01-01"', "nouvelle/convention.yaml")
    said = avenant("diff", str(SMALL), str(small_copy), "--lang", "en").stdout
    assert "nouvelle → future\n" in said
    assert "€19,000 → €19,500" in said
    assert "Unchanged: ancienne." in said
    assert "added" not in said.replace("signatures before, added", "")


def test_behavioural_changes_are_not_found_without_looking_at_behaviour() -> None:
    said = refused(avenant("diff", *PAIRS["2023_2024"], "--fail-on", "behavioural"), 2)
    assert "--behaviour" in said


def test_an_unknown_convention_is_named_with_the_nearest_one() -> None:
    said = refused(avenant("diff", "2023_reglement", "2024_convention", "--lang", "fr"), 2)
    assert "2023_reglement_arbitral" in said


def test_faults_of_both_sides_are_told_and_never_no_change(tmp_path: Path) -> None:
    broken = FIXTURES / "bad_policies" / "yaml-syntax"
    other = FIXTURES / "bad_policies" / "yaml-tab"
    for format_ in ("text", "markdown", "json", "github"):
        result = avenant("diff", str(broken), str(other), "--format", format_)
        said = refused(result, 1)
        assert "yaml-syntax" in said
        assert "yaml-tab" in said
        assert not result.stdout


def test_of_three_texts_the_comparisons_to_make_are_said() -> None:
    said = refused(avenant("diff", "ancienne", "nouvelle", "suivante", "--lang", "fr"), 2)
    assert "avenant diff ancienne nouvelle, avenant diff nouvelle suivante" in said


def test_a_side_that_does_not_exist_is_a_usage_error() -> None:
    assert "nowhere" in refused(avenant("diff", "nowhere", "2024_convention"), 2)


def test_the_folder_of_one_convention_is_compared_with_its_namesake(tmp_path: Path) -> None:
    folder = Path(shutil.copytree("policies/2024_convention", tmp_path / "2024_convention"))
    rewrite(folder / "funding.yaml", "then: 19000", "then: 19500")
    for a, b in ((folder, "2024_convention"), (folder, "policies"), (folder, "policies/2024_convention")):
        (comparison,) = engine.diff(str(a), str(b))
        (edit,) = comparison.edits
        assert (edit.item, edit.part, edit.weight) == ("aide.bareme", "value", "rule")
        assert edit.where == "row option = demi_etp, annee = 1"
        assert edit.at_before is not None
        assert edit.at_after is not None
        assert Path(edit.at_before.file) == folder / "funding.yaml"


def test_the_output_file_is_written(tmp_path: Path) -> None:
    target = tmp_path / "comment.md"
    result = avenant("diff", *PAIRS["2023_2024"], "--format", "markdown", "-o", str(target))
    assert result.exit_code == 0
    assert target.read_text(encoding="utf-8").startswith(r"# 2023\_reglement\_arbitral → 2024\_convention")
    assert "output-unwritable" in refused(avenant("diff", *PAIRS["2023_2024"], "-o", str(tmp_path)), 1)
