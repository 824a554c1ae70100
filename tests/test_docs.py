"""The documentation says what the program does: pages equal their generators, commands give what is shown."""

from __future__ import annotations

import doctest
import importlib
import os
import re
import shlex
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import click
import pytest
from command import LANGUAGES, avenant
from conftest import ROOT

from engine.cli.commands import cli
from engine.evaluation.facts import read_case
from engine.evaluation.session import Session
from engine.language.operators import OPERATORS
from engine.language.reading import BODIES
from engine.policy import loader

README = ROOT / "README.md"
PAGES_FR = ("docs/fr/agents.md", "docs/fr/medecins.md")
SHOWN = ("README.md", "docs/tour.md", *PAGES_FR)  # each of their commands is run by a test of its own
OTHERS = re.compile(r"(^|/)(\.(venv|git/|\w+_cache)|build/|dist/)")  # what no page of the project stands in
PAGES = sorted(p for p in ROOT.rglob("*.md") if not OTHERS.search(str(p.relative_to(ROOT))))
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def generator() -> ModuleType:
    tools = str(ROOT / "tools")
    if tools not in sys.path:
        sys.path.insert(0, tools)
    return importlib.import_module("generate_docs")


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def commands(command: click.Command, path: str = "avenant") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for key, sub in command.commands.items():
            yield from commands(sub, f"{path} {key}")


def console(page: Path) -> Iterator[tuple[str, list[str]]]:
    for block in re.findall(r"```console\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        yield from generator().commands(block)


def printed(command: str) -> str:
    """What a command prints: it runs in this process, and in a shell what it needs one for."""
    (ROOT / "build").mkdir(exist_ok=True)
    own, _, after = (part.strip() for part in re.split(r"( [|] | >/dev/null; |$)", command, maxsplit=1))
    name, *arguments = shlex.split(own.replace("\\\n", " "))
    if name != "avenant" or re.search(r"[|<>&;$]", own):
        return str(generator().run(command))
    said = avenant(*arguments)
    if not after:
        return said.output
    return said.stderr + str(generator().run(after, said.stdout))


@pytest.mark.parametrize("page", [key for key in generator().PAGES if key not in SHOWN])
def test_a_generated_page_equals_its_generator(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert text == generator().PAGES[page](text), "run `make docs`"


def test_schemas_are_written_before_pages_that_read_policies() -> None:
    """A text of a new beneficiary may stand already when its value is carried to the other schemas."""
    ours = [page.startswith("schemas/") for page in generator().PAGES]
    assert ours == sorted(ours, reverse=True)


@pytest.mark.parametrize(
    ("command", "shown"),
    [each for page in SHOWN for each in console(ROOT / page)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_command_of_the_readme_and_the_tour_gives_what_is_shown(
    command: str, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    given = printed(command).rstrip("\n").splitlines()
    shown = "\n".join(shown).rstrip("\n").splitlines()
    if shown and shown[-1] == generator().MORE:
        shown = shown[:-1]
        given = given[: len(shown)]
    assert given == shown, "run `make docs`"


@pytest.mark.parametrize("page", [README, ROOT / "docs" / "proof.md"], ids=lambda page: page.name)
def test_the_python_of_a_page_gives_what_is_shown(page: Path) -> None:
    failed, tried = doctest.testfile(str(page), module_relative=False, encoding="utf-8")
    assert tried
    assert not failed


def test_the_first_screen_of_the_readme_holds_a_rule_a_case_a_command_and_its_output() -> None:
    first = README.read_text(encoding="utf-8").splitlines()[:40]
    fences = [line for line in first if line.startswith("```")]
    assert fences[:6] == ["```yaml", "```", "```yaml", "```", "```console", "```"]


@pytest.mark.turns(lang=LANGUAGES)
def test_the_readme_is_read_in_a_few_screens_and_the_demonstration_in_two(lang: str) -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 160
    said = generator().run(f"LC_ALL={lang}_FR.UTF-8 {sys.executable} tools/demo.py")
    assert {"fr": "À essayer ensuite", "en": "To try next"}[lang] in said
    assert len(said.splitlines()) <= 100


def excerpts(page: Path) -> Iterator[tuple[str, list[list[str]]]]:
    """Each YAML block that opens with a comment naming a file, as runs of lines between ``# …``."""
    for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        first, *lines = block.rstrip("\n").split("\n")
        if first.startswith("# ") and (ROOT / first[2:]).is_file():
            text = "\n".join(lines)
            yield first[2:], [run.strip("\n").split("\n") for run in re.split(r"^ *# …$", text, flags=re.MULTILINE)]


@pytest.mark.parametrize(("file", "runs"), [e for page in PAGES for e in excerpts(page)])
def test_an_excerpt_stands_in_the_file_that_it_names(file: str, runs: list[list[str]]) -> None:
    rest = "\n" + (ROOT / file).read_text(encoding="utf-8")
    for run in runs:
        found = "\n" + "\n".join(run) + "\n"
        assert found in rest
        rest = rest[rest.index(found) + len(found) - 1 :]


@pytest.mark.parametrize(
    ("path", "command"), list(commands(cli)), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_has_help_and_a_section(path: str, command: click.Command) -> None:
    assert command.help
    assert f"\n## {path}\n" in (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")


def test_every_operator_and_body_is_in_the_language_page() -> None:
    text = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    missing = [row.name for row in OPERATORS if f"| `{row.name}` |" not in text]
    missing += [body for body in BODIES if f"`{body}`" not in text]
    assert missing == []


def test_every_operator_has_an_example_that_is_tried() -> None:
    examples = loader.load(ROOT / "docs" / "language.examples.yaml").data
    assert [row.name for row in OPERATORS if row.name not in examples[row.family]] == []


def test_every_room_is_in_the_architecture_page() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = {p.parent.name for p in (ROOT / "engine").glob("*/__init__.py")}
    assert set(re.findall(r"\| `engine/(\w+)/` \|", text)) == rooms


def test_every_make_target_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {
        t
        for page in PAGES
        for t in re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert named <= targets


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if there.name == "errors.md" and generator().errors_page is None:
            continue
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_of_the_tour_works(shell: str) -> None:
    line = f"_AVENANT_COMPLETE={shell}_source avenant"
    assert line in (ROOT / "docs" / "tour.md").read_text(encoding="utf-8")
    if shell == "bash" and not any((Path(d) / "bash").exists() for d in os.get_exec_path()):
        pytest.skip("no bash here")
    assert "_AVENANT_COMPLETE" in generator().run(line)


# What each example gives: eligibility, then the aid due for its year, or the amounts of years 1 to 5.
DECIDED = {
    "2019_gp_third_time.yaml": ("eligible", [12000, 9000, 7000, 7000, 7000]),
    "2020_gp_full_time_above_p95.yaml": ("eligible", [None]),
    "2021_gp_half_time_year_5_revalued.yaml": ("eligible", [11000]),
    "2021_health_centre.yaml": ("eligible", [72000, 54000, 42000, 42000, 42000]),
    "2023_gp_half_time_objective_missed.yaml": ("eligible", [Fraction("4230.77")]),
    "2024_gp_aged_66_small_fall.yaml": ("eligible", [22000]),
    "2024_gp_half_time_five_years.yaml": ("eligible", [19000, 14000, 11000, 11000, 11000]),
    "2024_surgeon_too_few_clinical_fees.yaml": ("ineligible", [19000, 14000, 11000, 11000, 11000]),
    "2025_gp_incomplete.yaml": (None, [19000, None, None, None, None]),
}


def test_every_example_is_expected() -> None:
    assert [path.name for path in EXAMPLES] == sorted(DECIDED)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_says_who_it_is_and_decides_as_expected(path: Path, session: Session) -> None:
    assert path.read_text(encoding="utf-8").startswith(
        "# yaml-language-server: $schema=../schemas/case.schema.json\n# "
    )
    document = loader.load(path)
    decision = session.decide(read_case(document, session.registry.vocabulary))
    amounts = [line.amount.value for line in decision.years] or [decision.results["aide.montant_du"].value]
    eligible, expected = DECIDED[path.name]
    assert decision.results["eligibilite"].value == eligible
    assert amounts == expected
