"""A change of a rule as its reviewer meets it: one threshold moved in a git repository, in every format."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from command import avenant, refused
from scratch import Scratch, scratch
from small_rules import SMALL

from engine.evaluation.facts import read_case
from engine.evaluation.session import Session
from engine.policy.loader import load
from engine.policy.reading import load_registry

RULES = "policies/nouvelle/regles.yaml"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    """The small policies, committed, with an amount moved from 19 000 to 19 500 in the working tree."""
    made = scratch(tmp_path_factory.mktemp("reviewed"), "ancienne", "nouvelle", policies=SMALL)
    made.edit(RULES, "then: 19000", "then: 19500")
    return made


@pytest.fixture(autouse=True)
def in_the_repository(repository: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository.top)


def test_its_witnesses_decide_as_claimed_on_both_sides(repository: Scratch, tmp_path: Path) -> None:
    result = avenant("diff", "--git", "HEAD", "--behaviour", "--witness", str(tmp_path / "w"), "--format", "json")
    (changed,) = (each for each in json.loads(result.stdout)["behaviour"] if each["effects"])
    repository.git("worktree", "add", "-q", str(tmp_path / "before"), "HEAD")
    sessions = [Session(load_registry(top / "policies")) for top in (tmp_path / "before", repository.top)]
    for effect in changed["effects"]:
        path = Path(effect["witness"]["file"])
        assert "git worktree add ../rules-HEAD HEAD && avenant evaluate" in path.read_text(encoding="utf-8")
        for session, side in zip(sessions, ("before", "after"), strict=True):
            facts = read_case(load(path).data, session.registry.vocabulary)
            decided = session.decide(facts, interpret=effect["witness"]["interpret"]).results[effect["result"]]
            assert decided.status == effect[side]["status"], path
            assert decided.value == {"before": 19000, "after": 19500}[side]


def test_annotations_stand_on_files_of_the_checkout() -> None:
    said = avenant("diff", "--git", "HEAD", "--behaviour", "--format", "github").stdout.splitlines()
    assert said[0].startswith(f"::notice file={RULES},line=26,")
    assert all(re.match(rf"::warning file={re.escape(RULES)},line=(20|26),", line) for line in said[1:])
    assert len(said) > 1


@pytest.mark.parametrize(("kind", "status"), [("behavioural", 1), ("structural", 1), ("any", 1), ("citation", 0)])
def test_a_run_may_be_made_to_fail_on_a_kind_of_change(kind: str, status: int) -> None:
    assert avenant("diff", "--git", "HEAD", "--behaviour", "--fail-on", kind).exit_code == status


def test_failing_on_behaviour_asks_for_behaviour() -> None:
    assert "--behaviour" in refused(avenant("diff", "--git", "HEAD", "--fail-on", "behavioural"), 2)
