"""The guide for who writes rules is followed word for word on a copy of the project, and so is its amendment."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Container, Sequence
from pathlib import Path

import pytest
from command import ROOT, avenant, compare, plain_spaces
from conftest import Effort
from fewer_rules import only

from engine.comparison.effects.behaviour import Version, behaviours
from engine.evaluation.session import Session
from engine.policy import places
from engine.policy.reading import load_registry
from engine.report.behaviour_page import behaviour_blocks
from engine.report.formats import plain
from engine.report.say import Say

GUIDE = ROOT / "docs/fr/redacteurs.md"
AMENDMENT = ROOT / "docs/fr/avenant"
COPIED_WHOLE = ("2030", "01/01/2030", "--whole")  # the commands about a text that stands alone
OF_DOCTORS = ("2019_avenant7", "2023_reglement_arbitral", "2024_convention")  # the texts of a copy that is not whole
CHANGED = ("eligibility", "mutation", "objectives", "verification")  # the suites of the one that is amended
LONGEST = 80  # lines of the tutorial's amendment, tests and differences included
CASE = """contrat: {date_signature: "2023-09-04", option: demi_etp}
medecin: {secteur: secteur_1, specialite: medecine_generale, age: 66}
patientele: {mt_depart: 700, fa_depart: 900}
"""
SAID = {
    "avenant new 2027": "est commencé",
    "avenant new 2030": "est commencé",
    "grep -c to-fill": "4",
    "avenant test": "26 changent et sont déclarés",
}


def commands() -> list[str]:
    """The commands of the guide, in order."""
    blocks = re.findall(r"```console\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith("$ ")]


class Copy:
    """A copy of the project under git, whose ``avenant`` is its own where a shell runs it.

    Where it is not ``whole``, it has the texts of doctors alone: of the amended one the suites of which a case then
    changes, of the others one suite each.
    """

    def __init__(self, top: Path, whole: bool) -> None:
        kept = {ROOT / "policies" / text / "tests": {"lifecycle_test.yaml"} for text in OF_DOCTORS}
        kept[ROOT / "policies" / "2024_convention" / "tests"] = {f"{name}_test.yaml" for name in CHANGED}
        kept[ROOT / "policies"] = {*OF_DOCTORS}

        def left_out(folder: str, names: Sequence[str]) -> set[str]:
            return set() if whole else {*names} - kept.get(Path(folder), {*names})

        self.top = top
        for name in ("engine", "policies", "schemas", "docs/fr/avenant"):  # with bytecode, or each is compiled again
            shutil.copytree(ROOT / name, top / name, ignore=left_out)
        (top / ".gitignore").write_text("engine/\n", encoding="utf-8")
        program = top / "bin/avenant"
        program.parent.mkdir()
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -c "from engine.cli import main; main()" "$@"\n')
        program.chmod(0o755)
        for command in ("git init -q -b main", "git add -A", "git commit -q -m Begin"):
            self.run(command)

    def run(self, command: str) -> str:
        """What a command prints: in this process, or in a shell where it needs one."""
        if command.startswith("avenant") and not {*command} & {*"|<>&"}:
            with pytest.MonkeyPatch.context() as patch:
                patch.chdir(self.top)
                patch.setenv("COLUMNS", "100")
                patch.setattr(places, "_PACKAGE", self.top / "engine")  # whose schemas are the copy's
                result = avenant(*shlex.split(command)[1:])
            assert result.exit_code == 0, (command, result.output)
            return result.stdout
        names = {f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        settings = {"PYTHONPATH": str(self.top), "PYTHONUTF8": "1", "COLUMNS": "100", "GIT_CONFIG_GLOBAL": os.devnull}
        path = f"{self.top / 'bin'}:{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.top,
            env={**os.environ, **names, **settings, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done.stdout


def dear(command: str, said: Container[str]) -> bool:
    """What full effort alone runs: for whom, a text that stands alone, and the check of one number."""
    once = command.startswith("avenant check") and not any("avenant new" in each for each in said)
    return once or "--behaviour" in command or any(part in command for part in COPIED_WHOLE)


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory, effort: Effort) -> tuple[Copy, dict[str, str]]:
    """A copy on which the guide was followed, and what each command said."""
    copy = Copy(tmp_path_factory.mktemp("guide") / "avenant", effort.full)
    (copy.top / "case.yaml").write_text(CASE, encoding="utf-8")
    said = {"before": copy.run("avenant evaluate case.yaml --format json")}
    for command in commands():
        if effort.full or not dear(command, said):
            said[command] = copy.run(command)
    return copy, said


def test_each_command_of_the_guide_does_what_it_says(followed: tuple[Copy, dict[str, str]], effort: Effort) -> None:
    _, said = followed
    assert len(said) > (15 if effort.full else 10)
    for part, wanted in SAID.items():
        if not effort.full and dear(part, said):
            continue
        (found,) = [text for command, text in said.items() if part in command]
        assert wanted in " ".join(found.split())
    (change,) = [text for command, text in said.items() if "diff --git" in command]
    assert "1 060 patients" in plain_spaces(change)


def test_the_comparison_names_exactly_what_the_amendment_changes(
    followed: tuple[Copy, dict[str, str]], request: pytest.FixtureRequest
) -> None:
    golden = ROOT / "tests/golden/amendment_diff_fr.txt"
    compare(golden, followed[1]["avenant diff 2027_avenant_3 --lang fr"], request.config.getoption("--update-golden"))


def test_the_comparison_says_for_whom(followed: tuple[Copy, dict[str, str]], effort: Effort) -> None:
    copy, told = followed
    command = "avenant diff 2027_avenant_3 --behaviour --lang fr"
    said = " ".join((told[command] if effort.full else of_eligibility(copy)).split())
    assert "Patientèle médecin traitant de départ : de 690 à 774 patients" in said
    assert "Non éligible → Éligible" in said
    if not effort.full:
        return
    assert "Aide réduite selon le taux d'atteinte → Aide entière" in said
    beyond, _, _ = said.partition("Propre à une version")
    assert "joue pour ceux qu'un des deux refuse" in beyond
    assert beyond.endswith("Barème annuel de l'aide (aide.bareme) ")


def of_eligibility(copy: Copy) -> str:
    """What that command says where the rules are those of eligibility alone."""
    session = Session(load_registry(copy.top / "policies", case_schema=copy.top / "schemas" / "case.schema.json"))
    fewer = only(session, "eligibilite")
    older, newer = (Version(fewer, fewer.registry.by_id(id_)) for id_ in ("2024_convention", "2027_avenant_3"))
    (found,) = behaviours([(older, newer)])
    return plain(tuple(behaviour_blocks(found, Say(fewer.registry, "fr"))))


def test_the_amendment_is_short(followed: tuple[Copy, dict[str, str]]) -> None:
    texts = [path.read_text(encoding="utf-8").splitlines() for path in sorted(AMENDMENT.rglob("*.yaml"))]
    assert sum(not line.startswith("#") for text in texts for line in text) <= LONGEST


def test_a_contract_of_2023_is_decided_as_before(followed: tuple[Copy, dict[str, str]]) -> None:
    copy, said = followed
    digest = re.compile(r'"digest": "[^"]*"')  # of the case schema, too
    after = copy.run("avenant evaluate case.yaml --format json")
    assert digest.sub("", after) == digest.sub("", said["before"])


def test_no_older_folder_is_edited(followed: tuple[Copy, dict[str, str]]) -> None:
    assert followed[0].run("git status --porcelain policies").split() == ["??", "policies/2027_avenant_3/"]
