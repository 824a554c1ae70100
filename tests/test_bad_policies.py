"""Every fault of a policies folder is told by its code, at its place, in both languages, and all faults at once.

What `avenant check` says of each folder of fixtures/bad_policies stands beside it; `pytest --update-golden` writes
it again. Folders that git cannot keep as text (too large, unreadable, in another encoding) are made here.
"""

from __future__ import annotations

import importlib
import re
import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from command import FIXTURES, LANGUAGES, ROOT, avenant, codes_in, compare, refused, start
from small_rules import OVERLAY, rewrite

from engine.cli import rules
from engine.errors import Problem
from engine.policy.checks import check_folder
from engine.policy.loader import MAX_BYTES, MAX_NODES
from engine.words import read_words

CODES = read_words("errors", "en")
BAD = ROOT / FIXTURES / "bad_policies"
CASES = ROOT / FIXTURES / "bad_cases"
DOSSIERS = ROOT / FIXTURES / "bad_dossiers"
SMALL = FIXTURES / "small_policies"
FIVE = FIXTURES / "five_faults"

# Codes that neither a folder nor a case can cause, and what stands before them.
NOT_CAUSED = {
    "not-a-verdict": "schemas/ruleset.schema.json lets nothing but conditions over verdicts into an outcome",
}


def put(content: str | bytes) -> Callable[[Path], object]:
    """Adds a rule file with this content."""
    data = content.encode() if isinstance(content, str) else content
    return lambda policies: (policies / "nouvelle" / "defaut.yaml").write_bytes(data)


def put_dangling_link(policies: Path) -> None:
    (policies / "nouvelle" / "defaut.yaml").symlink_to("nowhere.yaml")


def put_folder(policies: Path) -> None:
    (policies / "nouvelle" / "defaut.yaml").mkdir()


def remove_conventions(policies: Path) -> None:
    for folder in policies.iterdir():
        shutil.rmtree(folder)


MADE: dict[str, Callable[[Path], object]] = {
    "file-missing": put_dangling_link,
    "file-unreadable": put_folder,
    "file-too-large": put(b"# " + b"x" * MAX_BYTES),
    "too-many-nodes": put("criteria: [" + "1, " * MAX_NODES + "1]"),
    "wrong-encoding": put("# Le texte est en latin-1.\n# Médecin".encode("latin-1")),
    "yaml-character": put("# é\ncriteria: \x07"),
    "folder-missing": shutil.rmtree,
    "no-conventions": remove_conventions,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder that holds the policies that cause each of these codes."""
    found = {}
    for code, spoil in MADE.items():
        found[code] = tmp_path_factory.mktemp("made")
        shutil.copytree(ROOT / SMALL, found[code] / "policies")
        spoil(found[code] / "policies")
    return found


@pytest.fixture
def folder(code: str, made: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> str:
    """The policies folder that causes ``code``, named from the working folder; its faults are found once."""
    monkeypatch.setattr(rules, "check_folder", lambda root, origin: checked(Path.cwd(), root, origin))
    monkeypatch.chdir(made.get(code, ROOT))
    return "policies" if code in made else str(FIXTURES / "bad_policies" / code)


@cache
def checked(working: Path, root: Path, origin: str) -> tuple[Problem, ...]:
    return check_folder(root, origin)


@pytest.mark.turns(code=sorted({*MADE, *(path.name for path in BAD.iterdir())}), lang=LANGUAGES)
def test_the_fault_is_told_where_it_is_and_how_to_mend_it(
    code: str, lang: str, folder: str, update_golden: bool
) -> None:
    said = refused(avenant("check", "--strict", "--policies", folder, "--lang", lang))
    assert f": {code}: " in said
    compare(BAD / code / f"expected.{lang}.txt", said, update_golden)


def test_every_code_is_caused_by_a_fixture_or_by_a_test_that_names_it_or_is_said_to_be_out_of_reach() -> None:
    fixtures = {path.name.partition(".")[0] for folder in (CASES, DOSSIERS, BAD) for path in folder.iterdir()}
    assert fixtures <= set(CODES)
    assert not fixtures & set(NOT_CAUSED)
    others = [path for path in sorted((ROOT / "tests").glob("test_*.py")) if path.name != Path(__file__).name]
    tests = "".join(path.read_text(encoding="utf-8") for path in others)
    assert [code for code in CODES if code not in fixtures | set(NOT_CAUSED) and f'"{code}"' not in tests] == []


def test_the_page_of_messages_has_advice_for_every_code_and_no_other() -> None:
    sys.path.insert(0, str(ROOT / "tools"))
    sections = importlib.import_module("docs_errors").SECTIONS
    assert {code for advice in sections.values() for code in advice} == set(CODES)
    assert all(text.endswith(".") for advice in sections.values() for text in advice.values())


def test_codes_are_lowercase_words_joined_by_hyphens() -> None:
    assert [code for code in CODES if not re.fullmatch("[a-z]+(-[a-z]+)*", code)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_five_faults_of_different_kinds_are_told_at_once_and_in_order(lang: str, update_golden: bool) -> None:
    said = refused(avenant("check", "--policies", str(FIVE), "--lang", lang))
    codes = codes_in(said)
    assert set(codes) == {"yaml-boolean", "unknown-key", "unknown-fact", "row-gap", "missing-citation"}
    assert len(codes) == 5
    places = [line.split(": ")[0].rsplit(":", 2) for line in said.splitlines()]
    ordered = sorted((file, int(line), int(column)) for file, line, column in places)
    assert ordered == [(file, int(line), int(column)) for file, line, column in places]
    compare(ROOT / FIVE / f"expected.{lang}.txt", said, update_golden)


def test_a_folder_that_cannot_be_read_is_not_taken_for_a_gap_between_the_others(
    small_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(small_copy.parent)
    Path("policies/ancienne/defaut.yaml").write_text("criteria: yes\n", encoding="utf-8")
    shutil.copytree("policies/ancienne", "policies/premiere")
    head = Path("policies/premiere/convention.yaml")
    for old, new in (("id: ancienne", "id: premiere"), ("2019", "2017"), ("2024-06-22", "2019-01-01")):
        rewrite(head, old, new)
    Path("policies/premiere/defaut.yaml").unlink()
    said = refused(avenant("check", "--policies", "policies"))
    assert codes_in(said) == ["yaml-boolean"]


@pytest.fixture
def copied(small_copy: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Puts words in place of others in a copy of the small policies, and gives the codes that the check tells."""
    monkeypatch.chdir(small_copy.parent)

    def check(file: str, added: str = "", **replaced: str) -> list[str]:
        path = Path("policies") / file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for old, new in replaced.items():
            assert old in text
            text = text.replace(old, new)
        path.write_text(text + added, encoding="utf-8")
        said = refused(avenant("check", "--strict", "--policies", "policies"))
        return codes_in(said)

    return check


ROUNDED = (
    "  - {id: arrondi, label: {fr: Un, en: One}, unit: patients, cite: [{source: texte}],"
    " round: {of: 12.5, to: 0, mode: down}}\n"
)
WHEN = "{fact: contrat.date_avenant_65_ans, known: true}"
GATED = OVERLAY.replace('from_first_anniversary_on_or_after: "2024-06-22"', f"when: {WHEN}")


@pytest.mark.parametrize("wrong", ["contrat.date_signatur", "contrat"])
def test_a_start_of_the_years_that_names_no_fact_is_refused_before_any_case_is_decided(
    wrong: str, copied: Callable[..., list[str]], tmp_path: Path
) -> None:
    assert copied("nouvelle/convention.yaml", **{"contrat.date_signature": wrong}) == ["unknown-fact"]
    Path("case.yaml").write_text("contrat: {date_signature: 2024-09-02}\n", encoding="utf-8")
    assert ": unknown-fact: " in refused(avenant("evaluate", "case.yaml", "--policies", "policies"))


@pytest.mark.parametrize(
    ("when", "code"),
    [
        ("{fact: contrat.date_avenant_66_ans, known: true}", "unknown-fact"),
        ("{interpretation: borne, is: incluse}", "unknown-interpretation"),
        ("{interpretation: borne_du_minimum, is: inclus}", "unknown-value"),
        ("{ref: activite_minimale, is: met}", "overlay-when"),
        ("{fact: medecin.age, known: true}", "overlay-when"),
    ],
)
def test_a_condition_of_an_overlay_that_cannot_be_read_is_refused_before_any_case_is_decided(
    when: str, code: str, copied: Callable[..., list[str]]
) -> None:
    assert copied("nouvelle/transitoire.yaml", GATED.replace(WHEN, when)) == [code]
    Path("case.yaml").write_text("contrat: {date_signature: 2020-01-01}\n", encoding="utf-8")
    assert f": {code}: " in refused(avenant("evaluate", "case.yaml", "--policies", "policies"))


DUTY = """  - id: devoir.{name}
    label: {{fr: Devoir, en: Duty}}
    cite: [{{source: texte}}]
"""


def test_what_fits_no_older_text_for_one_reason_is_told_once_with_all_of_them(tmp_path: Path) -> None:
    policies = tmp_path / "policies"
    shutil.copytree(BAD / "overlay-mismatch", policies)
    shutil.copytree(policies / "ancienne", policies / "plus_ancienne")
    for text, was, is_ in (
        ("plus_ancienne", "ancienne\n", "plus_ancienne\n"),
        ("plus_ancienne", '"2024-06-22"', '"2021-01-01"'),
        ("ancienne", "2019-01-01", "2021-01-01"),
    ):
        rewrite(policies / text / "convention.yaml", was, is_)
    found = [problem for problem in check_folder(policies) if problem.code == "overlay-mismatch"]
    assert len(found) == 4
    assert {problem.values["convention"] for problem in found} == {"ancienne, plus_ancienne"}


def test_an_obligation_is_replaced_by_an_obligation_only(copied: Callable[..., list[str]]) -> None:
    day = "{date_plus: [{fact: contrat.date_signature}, {years: 5}]}"
    replaced = "replace: {activite_minimale: activite_minimale.en_cours}"
    overlay = GATED.replace(replaced, replaced.replace("}", ", devoir.ancien: devoir.nouveau}"))
    old, new = DUTY.format(name="ancien"), DUTY.format(name="nouveau")
    Path("policies/ancienne/devoirs.yaml").write_text(f"obligations:\n{old}", encoding="utf-8")
    text = f"{overlay}obligations:\n{new}    due: {day}\n"
    Path("policies/nouvelle/transitoire.yaml").write_text(text, encoding="utf-8")
    assert avenant("check", "--policies", "policies").exit_code == 0
    Path("policies/nouvelle/transitoire.yaml").unlink()
    text = f"{overlay}quantities:\n{new}    value: {day}\n"
    assert copied("nouvelle/transitoire.yaml", text) == ["overlay-mismatch"]


def test_an_outcome_is_proved_again_over_the_criteria_that_an_overlay_brings(copied: Callable[..., list[str]]) -> None:
    gated = GATED + "    applies_when: {fact: contrat.option, is: demi_etp}\n"
    assert copied("nouvelle/transitoire.yaml", gated) == ["outcome-gap"]


@pytest.mark.parametrize("name", ["policies", "policies (1)", "at=Location(x), y)"])
def test_equal_gates_are_equal_whatever_the_name_of_the_folder(name: str, tmp_path: Path) -> None:
    policies = tmp_path / name
    shutil.copytree(ROOT / SMALL, policies)
    rules = policies / "nouvelle" / "regles.yaml"
    text = rules.read_text(encoding="utf-8")
    gate = "    applies_when: {fact: contrat.option, is: demi_etp}\n"
    other = DUTY.format(name="second") + gate + "    met_when: {fact: patientele.mt_depart, at_least: 700}\n"
    none = "      - {id: eligibilite.sans_objet, when: {every_criterion: not_applicable}, then: eligible}\n"
    text = text.replace("    met_when:\n", gate + "    met_when:\n", 1).replace("outcomes:\n", other + "outcomes:\n")
    rules.write_text(text.replace("    rules:\n", "    rules:\n" + none, 1), encoding="utf-8")
    result = avenant("check", "--policies", str(policies))
    assert (result.exit_code, result.output) == (0, "")


def test_a_short_window_does_not_hide_the_long_one_behind_it() -> None:
    said = (BAD / "window-overlap" / "expected.en.txt").read_text(encoding="utf-8")
    assert "ancienne and breve overlap" in said
    assert "ancienne and nouvelle overlap" in said


def test_a_process_of_its_own_ends_with_1_and_prints_nothing_but_the_faults() -> None:
    with start("check", "--policies", str(FIVE), "--lang", "en") as process:
        out, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert out == b""
    assert err.decode() == (ROOT / FIVE / "expected.en.txt").read_text(encoding="utf-8")


def test_warnings_are_told_and_fail_only_a_strict_check() -> None:
    folder = str(FIXTURES / "bad_policies" / "number-leap")
    lenient, strict = (avenant("check", "--policies", folder, *options) for options in ((), ("--strict",)))
    assert (lenient.exit_code, strict.exit_code) == (0, 1)
    assert lenient.stderr == strict.stderr
    assert [line.split(": ")[2] for line in lenient.stderr.splitlines()] == ["warning", "warning"]


def test_warnings_wait_until_there_is_no_error(copied: Callable[..., list[str]]) -> None:
    assert copied("nouvelle/regles.yaml", **{"13000": "-13000"}) == ["number-negative"]
    assert copied("nouvelle/regles.yaml", **{"contrat.option": "contrat.optio"}) == ["unknown-fact"]


def test_sound_policies_are_passed_over_in_silence() -> None:
    result = avenant("check", "--policies", str(SMALL))
    assert (result.exit_code, result.output) == (0, "")


@pytest.mark.parametrize("code", ["type-mismatch", "unknown-item", "cycle", "too-many-rules", "overlay-when"])
def test_a_case_is_not_decided_under_policies_whose_names_or_types_do_not_fit(code: str, tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text("contrat: {date_signature: 2024-09-02}\n", encoding="utf-8")
    said = refused(avenant("evaluate", str(case), "--policies", str(FIXTURES / "bad_policies" / code)))
    assert f": {code}: " in said


@pytest.mark.parametrize(
    ("file", "old", "new", "fault"),
    [
        ("regles.yaml", "", ROUNDED, "0 is not allowed here. Expected: more than 0"),
        ("convention.yaml", "medecin_liberal", "[medecin_liberal]", "[…] has the wrong type. Expected: a text"),
    ],
)
def test_a_rule_of_the_schema_is_told_in_words_and_once(
    file: str, old: str, new: str, fault: str, tmp_path: Path
) -> None:
    shutil.copytree(BAD / "overlay-covers-nothing", tmp_path / "policies")
    path = tmp_path / "policies" / "ancienne" / file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")
    told = [each for each in check_folder(tmp_path / "policies") if each.location.file == str(path)]
    assert [problem.message() for problem in told] == [fault]
