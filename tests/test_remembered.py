"""What is remembered of policies makes a start quick and never an answer wrong."""

from __future__ import annotations

import os
import pickle
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from command import ROOT, avenant
from small_rules import SMALL

from engine.policy import reading, remembered
from engine.policy.reading import load_registry
from engine.policy.remembered import cache_folder, recall, remember

CASE = str(ROOT / "examples/2024_gp_half_time_five_years.yaml")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of one's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "avenant"


def loaded(root: Path) -> object:
    return load_registry(root).conventions


def stored(cache: Path) -> list[Path]:
    return sorted(cache.iterdir()) if cache.is_dir() else []


def rule_file(root: Path) -> Path:
    return next(path for path in sorted(root.glob("*/*.yaml")) if path.name != "convention.yaml")


def test_policies_are_remembered_in_a_folder_and_file_that_others_cannot_open(cache: Path, small_copy: Path) -> None:
    first = loaded(small_copy)
    (file,) = stored(cache)
    assert recall(file.name.partition("-")[0]) == first
    assert (stat.S_IMODE(cache.stat().st_mode), stat.S_IMODE(file.stat().st_mode)) == (0o700, 0o600)
    assert loaded(small_copy) == first


def test_every_kind_of_rule_of_the_real_policies_is_remembered(cache: Path) -> None:
    first = loaded(ROOT / "policies")
    (file,) = stored(cache)
    assert recall(file.name.partition("-")[0]) == first


def test_what_is_changed_while_it_is_read_is_remembered_as_it_was_hashed(
    cache: Path, small_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = load_registry(small_copy).conventions
    for file in stored(cache):
        file.unlink()
    file = rule_file(small_copy)
    content, read = file.read_bytes(), reading.read_registry

    def read_in_between(*arguments: object, **more: object) -> object:
        file.write_bytes(content + b"\n# Another version, for as long as it is read.\n")
        try:
            return read(*arguments, **more)  # type: ignore[arg-type]
        finally:
            file.write_bytes(content)

    monkeypatch.setattr(reading, "read_registry", read_in_between)
    assert load_registry(small_copy).conventions == before
    (kept,) = stored(cache)
    assert recall(kept.name.partition("-")[0]) == before
    file.write_bytes(content + b"\n# Another version, for good.\n")
    assert load_registry(small_copy).conventions != before


def test_a_file_without_a_convention_is_told_also_when_the_others_are_remembered(cache: Path, small_copy: Path) -> None:
    loaded(small_copy)
    (small_copy / "sans_fiche").mkdir()
    shutil.copy(rule_file(small_copy), small_copy / "sans_fiche")
    with pytest.raises(reading.InputFault) as told:
        loaded(small_copy)
    assert [problem.code for problem in told.value.problems] == ["no-convention-file"]


def test_a_bit_that_flips_anywhere_makes_what_is_stored_as_good_as_none(cache: Path, small_copy: Path) -> None:
    conventions = load_registry(small_copy).conventions
    remember("of_the_test", conventions)
    (file,) = (path for path in stored(cache) if path.name.startswith("of_the_test"))
    content = file.read_bytes()
    assert recall("of_the_test") == conventions
    for place in range(0, len(content), max(1, len(content) // 200)):
        file.write_bytes(content[:place] + bytes([content[place] ^ 1 << place % 8]) + content[place + 1 :])
        assert recall("of_the_test") is None, place
    file.write_bytes(content[: len(content) // 2])
    assert recall("of_the_test") is None


def test_what_is_stored_under_one_digest_is_not_taken_for_another(cache: Path, small_copy: Path) -> None:
    remember("one", load_registry(small_copy).conventions)
    (file,) = (path for path in stored(cache) if path.name.startswith("one"))
    file.rename(file.with_name(file.name.replace("one", "other", 1)))
    assert recall("other") is None


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o720])
def test_a_folder_that_others_may_write_is_neither_read_nor_written(mode: int, cache: Path, small_copy: Path) -> None:
    conventions = load_registry(small_copy).conventions
    remember("of_the_test", conventions)
    cache.chmod(mode)
    assert recall("of_the_test") is None
    remember("another", conventions)
    assert not [path for path in stored(cache) if path.name.startswith("another")]


def test_a_folder_of_another_user_is_neither_read_nor_written(
    cache: Path, small_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    conventions = load_registry(small_copy).conventions
    remember("of_the_test", conventions)
    monkeypatch.setattr(remembered.os, "geteuid", lambda: os.getuid() + 1)
    assert recall("of_the_test") is None
    remember("another", conventions)
    assert not [path for path in stored(cache) if path.name.startswith("another")]


def test_a_pickle_that_would_run_something_runs_nothing(cache: Path, small_copy: Path, tmp_path: Path) -> None:
    class Runs:
        def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
            return os.mkdir, (str(tmp_path / "it_ran"),)

    remember("of_the_test", load_registry(small_copy).conventions)
    (file,) = (path for path in stored(cache) if path.name.startswith("of_the_test"))
    content = pickle.dumps(Runs())
    file.write_bytes(remembered._checksum(file.name, content) + content)
    assert recall("of_the_test") is None
    assert not (tmp_path / "it_ran").exists()


def put_file(cache: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_text("")


def put_folder_in_the_way(cache: Path) -> None:
    cache.mkdir(parents=True)
    cache.chmod(0o500)


@pytest.mark.parametrize("base", [put_file, put_folder_in_the_way, None])
def test_a_cache_that_cannot_be_used_does_not_keep_a_case_from_being_decided(
    base: Callable[[Path], None] | None, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cache_folder() == cache
    if base is None:
        monkeypatch.setenv("XDG_CACHE_HOME", os.devnull)
    else:
        base(cache)
    result = avenant("evaluate", CASE, "--policies", str(SMALL), "--lang", "en")
    assert (result.exit_code, result.stderr) == (0, "")
