"""The sides of a comparison: conventions, folders and git revisions, none of them ever taken for empty by mistake."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command import ROOT
from scratch import Scratch, scratch

from engine.comparison import revisions, sides
from engine.comparison.sides import Side, open_sides, revision_side
from engine.errors import InputFault, UsageFault
from engine.policy.model import DecisionTable
from engine.policy.places import PoliciesPlace

CONVENTION = "2023_reglement_arbitral"
OBJECTIVES = f"policies/{CONVENTION}/objectives.yaml"
THRESHOLD = "seuil.mt.p30"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scratch:
    made = scratch(tmp_path / "repository", CONVENTION)
    monkeypatch.chdir(made.top)
    return made


def value(side: Side) -> object:
    """The first P30 of the attending-doctor patients on one side."""
    body = side.registry.conventions[CONVENTION].items[THRESHOLD].body
    assert isinstance(body, DecisionTable)
    return getattr(body.rows[0].then, "value", None)


def place(side: Side) -> str:
    return str(side.registry.conventions[CONVENTION].items[THRESHOLD].at)


def codes(error: pytest.ExceptionInfo[InputFault]) -> list[str]:
    return [problem.code for problem in error.value.problems]


def usage(*arguments: str | None) -> str:
    with pytest.raises(UsageFault) as error:
        open_sides(*arguments)  # type: ignore[arg-type]
    return error.value.problems[0].code


# Revisions


def test_a_revision_is_compared_with_the_working_tree_and_each_place_says_which_it_is(repository: Scratch) -> None:
    repository.edit(OBJECTIVES, "value: 775", "value: 776")
    before, after = open_sides(None, None, "main", None)
    assert (value(before), value(after)) == (775, 776)
    assert (before.name, after.name) == ("main", "policies")
    assert place(before) == f"main:{place(after)}"
    assert place(after).startswith(f"{OBJECTIVES}:")


def test_two_revisions_are_compared_and_the_working_tree_is_neither_read_nor_touched(repository: Scratch) -> None:
    repository.git("tag", "first")
    repository.edit(OBJECTIVES, "value: 775", "value: 776")
    repository.commit("Second")
    repository.write(OBJECTIVES, "criteria: [")
    status = repository.git("status", "--porcelain")
    before, after = open_sides(None, None, "first..HEAD", None)
    assert (value(before), value(after)) == (775, 776)
    assert place(before).startswith(f"first:{OBJECTIVES}:")
    assert place(after).startswith(f"HEAD:{OBJECTIVES}:")
    assert repository.git("status", "--porcelain") == status


def test_a_new_convention_of_the_working_tree_is_compared_with_the_one_before_it(repository: Scratch) -> None:
    new = "policies/2024_convention"
    shutil.copytree(ROOT / new, repository.top / new)
    sides = open_sides("2024_convention", None, "main", None)
    assert [side.conventions for side in sides] == [(CONVENTION,), ("2024_convention",)]
    assert usage("2032_convention", None, "main", None) == "unknown-convention"


def test_three_dots_compare_with_the_commit_where_the_histories_part(repository: Scratch) -> None:
    start = repository.git("rev-parse", "HEAD").strip()
    repository.git("checkout", "-q", "-b", "change")
    repository.edit(OBJECTIVES, "value: 775", "value: 776")
    repository.commit("Change")
    repository.git("checkout", "-q", "main")
    repository.edit(OBJECTIVES, "value: 775", "value: 700")
    repository.commit("Elsewhere")
    before, after = open_sides(None, None, "main...change", None)
    assert (value(before), value(after)) == (775, 776)
    assert before.name == start[:12]
    assert after.name == "change"


def test_an_open_end_is_the_last_commit(repository: Scratch) -> None:
    repository.git("tag", "first")
    repository.edit(OBJECTIVES, "value: 775", "value: 776")
    repository.commit("Second")
    assert [value(side) for side in open_sides(None, None, "first..", None)] == [775, 776]
    assert [value(side) for side in open_sides(None, None, "..first", None)] == [776, 775]


def test_a_folder_below_the_top_and_an_explicit_policies_folder_are_found(
    repository: Scratch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository.edit(OBJECTIVES, "value: 775", "value: 776")
    monkeypatch.chdir(repository.top / "policies" / CONVENTION)
    before, after = open_sides(None, None, "HEAD", None)
    assert (value(before), value(after)) == (775, 776)
    assert place(before).startswith(f"HEAD:{OBJECTIVES}:")
    monkeypatch.chdir(tmp_path)
    before, after = open_sides(None, None, "HEAD", "repository/policies")
    assert place(before).startswith(f"HEAD:{OBJECTIVES}:")
    assert place(after).startswith(f"repository/{OBJECTIVES}:")


def test_one_convention_can_be_asked_for_on_both_sides_or_another_on_the_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scratch(tmp_path, CONVENTION, "2024_convention")
    monkeypatch.chdir(made.top)
    assert [side.conventions for side in open_sides(CONVENTION, None, "HEAD", None)] == [(CONVENTION,)] * 2
    after = open_sides(CONVENTION, "2024_convention", "HEAD", None)[1]
    assert after.conventions == ("2024_convention",)
    assert usage("2025_convention", None, "HEAD", None) == "unknown-convention"


def test_each_side_speaks_of_the_facts_of_its_own_case_schema(repository: Scratch) -> None:
    path = repository.top / "schemas" / "case.schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["properties"]["medecin"]["properties"]["nouveau"] = {"type": "boolean"}
    path.write_text(json.dumps(schema), encoding="utf-8")
    before, after = open_sides(None, None, "HEAD", None)
    assert "medecin.nouveau" not in before.registry.vocabulary.facts
    assert "medecin.nouveau" in after.registry.vocabulary.facts
    assert before.registry.case_digest != after.registry.case_digest


def test_a_revision_without_a_case_schema_speaks_of_the_facts_of_the_project(repository: Scratch) -> None:
    repository.git("rm", "-q", "-r", "schemas")
    repository.commit("Leave the schema to the program")
    before = open_sides(None, None, "HEAD..HEAD", None)[0]
    assert "medecin.secteur" in before.registry.vocabulary.facts


def test_what_attributes_would_do_to_an_archive_changes_nothing(repository: Scratch) -> None:
    repository.write(".gitattributes", "objectives.yaml export-ignore\n*.yaml export-subst text eol=crlf\n")
    repository.commit("Attributes")
    before, after = open_sides(None, None, "HEAD^..HEAD", None)
    assert before.registry.conventions[CONVENTION].digest == after.registry.conventions[CONVENTION].digest


def staged_side() -> Side:
    place = revisions.repository(Path("policies"))
    return revision_side(place, "", revisions.index(place))


def test_the_next_commit_is_read_from_the_index_and_not_from_the_working_tree(repository: Scratch) -> None:
    repository.edit(OBJECTIVES, "value: 775", "value: 776")
    repository.git("add", "-A")
    repository.edit(OBJECTIVES, "value: 776", "value: 777")
    staged = staged_side()
    assert value(staged) == 776
    assert place(staged).startswith(f"{OBJECTIVES}:")


def test_rules_that_were_read_once_are_remembered_by_their_content(
    repository: Scratch, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_sides(None, None, "HEAD..HEAD", None)[0]
    monkeypatch.setattr("engine.policy.reading.read_registry", None)
    assert open_sides(None, None, "HEAD..HEAD", None)[0].registry.conventions == first.registry.conventions


# What is wrong with a revision


def test_faults_of_both_sides_are_told_at_once_each_with_the_name_of_its_side(repository: Scratch) -> None:
    repository.edit(OBJECTIVES, "value: 775", "value: [775]")
    repository.commit("Break a value")
    repository.write(OBJECTIVES, "criteria: [\n")
    with pytest.raises(InputFault) as error:
        open_sides(None, None, "HEAD", None)
    assert [(p.location.file, p.code) for p in error.value.problems] == [
        (f"HEAD:{OBJECTIVES}", "wrong-type"),
        (OBJECTIVES, "yaml-syntax"),
    ]
    assert "/tmp" not in str(error.value)


@pytest.mark.parametrize("revision", ["nowhere", "-x", "--output=x", "", "nowhere..main", "main..nowhere", "ma\nin"])
def test_a_revision_that_names_no_commit_is_wrong_usage(repository: Scratch, revision: str) -> None:
    assert usage(None, None, revision, None) == "git-revision"
    assert not (repository.top / "x").exists()


def test_histories_that_share_nothing_have_no_point_where_they_part(repository: Scratch) -> None:
    repository.git("checkout", "-q", "--orphan", "alone")
    repository.commit("Alone")
    assert usage(None, None, "main...alone", None) == "git-revision"


def test_a_revision_without_policies_is_no_empty_side(repository: Scratch) -> None:
    shutil.move(repository.top / "policies", repository.top / "kept")
    repository.write("README", "Nothing yet.\n")
    repository.commit("No policies")
    shutil.move(repository.top / "kept", repository.top / "policies")
    with pytest.raises(InputFault) as error:
        open_sides(None, None, "HEAD", None)
    assert codes(error) == ["git-no-policies"]
    assert str(error.value).startswith("HEAD:policies: ")


def test_a_folder_outside_of_git_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "policies" / CONVENTION, tmp_path / "policies" / CONVENTION)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(InputFault) as error:
        open_sides(None, None, "HEAD", None)
    assert codes(error) == ["git-no-repository"]


def test_a_machine_without_git_is_told_so(repository: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository.top))
    with pytest.raises(InputFault) as error:
        open_sides(None, None, "HEAD", None)
    assert codes(error) == ["git-missing"]


@pytest.mark.parametrize("bound", ["MAX_FILES", "MAX_BYTES"])
def test_a_revision_that_is_too_large_is_not_read(
    repository: Scratch, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    monkeypatch.setattr(revisions, bound, 3)
    with pytest.raises(InputFault) as error:
        open_sides(None, None, "HEAD", None)
    assert codes(error) == ["git-too-large"]


def test_a_link_in_a_revision_is_not_followed(repository: Scratch) -> None:
    (repository.top / "policies" / CONVENTION / "more.yaml").symlink_to("/etc/passwd")
    repository.commit("A link")
    with pytest.raises(InputFault) as error:
        open_sides(None, None, "HEAD..HEAD", None)
    assert codes(error) == ["file-unreadable"]


def test_an_object_that_is_gone_is_a_fault_and_not_a_missing_file(repository: Scratch) -> None:
    name = repository.git("rev-parse", f"HEAD:{OBJECTIVES}").strip()
    (repository.top / ".git" / "objects" / name[:2] / name[2:]).unlink()
    with pytest.raises(InputFault) as error:
        open_sides(None, None, "HEAD", None)
    assert codes(error) == ["git-failed"]


@pytest.mark.parametrize("content", ["[]", "{", '{"properties": {"medecin": 3}}', '{"properties": {"x": {}}}'])
def test_a_case_schema_that_declares_no_facts_is_a_fault_of_its_side(repository: Scratch, content: str) -> None:
    repository.write("schemas/case.schema.json", content)
    repository.commit("Damage the schema")
    with pytest.raises(InputFault) as error:
        open_sides(None, None, "HEAD..HEAD^", None)
    assert codes(error) == ["case-schema-damaged"]
    assert str(error.value).startswith("HEAD:schemas/case.schema.json: ")


def test_a_hook_may_have_set_where_git_looks(repository: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    assert value(open_sides(None, None, "HEAD", None)[0]) == 775
    assert value(staged_side()) == 775


# Conventions and folders


def test_two_conventions_are_found_by_their_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    before, after = open_sides("2019_avenant7", CONVENTION, None, None)
    assert (before.conventions, after.conventions) == (("2019_avenant7",), (CONVENTION,))
    assert (before.name, after.name) == ("2019_avenant7", CONVENTION)


def test_two_folders_are_compared_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(ROOT)
    shutil.copytree(ROOT / "policies" / CONVENTION, tmp_path / "policies" / CONVENTION)
    before, after = open_sides(str(tmp_path / "policies"), "policies", None, None)
    assert before.conventions == (CONVENTION,)
    assert len(after.conventions) == 7


def test_a_folder_beside_one_convention_is_narrowed_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for pair in ((CONVENTION, "policies"), ("policies", f"policies/{CONVENTION}")):
        assert [side.conventions for side in open_sides(*pair, None, None)] == [(CONVENTION,)] * 2


def test_a_folder_that_lacks_the_convention_beside_it_is_wrong_usage(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    shutil.copytree(ROOT / "policies" / CONVENTION, tmp_path / "policies" / CONVENTION)
    assert usage("2024_convention", str(tmp_path / "policies"), None, None) == "unknown-convention"


def test_the_folder_one_works_in_may_be_a_side(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "policies" / CONVENTION)
    assert [side.conventions for side in open_sides(".", CONVENTION, None, None)] == [(CONVENTION,)] * 2
    monkeypatch.chdir(ROOT / "policies")
    assert len(open_sides(".", "../policies", None, None)[0].conventions) == 7


def test_sides_that_cannot_be_are_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert usage(None, None, None, None) == "sides-missing"
    assert usage("policies", None, None, None) == "sides-missing"
    assert usage("2019_avenant7", None, None, None) == "sides-alone"
    assert usage("policies", None, "HEAD", None) == "sides-folder"
    assert usage(CONVENTION, "2032_convention", None, None) == "unknown-convention"


def test_a_packaged_folder_has_no_revisions(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sides, "policies_place", lambda *_: PoliciesPlace(ROOT, "package"))
    with pytest.raises(InputFault) as error:
        open_sides(None, None, "HEAD", None)
    assert codes(error) == ["folder-missing"]


def test_a_convention_alone_is_compared_with_the_one_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    sides = open_sides("2024_convention", None, None, None)
    assert [side.conventions for side in sides] == [(CONVENTION,), ("2024_convention",)]
    assert [side.name for side in sides] == [CONVENTION, "2024_convention"]
