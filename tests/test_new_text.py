"""A new text is begun by one command, and checked only once its author has filled in what the command cannot know."""

from __future__ import annotations

from pathlib import Path

from command import avenant, refused
from small_rules import AGAIN, OVERLAY, VALUE, date_threshold, read, rewrite, told

from engine.policy.model import DecisionTable

BEGUN = ("--amends", "nouvelle", "--from", "2027-01-01")


def test_a_text_is_begun_with_its_head_a_list_of_differences_and_a_changelog(small_copy: Path) -> None:
    labels = ("--label-fr", "Avenant n° 1 : l'essai", "--label-en", "Amendment no. 1")
    said = avenant("new", "avenant_1", *BEGUN, *labels, "--policies", str(small_copy), "--lang", "en")
    assert said.exit_code == 0, said.output
    folder = small_copy / "avenant_1"
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert files == ["CHANGELOG.md", "convention.yaml", "tests/differences.yaml"]
    text = read(small_copy).by_id("avenant_1")
    assert (text.amends, text.label["fr"], str(text.signed_from)) == ("nouvelle", labels[1], "2027-01-01")
    assert text.items.keys() == read(small_copy).by_id("nouvelle").items.keys()


def test_what_is_left_to_fill_in_is_refused_line_by_line(small_copy: Path) -> None:
    avenant("new", "avenant_1", *BEGUN, "--policies", str(small_copy))
    left = [line.rpartition(":")[0] for line in told(small_copy) if line.endswith("to-fill")]
    head = "avenant_1/convention.yaml"
    assert left == [*(f"avenant_1/CHANGELOG.md:{n}" for n in (1, 3)), *(f"{head}:{n}" for n in (3, 6, 9, 10))]
    for path in (small_copy / "avenant_1").rglob("*.*"):
        path.write_text(path.read_text(encoding="utf-8").replace("À REMPLIR", "Article 1"), encoding="utf-8")
    assert [line for line in told(small_copy) if "to-fill" in line] == []


def test_a_text_is_never_begun_over_another_nor_before_its_base(small_copy: Path) -> None:
    place = ("--policies", str(small_copy))
    assert "folder-exists" in refused(avenant("new", "ancienne", *BEGUN, *place))
    early = avenant("new", "avenant_1", "--amends", "nouvelle", "--from", "2024-06-22", *place, "--lang", "en")
    assert "begins on 2024-06-22" in refused(early, 2)
    assert "Did you mean nouvelle" in refused(
        avenant("new", "a", "--amends", "nouvele", *BEGUN[2:], *place), 2
    ).replace("'", "")
    assert "not of small letters" in refused(avenant("new", "Avenant 1", *BEGUN, *place), 2)
    assert "not a date" in refused(avenant("new", "avenant_1", *BEGUN[:2], "--from", "2027", *place), 2)
    assert not (small_copy / "avenant_1").exists()


def test_a_whole_text_has_the_rules_and_tests_of_the_one_before_at_its_own_time(small_copy: Path) -> None:
    overlay = {f"nouvelle/{AGAIN}": OVERLAY}
    for name, text in overlay.items():
        (small_copy / name).write_text(text, encoding="utf-8")
    rewrite(
        small_copy / "nouvelle/convention.yaml", "signed: {from", "note: {fr: D'avant, en: Of before}\nsigned: {from"
    )
    started = ("new", "entier", "--whole", "nouvelle", "--from", "2027-01-01", "--policies", str(small_copy))
    assert avenant(*started).exit_code == 0
    folder = small_copy / "entier"
    assert not (folder / AGAIN).exists()
    rules = (folder / "regles.yaml").read_text(encoding="utf-8")
    assert "article 1" not in rules
    assert "À REMPLIR" in rules
    suite = (folder / "tests/regles_test.yaml").read_text(encoding="utf-8")
    assert "2027-09-02" in suite
    assert "2024-09-02" not in suite
    for path in folder.rglob("*.*"):
        path.write_text(path.read_text(encoding="utf-8").replace("À REMPLIR", "Article 1"), encoding="utf-8")
    assert told(small_copy) == []
    new, old = (read(small_copy).by_id(id_) for id_ in ("entier", "nouvelle"))
    assert (new.note, new.items.keys()) == (None, {id_ for id_, item in old.items.items() if not item.transitional})
    passed = avenant("test", "--policies", str(small_copy), "--lang", "en")
    assert passed.exit_code == 0, passed.output


def test_the_window_of_the_text_before_ends_by_itself_unless_it_says_when(small_copy: Path) -> None:
    started = ("new", "entier", "--whole", "nouvelle", "--from", "2027-01-01", "--policies", str(small_copy))
    assert avenant(*started).exit_code == 0
    assert str(read(small_copy).by_id("nouvelle").signed_before) == "2027-01-01"
    assert str(read(small_copy).by_id("ancienne").signed_before) == "2024-06-22"
    rewrite(small_copy / "nouvelle/convention.yaml", '"2024-06-22"}', '"2024-06-22", before: "2028-01-01"}')
    assert [line for line in told(small_copy) if "window" in line] == ["entier/convention.yaml:2:1 window-overlap"]


def test_a_new_text_rests_on_one_way_to_begin(small_copy: Path) -> None:
    place = ("--from", "2027-01-01", "--policies", str(small_copy))
    assert "--amends or --whole" in refused(avenant("new", "a", *place), 2)
    assert "--amends or --whole" in refused(
        avenant("new", "a", "--amends", "nouvelle", "--whole", "nouvelle", *place), 2
    )
    other = ("--beneficiary", "centre_de_sante")
    assert "--whole of others" in refused(avenant("new", "a", "--amends", "nouvelle", *other, *place), 2)


def test_the_first_text_of_a_beneficiary_is_begun_from_that_of_another(small_copy: Path) -> None:
    started = ("new", "centres", "--whole", "nouvelle", "--from", "2027-01-01", "--policies", str(small_copy))
    wrong = refused(avenant(*started, "--beneficiary", "centre", "--lang", "en"), 2)
    assert "Did you mean 'centre_de_sante'?" in wrong
    assert avenant(*started, "--beneficiary", "centre_de_sante").exit_code == 0
    for path in (small_copy / "centres").rglob("*.*"):
        path.write_text(path.read_text(encoding="utf-8").replace("À REMPLIR", "Article 1"), encoding="utf-8")
    assert told(small_copy) == []
    registry = read(small_copy)
    assert (registry.by_id("centres").beneficiary, registry.by_id("nouvelle").signed_before) == (
        "centre_de_sante",
        None,
    )
    passed = avenant("test", "-k", "centres", "--policies", str(small_copy), "--lang", "en")
    assert passed.output == "1 case passed\n"


def test_only_dated_values_that_hold_or_come_go_over_to_a_whole_text(small_copy: Path) -> None:
    later = VALUE + VALUE.replace("2024-06-22", "2025-06-01").replace("775", "780")
    later += VALUE.replace("2024-06-22", "2028-01-01").replace("775", "790")
    date_threshold(small_copy, later)
    started = ("new", "entier", "--whole", "nouvelle", "--from", "2027-01-01", "--policies", str(small_copy))
    assert avenant(*started).exit_code == 0
    body = read(small_copy).by_id("entier").items["seuil"].body
    assert isinstance(body, DecisionTable)
    assert [(str(value.start), getattr(value.then, "value", None)) for value in body.rows] == [
        ("2027-01-01", 780),
        ("2028-01-01", 790),
    ]


def test_a_source_that_no_text_declares_is_shown_by_its_id_until_check_tells_of_it(small_copy: Path) -> None:
    rewrite(small_copy / "nouvelle/regles.yaml", "source: texte, at: article 2", "source: brouillon, at: article 2")
    shown = avenant("show", "aide.montant_annuel", "--policies", str(small_copy), "--lang", "en")
    assert "Text: brouillon, article 2 (derived)" in shown.stdout
    case = small_copy.parent / "case.yaml"
    case.write_text("contrat: {date_signature: 2024-09-02, option: demi_etp, annee: 1}\n", encoding="utf-8")
    decided = avenant("evaluate", str(case), "--full", "--policies", str(small_copy), "--lang", "en")
    assert "brouillon (derived)" in decided.stdout
    assert "unknown-source" in refused(avenant("check", "--policies", str(small_copy)))
