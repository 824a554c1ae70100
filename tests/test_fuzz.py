"""Fuzzing: mangled inputs of every kind end in a status, in messages with their place, and in no time to speak of.

A few hundred inputs by default; 100 000 with ``make test EFFORT=full``.
"""

from __future__ import annotations

import random
import re
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl
import pytest
from click.testing import Result
from command import ROOT, avenant
from conftest import Effort
from small_rules import SMALL

from engine.escaping import UNSAFE

POLICIES = str(SMALL)
SECONDS = 5.0
SEEDS = 4
WHOLE, USUAL = 100_000, 300
COSTLY = ("csv", "jsonl", "parquet")  # a run of these takes ten times as long as one of the others
SHARE = 0.01  # of all inputs, for each costly kind and seed

_FORM = re.compile(r"(?P<place>.+?)(:\d+:\d+)?: (?P<code>[a-z]+(-[a-z]+)+): .+")
_WRONG_USAGE = re.compile(r"Usage: avenant .*\nTry .*\n\nError: .+\n", re.DOTALL)

INTRUDERS = (
    *(
        "\n",
        "\r",
        "\t",
        "\0",
        '"',
        "'",
        ":",
        ": ",
        "- ",
        ",",
        "{",
        "}",
        "[",
        "]",
        "#",
        "&a ",
        "*a",
        "!!python/name:os ",
    ),
    *("null", "~", "true", "yes", "0", "-1", "010", "1e9", ".inf", "9" * 19, "0.001", "2024-02-30", "9999-12-31"),
    *(
        "é",
        "\ufeff",
        "\u2028",
        "\x1b[2J",
        "\x9b",
        "\u202e",
        "::error::",
        "<!--",
        "=1+1",
        "a" * 300,
        "[" * 50,
        "{a: " * 45,
    ),
    *('"\\e"', '"\\n"', "undetermined", "not_applicable", "medecin.age", "contrat.annee: 3", "\n---\n", "%YAML 2.0\n"),
)

CASE = (ROOT / "examples/2024_gp_half_time_five_years.yaml").read_bytes()
SUITE = b"""suite: Exemple
base: {contrat: {date_signature: "2024-09-02", option: demi_etp}}
cases:
  - name: Un cas
    given: {patientele.mt_depart: 774, contrat.annee: 2}
    expect: {eligibilite: ineligible, aide.montant_annuel: 19000}
"""
ROWS = b"""contrat.date_signature,contrat.option,patientele.mt_depart,note
2024-09-02,demi_etp,775,"a, b"
2020-05-04,un_etp,,c
2024-13-02,demi,abc,
"""
LINES = b"""{"contrat.date_signature": "2024-09-02", "patientele.mt_depart": 775, "note": [1, {"a": null}]}
{"contrat": {"date_signature": "2020-05-04", "annee": 2}, "note": "\\u00e9"}
"""


def parquet() -> bytes:
    """A small Parquet file."""
    path = Path("seed.parquet")
    pl.DataFrame({"contrat.date_signature": ["2024-09-02"], "patientele.mt_depart": [775]}).write_parquet(path)
    return path.read_bytes()


def dossier() -> bytes:
    return min((ROOT / "examples/dossiers").glob("*.yaml")).read_bytes()


def rules() -> bytes:
    return (SMALL / "nouvelle/regles.yaml").read_bytes()


def exported() -> bytes:
    return avenant("table", "export", "nouvelle", "--policies", POLICIES).stdout.encode()


def run_case(content: bytes, numbers: random.Random) -> Result:
    name = numbers.choice(("case.yaml", "case.json"))
    Path(name).write_bytes(content)
    more = numbers.choice((["evaluate"], ["evaluate", "--format", "json"], ["evaluate", "--sensitivity"], ["ask"]))
    return avenant(more[0], name, *more[1:], "--policies", POLICIES, "--lang", numbers.choice(("fr", "en")))


def run_explain(content: bytes, numbers: random.Random) -> Result:
    Path("case.yaml").write_bytes(content)
    return avenant("explain", "case.yaml", "eligibilite", "--policies", POLICIES)


def run_dossier(content: bytes, numbers: random.Random) -> Result:
    Path("dossier.yaml").write_bytes(content)
    format_ = numbers.choice(("text", "markdown", "json", "csv", "html"))
    return avenant("timeline", "dossier.yaml", "--policies", POLICIES, "--format", format_)


def in_policies(content: bytes, file: str) -> None:
    shutil.rmtree("policies", ignore_errors=True)
    shutil.copytree(SMALL, "policies")
    Path("policies", file).parent.mkdir(exist_ok=True)
    Path("policies", file).write_bytes(content)


def run_policy(content: bytes, numbers: random.Random) -> Result:
    in_policies(content, "nouvelle/regles.yaml")
    Path("case.yaml").write_bytes(CASE)
    command = numbers.choice((["check"], ["list"], ["show", "nouvelle"], ["evaluate", "case.yaml"], ["diff", POLICIES]))
    if command[0] == "diff":
        return avenant("diff", POLICIES, "policies")
    return avenant(*command, "--policies", "policies")


def run_suite(content: bytes, numbers: random.Random) -> Result:
    in_policies(content, "nouvelle/tests/exemple_test.yaml")
    return avenant("test", "--policies", "policies")


def run_import(content: bytes, numbers: random.Random) -> Result:
    Path("table.csv").write_bytes(content)
    return avenant("table", "import", "nouvelle", "table.csv", "--policies", POLICIES)


def run_batch(suffix: str) -> Callable[[bytes, random.Random], Result]:
    def run(content: bytes, numbers: random.Random) -> Result:
        Path(f"rows.{suffix}").write_bytes(content)
        output = f"out.{numbers.choice(('csv', 'jsonl', 'parquet'))}"
        return avenant("batch", f"rows.{suffix}", "-o", output, "--policies", POLICIES)

    return run


Kind = tuple[Callable[[], bytes], Callable[[bytes, random.Random], Result]]
KINDS: Mapping[str, Kind] = {
    "case": (lambda: CASE, run_case),
    "explain": (lambda: CASE, run_explain),
    "dossier": (dossier, run_dossier),
    "policy": (rules, run_policy),
    "suite": (lambda: SUITE, run_suite),
    "table": (exported, run_import),
    "csv": (lambda: ROWS, run_batch("csv")),
    "jsonl": (lambda: LINES, run_batch("jsonl")),
    "parquet": (parquet, run_batch("parquet")),
}


def mangled(content: bytes, numbers: random.Random) -> bytes:
    """Content with a few pieces flipped, cut, doubled, moved or put in."""
    for _ in range(numbers.randint(1, 4)):
        start = numbers.randrange(len(content) + 1)
        end = min(len(content), start + numbers.choice((1, 1, 2, 5, 20, 100)))
        match numbers.randrange(7):
            case 0 if content:
                place = min(start, len(content) - 1)
                content = content[:place] + bytes([content[place] ^ 1 << numbers.randrange(8)]) + content[place + 1 :]
            case 1:
                content = content[:start] + content[end:]
            case 2:
                content = content[:end] + content[start:end] + content[end:]
            case 3:
                piece = content[start:end]
                other = numbers.randrange(len(content) + 1)
                content = content[:other] + piece + content[other:]
            case 4 if numbers.random() < 0.2:
                content = content[:start]
            case _:
                content = content[:start] + numbers.choice(INTRUDERS).encode() + content[start:]
    return content


def fault_of(result: Result, seconds: float) -> str | None:
    """What is wrong with how a run ended, if anything."""
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        return f"traceback: {result.exception!r}"
    if result.exit_code not in (0, 1, 2) or "Traceback" in result.stderr:
        return f"status {result.exit_code}"
    if seconds > SECONDS:
        return f"{seconds:.1f} s"
    lines = result.stderr.splitlines()
    if result.exit_code == 1 and not all(map(_FORM.fullmatch, lines)):
        return f"a message without its place or code: {lines}"
    if result.exit_code == 2 and not _WRONG_USAGE.fullmatch(result.stderr):
        return f"wrong usage told in another form: {result.stderr}"
    if re.search(UNSAFE, (result.stdout + result.stderr).replace("\n", "")):
        return "a control character"
    return None


@pytest.mark.parametrize("seed", range(SEEDS))
@pytest.mark.parametrize("kind", KINDS)
def test_a_mangled_input_ends_in_messages_with_their_place(
    kind: str, seed: int, effort: Effort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = WHOLE if effort.full else USUAL
    plain = len(KINDS) - len(COSTLY)
    share = SHARE if kind in COSTLY else (1 - len(COSTLY) * SEEDS * SHARE) / plain / SEEDS
    sound, run = KINDS[kind]
    content, numbers = sound(), random.Random(f"{kind} {seed}")
    faults = []
    for _ in range(max(1, round(whole * share))):
        attempt = mangled(content, numbers)
        started = time.process_time()
        fault = fault_of(run(attempt, numbers), time.process_time() - started)
        if fault is not None:
            faults.append((fault, attempt))
    assert faults == []


@pytest.mark.parametrize("kind", KINDS)
def test_the_input_is_taken_before_it_is_mangled(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sound, run = KINDS[kind]
    result = run(sound(), random.Random(0))
    assert (result.exit_code, result.stderr) == (0, ""), result.stderr


FOUND: Mapping[str, Callable[[bytes], bytes]] = {
    "a file cut after a line break that only YAML counts": lambda sound: b"\r" + sound.partition(b"om: 3}")[0],
    "a headline result that no text has": lambda sound: sound.replace(b"id: aide.montant_annuel", b"id: aide.montant"),
    "a bound that is no number": lambda sound: sound.replace(b"{from: 3}", b"{from: 3 3}"),
}


@pytest.mark.parametrize("edit", FOUND.values(), ids=FOUND)
@pytest.mark.parametrize("command", ["check", "evaluate", "diff"])
def test_what_once_ended_in_a_traceback_ends_in_messages(
    edit: Callable[[bytes], bytes], command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    in_policies(edit(rules()), "nouvelle/regles.yaml")
    Path("case.yaml").write_bytes(CASE)
    words = {"check": ["check"], "evaluate": ["evaluate", "case.yaml"], "diff": ["diff", POLICIES]}[command]
    result = avenant(*words, *(["policies"] if command == "diff" else ["--policies", "policies"]))
    assert fault_of(result, 0) is None
    assert result.exit_code == 1 or command == "diff"
