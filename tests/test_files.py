"""Writing a file: through links, with the mode it had, never into what is not ours and never over an input."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from command import ROOT, avenant, refused
from small_rules import SMALL

from engine import files
from engine.errors import InputFault
from engine.files import replacing

CASE = str(ROOT / "examples/2024_gp_half_time_five_years.yaml")


def written(target: Path, text: str = "new") -> None:
    with replacing(target) as partial:
        partial.write_text(text)


def refusal(target: Path) -> list[str]:
    """The codes that writing a file is refused with."""
    with pytest.raises(InputFault) as told:
        written(target)
    assert [problem.location.file for problem in told.value.problems] == [str(target)]
    return [problem.code for problem in told.value.problems]


def test_a_link_is_written_through_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("old")
    link = tmp_path / "link.txt"
    link.symlink_to("real.txt")
    written(link)
    assert link.is_symlink()
    assert (tmp_path / "real.txt").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.txt", "real.txt"]


def interrupted(target: Path, at: int) -> bool:
    """Writes, interrupted at a line of the writer; whether there was such a line."""
    lines = iter(range(1, at + 1))

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        if frame.f_code.co_filename != files.__file__:
            return None
        if event == "line" and next(lines, None) == at:
            signal.raise_signal(signal.SIGINT)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        written(target)
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


def test_an_interrupt_at_any_line_leaves_the_old_file_or_the_new_one_and_nothing_beside(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    left, target = [], tmp_path / "out.txt"
    try:
        for at in range(1, 1000):
            target.write_text("old")
            if not interrupted(target, at):
                break
            left.append({path.name: path.read_text() for path in tmp_path.iterdir()})
    finally:
        signal.signal(signal.SIGINT, before)
    assert all(each in ({"out.txt": "old"}, {"out.txt": "new"}) for each in left), left
    assert left[0] == {"out.txt": "old"}
    assert left[-1] == {"out.txt": "new"}


def test_a_dangling_link_makes_the_file_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "link.txt").symlink_to("real.txt")
    written(tmp_path / "link.txt")
    assert (tmp_path / "real.txt").read_text() == "new"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o755])
def test_an_old_file_passes_on_its_mode_also_to_the_unfinished_one(mode: int, tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    target.chmod(mode)
    with replacing(target) as partial:
        partial.write_text("new")
        assert stat.S_IMODE(partial.stat().st_mode) == mode | stat.S_IWUSR
    assert (stat.S_IMODE(target.stat().st_mode), target.read_text()) == (mode, "new")


def test_a_file_that_runs_as_its_owner_does_not_pass_that_on(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    target.chmod(0o4755)
    written(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o755


def test_a_device_and_a_pipe_are_refused_and_stay(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(tmp_path / "pipe") == ["output-special"]
    assert refusal(Path(os.devnull)) == ["output-special"]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


@pytest.mark.parametrize("kind", ["link", "hard link", "pipe", "folder"])
def test_what_stands_in_place_of_the_unfinished_file_is_not_touched(kind: str, tmp_path: Path) -> None:
    victim, beside = tmp_path / "victim.txt", tmp_path / "out.txt.partial"
    victim.write_text("theirs")
    match kind:
        case "link":
            beside.symlink_to(victim)
        case "hard link":
            beside.hardlink_to(victim)
        case "pipe":
            os.mkfifo(beside)
        case _:
            beside.mkdir()
    assert refusal(tmp_path / "out.txt") == ["output-in-the-way"]
    assert victim.read_text() == "theirs"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.txt.partial", "victim.txt"]


def test_what_a_killed_run_left_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "out.txt.partial").write_text("half of a much longer text")
    written(tmp_path / "out.txt")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out.txt", "new")]


def test_a_fault_while_writing_leaves_the_old_file_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    with contextlib.suppress(ZeroDivisionError), replacing(target) as partial:
        partial.write_text("half")
        raise ZeroDivisionError
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("out.txt", "old")]


@pytest.mark.parametrize("name", ["case.yaml", "./case.yaml", "link.yaml", "hard.yaml"])
def test_a_case_is_not_overwritten_by_its_own_decision(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    content = Path(CASE).read_bytes()
    Path("case.yaml").write_bytes(content)
    Path("link.yaml").symlink_to("case.yaml")
    Path("hard.yaml").hardlink_to("case.yaml")
    said = refused(avenant("evaluate", "case.yaml", "--policies", str(SMALL), "-o", name, "--lang", "en"))
    assert said.startswith(f"{Path(name)}: output-is-input: ")
    assert Path("case.yaml").read_bytes() == content
