"""Whatever a file, a case or a terminal does: a message that helps, the right exit status, and never a traceback.

What `avenant evaluate` says of each case of fixtures/bad_cases stands beside it (`pytest --update-golden`).
"""

from __future__ import annotations

import array
import errno
import fcntl
import json
import re
import signal
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import command
import pytest
from command import FIXTURES, LANGUAGES, avenant, codes_in, compare, refused, start

from engine.cli import _unraised
from engine.evaluation import inference
from engine.policy import loader

CASES = FIXTURES / "bad_cases"
SMALL = str(FIXTURES / "small_policies")
BAD_POLICIES = FIXTURES / "bad_policies"
SIGNED: Mapping[str, Any] = {"contrat": {"date_signature": "2024-09-02", "option": "demi_etp", "annee": 1}}

# What is asked for beside the case, and under which policies, where it is not plainly `evaluate` under the small ones.
POLICIES = {"no-row": "row-gap", "no-rule": "outcome-gap", "conflict": "outcome-conflict"}
OPTIONS = {
    "unknown-convention": ("--convention", "nouvele"),
    "unknown-interpretation": ("--interpret", "borne_du_minimun=incluse"),
    "unknown-value": ("--interpret", "borne_du_minimum=inclus"),
    "digest-mismatch": ("--expect-digest", "sha256:0"),
    "output-unwritable": ("--output", "tests/fixtures/no_such_folder/decision.txt"),
}
WRONG_USAGE = frozenset({"unknown-convention", "unknown-interpretation", "unknown-value"})


def evaluate(*arguments: str, stdin: str | bytes | None = None, policies: str = SMALL) -> Any:
    return avenant("evaluate", *arguments, "--policies", policies, "--lang", "en", stdin=stdin)


def written(folder: Path, content: str | bytes, name: str = "case.yaml") -> str:
    """The path of a file with this content."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def faults(result: Any) -> list[str]:
    """The codes that a refused run tells, in order."""
    return codes_in(refused(result))


def fails(ruleset: inference.Ruleset, verdicts: Mapping[str, str]) -> list[inference.Firing]:
    raise inference.EngineFault(f"{ruleset.name}: the anchor did not fire")


# Each code that a case or a command can cause


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", sorted({"file-missing", *(path.name.split(".")[0] for path in CASES.iterdir())}))
def test_the_fault_is_told_where_it_is_and_how_to_mend_it(
    code: str, lang: str, update_golden: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if code == "engine-fault":
        monkeypatch.setattr(inference.Ruleset, "run", fails)
        monkeypatch.setattr(
            command, "_SESSIONS", {True: {}, False: {}}
        )  # in which a case like this one may have been decided before
    case = str(next(iter(CASES.glob(f"{code}.[yj]*")), CASES / f"{code}.yaml"))
    policies = str(BAD_POLICIES / POLICIES[code]) if code in POLICIES else SMALL
    result = avenant("evaluate", case, "--policies", policies, "--lang", lang, *OPTIONS.get(code, ()))
    if code in WRONG_USAGE:
        said = refused(result, status=2).splitlines(keepends=True)[-1]  # the lines before it are click's
    else:
        said = refused(result)
        assert f": {code}: " in said
    compare(CASES / f"{code}.{lang}.txt", re.sub("sha256:[0-9a-f]{64}", "sha256:…", said), update_golden)


def test_two_readings_that_do_not_exist_are_both_told() -> None:
    wrong = ("--interpret", "borne_du_minimun=incluse", "--interpret", "borne_du_minimum=inclus")
    said = refused(evaluate(str(CASES / "unknown-value.yaml"), *wrong), status=2)
    assert "Did you mean 'borne_du_minimum'?" in said
    assert "Did you mean 'incluse'?" in said


# Files that are no case


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file-empty"),
        ("# rien\n", "file-empty"),
        ("contrat: {date_signature: 2024-09-02", "yaml-open"),
        ("contrat:\n  date_signature: 2024-09-02\n option: demi_etp\n", "yaml-indentation"),
        ("contrat:\n\tdate_signature: 2024-09-02\n", "yaml-tab"),
        ("contrat: {option: }\n", "yaml-empty-value"),
        ("contrat: [1,, 2]\n", "yaml-syntax"),
        ("contrat: {annee: 4:, option: demi_etp}\n", "yaml-colon"),
        *((f"contrat: {sign}\n", "yaml-sign") for sign in ("*", "&", ">0", "| demi_etp", "@", "`")),
        ("%\ncontrat: {}\n", "yaml-sign"),
        ("--- {}\n--- {}\n", "yaml-several-documents"),
        ("medecin: !!python/object:os.system {}\n", "yaml-tag"),
        ("? [contrat]\n: {}\n", "yaml-key"),
        ("text\n", "case-not-a-mapping"),
        ("[" * 100_000 + "]" * 100_000, "too-deep"),
        ("{a: " * 100_000 + "1" + "}" * 100_000, "too-deep"),
        ("- " * 100_000, "too-deep"),
        (b"medecin: {specialite: p\xe9diatrie}\n", "wrong-encoding"),
        ("contrat: {}\n".encode("utf-16"), "wrong-encoding"),
        (b"contrat: \x00\n", "yaml-character"),
    ],
    ids=lambda value: value if isinstance(value, str) and re.fullmatch("[a-z-]+", value) else "",
)
def test_a_text_that_is_no_case_is_refused_by_its_code(content: str | bytes, code: str, tmp_path: Path) -> None:
    assert faults(evaluate(written(tmp_path, content))) == [code]
    assert faults(evaluate("-", stdin=content)) == [code]


def test_a_file_of_50_megabytes_is_refused_before_it_is_read_as_yaml(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "case.yaml"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    monkeypatch.setattr(loader, "parse", None)
    assert faults(evaluate(str(path))) == ["file-too-large"]


def test_standard_input_without_end_is_refused_after_its_first_four_megabytes() -> None:
    with (
        Path("/dev/zero").open("rb") as endless,
        start("evaluate", "-", "--policies", SMALL, stdin=endless) as process,
    ):
        _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert err.startswith(b"-: file-too-large: ")


def test_a_file_full_of_aliases_is_refused_without_following_one(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    codes = faults(evaluate(written(tmp_path, "\n".join(levels))))
    assert codes == ["yaml-anchor"] * len(levels)  # and no word of what takes them up


def test_a_missing_file_and_a_folder_in_place_of_a_file_are_told_apart(tmp_path: Path) -> None:
    assert faults(evaluate(str(tmp_path / "none.yaml"))) == ["file-missing"]
    assert faults(evaluate(str(tmp_path))) == ["file-unreadable"]


def test_a_name_too_long_for_the_system_is_unreadable() -> None:
    assert faults(evaluate("x" * 5000)) == ["file-unreadable"]


# JSON


def test_a_case_is_read_from_standard_input_as_yaml_and_as_json() -> None:
    text = "contrat: {date_signature: 2024-09-02, option: demi_etp, annee: 1}\n"
    answers = [
        evaluate("-", "--format", "json", stdin=case)
        for case in (text, json.dumps(SIGNED), json.dumps(SIGNED, indent="\t"))
    ]
    assert [answer.exit_code for answer in answers] == [0, 0, 0]
    assert len({answer.stdout for answer in answers}) == 1


def test_a_json_null_is_a_missing_fact(tmp_path: Path) -> None:
    case = {**SIGNED, "patientele": {"mt_depart": None}, "medecin": None}
    result = evaluate(written(tmp_path, json.dumps(case), "case.json"), "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["missing"] == ["patientele.mt_depart"]


@pytest.mark.parametrize("pair", ['"annee": 1, "annee": 2', '"annee": null, "annee": 2', '"annee": 2, "annee": null'])
def test_a_json_key_given_twice_is_refused_even_where_one_is_null(pair: str, tmp_path: Path) -> None:
    content = f'{{"contrat": {{"date_signature": "2024-09-02", {pair}}}}}'
    assert faults(evaluate(written(tmp_path, content, "case.json"))) == ["yaml-duplicate-key"]


@pytest.mark.parametrize("number", ["1e400", "1E3", "NaN", "-Infinity", "0775", "1_000", "0x10", "1" + "0" * 40, ".5"])
def test_a_number_that_is_no_plain_decimal_is_refused_in_json_and_in_yaml(number: str, tmp_path: Path) -> None:
    for name in ("case.json", "case.yaml"):
        content = f'{{"contrat": {{"date_signature": "2024-09-02", "annee": {number}}}}}'
        assert faults(evaluate(written(tmp_path, content, name)))[0] in ("yaml-number", "fact-type")


# Facts


def test_a_count_with_three_decimals_may_be_one_of_thousands_and_is_refused(tmp_path: Path) -> None:
    text = 'contrat: {date_signature: "2024-09-02"}\npatientele: {mt_depart: 1.000, percentile_mt: 41.50}\n'
    result = evaluate(written(tmp_path, text, "case.yaml"))
    assert faults(result) == ["two-readings"]
    assert "case.yaml:2:25: " in result.stderr
    assert "1.0 or 1000" in result.stderr


@pytest.mark.parametrize(
    ("group", "fact", "value", "code", "words"),
    [
        ("medecin", "specialitee", "pediatrie", "unknown-fact", "Did you mean 'medecin.specialite'?"),
        ("contrat", "mt_depart", 775, "unknown-fact", "Did you mean 'patientele.mt_depart'?"),
        ("patientelle", "mt_depart", 775, "unknown-fact", "Did you mean 'patientele'?"),
        ("patientele", "mt_depart", "1.700", "two-readings", "1.7 or 1700"),
        ("patientele", "mt_depart", "1,700", "two-readings", "1.7 or 1700"),
        ("patientele", "mt_depart", "beaucoup", "fact-type", "for example 775"),
        ("patientele", "mt_depart", True, "fact-type", "for example 775"),
        ("patientele", "mt_depart", -1, "fact-range", "from 0 to 100000"),
        ("patientele", "mt_depart", 100_001, "fact-range", "from 0 to 100000"),
        ("patientele", "mt_depart", 775.5, "fact-decimals", "at most 0"),
        ("patientele", "percentile_mt", 101, "fact-range", "from 0 to 100"),
        ("patientele", "percentile_mt", 100.001, "fact-range", "from 0 to 100"),
        ("patientele", "percentile_mt", 30.005, "fact-decimals", "at most 2"),
        ("contrat", "annee", 0, "fact-range", "from 1 to 15"),
        ("contrat", "option", "quart_temps", "fact-value", "tiers_etp, demi_etp, un_etp"),
        ("medecin", "specialite", "pediatri", "fact-value", "Did you mean 'pediatrie'?"),
        ("medecin", "optam", "parfois", "fact-type", "oui, non"),
        ("medecin", "optam", 1, "fact-type", "true, false"),
        ("medecin", "date_naissance", "2024-02-30", "day-missing", "does not exist"),
        ("medecin", "date_naissance", "31/11/1960", "day-missing", "does not exist"),
        ("medecin", "date_naissance", "1960-W01-1", "fact-type", "for example 02/09/2024"),
        ("medecin", "date_naissance", "19601230", "fact-type", "for example 02/09/2024"),
        ("medecin", "date_naissance", 1960, "fact-type", "for example 2024-09-02"),
        ("medecin", "date_naissance", "1899-12-31", "fact-range", "from 1900-01-01 to 2100-12-31"),
        ("medecin", "date_naissance", "2024-09-03", "fact-order", "cannot come before medecin.date_naissance"),
        ("contrat", "date_avenant_65_ans", "2024-09-01", "fact-order", "cannot come before contrat.date_signature"),
        ("centre", "etp_medecins", 0, "fact-range", "from 0.01 to 1000"),
    ],
)
def test_a_fact_that_cannot_be_is_refused_with_what_could(
    group: str, fact: str, value: Any, code: str, words: str, tmp_path: Path
) -> None:
    case = {**SIGNED, group: {**SIGNED.get(group, {}), fact: value}}
    result = evaluate(written(tmp_path, json.dumps(case), "case.json"))
    assert faults(result) == [code]
    assert words in result.stderr


@pytest.mark.parametrize(
    ("group", "fact", "said", "meant"),
    [
        ("contrat", "date_signature", "02/09/2024", "2024-09-02"),
        ("contrat", "date_signature", "2 septembre 2024", "2024-09-02"),
        ("contrat", "option", "mi-temps", "demi_etp"),
        ("contrat", "option", "Temps plein", "un_etp"),
        ("contrat", "option", "plein temps", "un_etp"),
        ("contrat", "option", "50 %", "demi_etp"),
        ("contrat", "option", 0.5, "demi_etp"),
        ("medecin", "specialite", "médecin généraliste", "medecine_generale"),
        ("medecin", "specialite", "Pédiatre", "pediatrie"),
        ("medecin", "secteur", 1, "secteur_1"),
        ("medecin", "exercice_coordonne", True, "oui"),
        ("medecin", "secteur", "Secteur 2", "secteur_2"),
        ("medecin", "optam", "oui", True),
        ("medecin", "optam", "non", False),
        ("medecin", "part_honoraires_cliniques", "79,99", 79.99),
        ("medecin", "part_honoraires_cliniques", "79.99 %", 79.99),
        ("patientele", "mt_depart", "1 700", 1700),
        ("patientele", "mt_depart", "1\u202f700 patients", 1700),
    ],
)
def test_a_fact_written_as_people_write_it_is_understood(
    group: str, fact: str, said: Any, meant: Any, tmp_path: Path
) -> None:
    results = []
    for value in (said, meant):
        case = {**SIGNED, group: {**SIGNED.get(group, {}), fact: value}}
        answer = evaluate(written(tmp_path, json.dumps(case), "case.json"), "--format", "json")
        assert answer.exit_code == 0, answer.output
        results.append(answer.stdout)
    assert results[0] == results[1]


def test_all_faults_of_a_case_are_told_at_once_each_at_its_place(tmp_path: Path) -> None:
    content = "contrat:\n  annee: 16\n  optoin: demi_etp\npatientele:\n  mt_depart: [775]\n  fa_depart: -1\n"
    said = refused(evaluate(written(tmp_path, content))).splitlines()
    assert [line.removeprefix(str(tmp_path)).split(": ")[:2] for line in said] == [
        ["/case.yaml:1:1", "missing-signature"],
        ["/case.yaml:2:10", "fact-range"],
        ["/case.yaml:3:3", "unknown-fact"],
        ["/case.yaml:5:14", "fact-type"],
        ["/case.yaml:6:14", "fact-range"],
    ]


@pytest.mark.parametrize(
    "content",
    ["contrat: {date_signatur: 2024-09-02}", "contract: {date_signature: 2024-09-02}", "contrat: 2024-09-02"],
)
def test_a_signature_date_under_a_wrong_name_is_one_fault_and_not_two(content: str, tmp_path: Path) -> None:
    assert len(faults(evaluate(written(tmp_path, content)))) == 1


def test_one_bad_case_among_several_does_not_keep_the_others_from_being_decided(tmp_path: Path) -> None:
    names = [written(tmp_path, json.dumps(SIGNED), f"{name}.json") for name in ("first", "last")]
    bad = written(tmp_path, "contrat: {annee: 1}", "bad.yaml")
    result = evaluate(names[0], bad, names[1])
    assert faults(result) == ["missing-signature"]
    assert result.stdout.index("first") < result.stdout.index("last")
    result = evaluate(names[0], bad, names[1], "--format", "json")
    assert faults(result) == ["missing-signature"]
    assert len(json.loads(result.stdout)) == 2


# The rules of the day


def test_a_date_before_the_first_window_names_what_comes_after(tmp_path: Path) -> None:
    case = written(tmp_path, "contrat: {date_signature: 2018-12-31}\n")
    said = refused(evaluate(case))
    assert "before: —; after: ancienne [2019-01-01, 2024-06-22)" in said


@pytest.mark.parametrize("day", ["2023-01-01", "2024-06-21"])
def test_a_date_in_a_gap_names_both_neighbours(day: str, tmp_path: Path) -> None:
    case = written(tmp_path, f"contrat: {{date_signature: {day}}}\n")
    said = refused(evaluate(case, policies=str(BAD_POLICIES / "window-gap")))
    assert "before: ancienne [2019-01-01, 2023-01-01); after: nouvelle [2024-06-22, …)" in said


def test_a_beneficiary_without_any_convention_is_told_so(tmp_path: Path) -> None:
    case = written(tmp_path, "contrat: {date_signature: 2024-09-02}\nbeneficiaire: centre_de_sante\n")
    assert faults(evaluate(case)) == ["no-convention"]


@pytest.mark.parametrize(
    "options",
    [
        ("--convention", "2025_convention"),
        ("--interpret", "nothing=incluse"),
        ("--interpret", "borne_du_minimum=peut_etre"),
        ("--interpret", "borne_du_minimum"),
        ("--as-of", "2025-02-30"),
        ("--as-of", "demain"),
        ("--lang", "de"),
        ("--format", "xml"),
        ("--no-such-option",),
    ],
    ids=" ".join,
)
def test_a_command_called_wrongly_ends_with_2_and_decides_nothing(options: tuple[str, ...], tmp_path: Path) -> None:
    result = avenant("evaluate", written(tmp_path, json.dumps(SIGNED), "case.json"), "--policies", SMALL, *options)
    refused(result, status=2)
    assert result.stdout == ""


def test_options_that_do_not_go_together_are_wrong_usage(tmp_path: Path) -> None:
    case = written(tmp_path, json.dumps(SIGNED), "case.json")
    refused(avenant("explain", case, "eligibilite", "--possible", "--what-if", "eligible"), status=2)
    refused(avenant("ask", case, "-o", str(tmp_path / "out.yaml")), status=2)
    refused(avenant("ask"), status=2)


# What the system does


def test_a_disk_that_fills_up_leaves_the_old_output_as_it_was_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = written(tmp_path, json.dumps(SIGNED), "case.json")
    old = Path(written(tmp_path, "old", "decision.txt"))

    def half(path: Path, text: str, **_: Any) -> None:
        path.write_bytes(text[: len(text) // 2].encode())
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", half)
    result = evaluate(case, "--output", str(old))
    assert faults(result) == ["output-unwritable"]
    assert "No space left on device" in result.stderr
    assert old.read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.json", "decision.txt"]


def test_a_folder_in_place_of_an_output_is_left_alone(tmp_path: Path) -> None:
    case = written(tmp_path, json.dumps(SIGNED), "case.json")
    (tmp_path / "decision").mkdir()
    assert faults(evaluate(case, "--output", str(tmp_path / "decision"))) == ["output-unwritable"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.json", "decision"]


def test_an_output_is_replaced_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    case = written(tmp_path, json.dumps(SIGNED), "case.json")
    target = tmp_path / "decision.json"
    target.write_text("old", encoding="utf-8")
    assert evaluate(case, "--format", "json", "--output", str(target)).exit_code == 0
    assert json.loads(target.read_text(encoding="utf-8"))["convention"]["id"] == "nouvelle"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.json", "decision.json"]


@pytest.fixture
def many(tmp_path: Path) -> list[str]:
    """Cases enough to fill a pipe."""
    return [written(tmp_path, json.dumps(SIGNED), f"{number}.json") for number in range(150)]


def test_a_reader_that_goes_away_after_a_line_leaves_no_traceback(many: list[str]) -> None:
    with start("evaluate", *many, "--policies", SMALL, "--format", "json") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"[\n"
        process.stdout.close()
        said = process.stderr.read().decode()
    assert process.returncode in (0, 1)  # as click has it; a reader may stop when it has read enough
    assert said == ""


def waiting(pipe: IO[bytes]) -> int:
    """How many bytes of a pipe are not yet read at the other end."""
    count = array.array("i", [0])
    fcntl.ioctl(pipe.fileno(), termios.FIONREAD, count)
    return count[0]


def test_an_interrupt_that_comes_while_an_object_is_taken_apart_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    class Taken:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    def wait() -> None:
        Taken()
        time.sleep(10)

    monkeypatch.setattr(sys, "unraisablehook", _unraised)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            wait()
    finally:
        signal.signal(signal.SIGINT, before)


def test_an_interrupt_while_waiting_for_input_leaves_no_traceback() -> None:
    with start("evaluate", "-", "--policies", SMALL) as process:
        assert process.stdin is not None
        process.stdin.write(b"#" * 500_000)  # more than a pipe holds: once this is written, it is reading
        while waiting(process.stdin) and process.poll() is None:
            time.sleep(0.05)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode in (1, 130)
    assert err.decode().strip() in ("", "Aborted!")


@pytest.mark.parametrize(
    ("key", "fact"),
    [("Secteur conventionnel", "medecin.secteur"), ("contrat: {Working time option", "contrat.option")],
)
def test_a_fact_called_by_its_label_is_told_by_its_name(key: str, fact: str, tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(f"{key}: x{'}' if '{' in key else ''}\n", encoding="utf-8")
    assert f"Did you mean '{fact}'?" in avenant("evaluate", str(case), "--lang", "en").stderr
