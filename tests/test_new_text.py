"""A new text is begun by one command, and checked only once its author has filled in what the command cannot know."""

from __future__ import annotations

from pathlib import Path

from command import avenant, refused
from test_amending import policies, read, told  # noqa: F401

BEGUN = ("--amends", "nouvelle", "--from", "2027-01-01")


def test_a_text_is_begun_with_its_head_a_list_of_differences_and_a_changelog(policies: Path) -> None:  # noqa: F811
    labels = ("--label-fr", "Avenant n° 1 : l'essai", "--label-en", "Amendment no. 1")
    said = avenant("new", "avenant_1", *BEGUN, *labels, "--policies", str(policies), "--lang", "en")
    assert said.exit_code == 0, said.output
    folder = policies / "avenant_1"
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert files == ["CHANGELOG.md", "convention.yaml", "tests/differences.yaml"]
    text = read(policies).by_id("avenant_1")
    assert (text.amends, text.label["fr"], str(text.signed_from)) == ("nouvelle", labels[1], "2027-01-01")
    assert text.items.keys() == read(policies).by_id("nouvelle").items.keys()


def test_what_is_left_to_fill_in_is_refused_line_by_line(policies: Path) -> None:  # noqa: F811
    avenant("new", "avenant_1", *BEGUN, "--policies", str(policies))
    left = [line.rpartition(":")[0] for line in told(policies) if line.endswith("to-fill")]
    head = "avenant_1/convention.yaml"
    assert left == [*(f"avenant_1/CHANGELOG.md:{n}" for n in (1, 3)), *(f"{head}:{n}" for n in (3, 6, 8))]
    for path in (policies / "avenant_1").rglob("*.*"):
        path.write_text(path.read_text(encoding="utf-8").replace("À REMPLIR", "Article 1"), encoding="utf-8")
    assert [line for line in told(policies) if "to-fill" in line] == []


def test_a_text_is_never_begun_over_another_nor_before_its_base(policies: Path) -> None:  # noqa: F811
    place = ("--policies", str(policies))
    assert "folder-exists" in refused(avenant("new", "ancienne", *BEGUN, *place))
    early = avenant("new", "avenant_1", "--amends", "nouvelle", "--from", "2024-06-22", *place, "--lang", "en")
    assert "begins on 2024-06-22" in refused(early, 2)
    assert "Did you mean nouvelle" in refused(
        avenant("new", "a", "--amends", "nouvele", *BEGUN[2:], *place), 2
    ).replace("'", "")
    assert "not of small letters" in refused(avenant("new", "Avenant 1", *BEGUN, *place), 2)
    assert "not a date" in refused(avenant("new", "avenant_1", *BEGUN[:2], "--from", "2027", *place), 2)
    assert not (policies / "avenant_1").exists()
